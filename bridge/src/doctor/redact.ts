/** Removes personal data from a report: names of the user, the machine and profiles, e-mail addresses, SIDs. */
import { hostname, userInfo } from "node:os";

export interface PersonalData {
  /** Each is replaced everywhere, in any letter case, the longest first. */
  readonly names: readonly { readonly text: string; readonly by: string }[];
}

/** Shorter names are replaced only as whole words, because they also occur within other words. */
const MIN_LENGTH_WITHIN_WORDS = 4;

/** Values nested deeper come from a damaged log, and are left out. */
export const MAX_DEPTH = 64;

/**
 * Every pattern takes linear time, because a damaged log may contain megabytes of one character: no match can start in the middle of
 * a run that it would consume to the end.
 */
const PATTERNS: readonly { readonly pattern: RegExp; readonly by: string | ((found: string) => string) }[] = [
  { pattern: /S-1-5-21(?:-\d+)+/g, by: "<user's SID>" },
  { pattern: /[^\s"'<>:;,()[\]]+/gu, by: (word) => (isAddress(word) ? "<address>" : word) },
  // Folders of other users too, such as an administrator's.
  {
    pattern: /((?:[A-Za-z]:)?(?<![\\/])[\\/]+(?:Users|dataDirectory)[\\/]+)[^\\/"'\s<>][^\\/"'<>\r\n]*/gi,
    by: "$1<user>",
  },
];

/** Whether a word without spaces, quotes and brackets is or contains an e-mail address. */
function isAddress(word: string): boolean {
  const at = word.indexOf("@", 1);
  return at > 0 && /\.\p{L}{2}/u.test(word.slice(at + 1));
}

/** The personal data of this user and machine, and the given profiles. */
export function personalData(profiles: readonly string[], env: NodeJS.ProcessEnv = process.env): PersonalData {
  const { username, homedir } = account();
  const user = [username, env["USERNAME"], env["USER"], lastPart(homedir), lastPart(env["USERPROFILE"])];
  const machine = [
    hostname(),
    env["COMPUTERNAME"],
    env["USERDOMAIN"],
    env["USERDNSDOMAIN"],
    env["LOGONSERVER"]?.replace(/^\\+/, ""),
  ];
  const names = [
    ...profiles.map((text) => ({ text, by: "<profile>" })),
    ...machine.map((text) => ({ text: text ?? "", by: "<machine>" })),
    ...user.map((text) => ({ text: text ?? "", by: "<user>" })),
  ];
  return { names: names.filter(({ text }) => text !== "") };
}

/** In a container the user may have no entry in the list of users. */
function account(): { readonly username?: string; readonly homedir?: string } {
  try {
    return userInfo();
  } catch {
    return {};
  }
}

function lastPart(path: string | undefined): string | undefined {
  return path
    ?.split(/[\\/]/)
    .filter((part) => part !== "")
    .at(-1);
}

export function redact(text: string, { names }: PersonalData): string {
  let result = text;
  for (const { pattern, by } of PATTERNS)
    result = typeof by === "string" ? result.replace(pattern, by) : result.replace(pattern, by);
  for (const { text: name, by } of [...names].sort((one, other) => other.text.length - one.text.length)) {
    const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const alone = name.length < MIN_LENGTH_WITHIN_WORDS ? `(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])` : escaped;
    result = result.replace(new RegExp(alone, "giu"), by);
  }
  return result;
}

/** Redacts every string in a JSON value; keys stay unchanged. */
export function redactAll(value: unknown, personal: PersonalData, depth = 0): unknown {
  if (typeof value === "string") return redact(value, personal);
  if (typeof value !== "object" || value === null) return value;
  if (depth > MAX_DEPTH) return "<nested too deep>";
  if (Array.isArray(value)) return value.map((item) => redactAll(item, personal, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redactAll(item, personal, depth + 1)]));
}
