/** Takes out of a report what is personal: names of the user, of the machine, of profiles, addresses, account numbers. */
import { hostname, userInfo } from "node:os";

export interface Personal {
  /** Each is replaced wherever it stands, in any letter case; the longest first. */
  readonly names: readonly { readonly text: string; readonly by: string }[];
}

/** Shorter ones would make holes in ordinary words; they are replaced where they stand alone only. */
const LONG_ENOUGH = 4;

/** How deep redactAll goes; what lies deeper comes from a damaged log, and is left out. */
export const DEEPEST = 64;

/**
 * Every pattern takes linear time, because a damaged log may hold megabytes of one character: none of them can begin in the
 * middle of a run that it would read to the end.
 */
const PATTERNS: readonly { readonly pattern: RegExp; readonly by: string | ((found: string) => string) }[] = [
  { pattern: /S-1-5-21(?:-\d+)+/g, by: "<user's SID>" },
  { pattern: /[^\s"'<>:;,()[\]]+/gu, by: (word) => (isAddress(word) ? "<address>" : word) },
  // Another user's folder, such as one that an administrator's program stands in.
  {
    pattern: /((?:[A-Za-z]:)?(?<![\\/])[\\/]+(?:Users|home)[\\/]+)[^\\/"'\s<>][^\\/"'<>\r\n]*/gi,
    by: "$1<user>",
  },
];

/** Whether a word without spaces, quotes and brackets is, or holds, an e-mail address. */
function isAddress(word: string): boolean {
  const at = word.indexOf("@", 1);
  return at > 0 && /\.\p{L}{2}/u.test(word.slice(at + 1));
}

/** What is personal about this process's user and machine, and the given profiles. */
export function personalFacts(profiles: readonly string[], env: NodeJS.ProcessEnv = process.env): Personal {
  const { username, homedir } = account();
  const user = [username, env["USERNAME"], env["USER"], lastPart(homedir), lastPart(env["USERPROFILE"])];
  const machine = [
    hostname(),
    env["COMPUTERNAME"],
    env["USERDOMAIN"],
    env["USERDNSDOMAIN"],
    env["LOGONSERVER"]?.replace(/^\\+/, ""),
  ];
  const facts = [
    ...profiles.map((text) => ({ text, by: "<profile>" })),
    ...machine.map((text) => ({ text: text ?? "", by: "<machine>" })),
    ...user.map((text) => ({ text: text ?? "", by: "<user>" })),
  ];
  return { names: facts.filter(({ text }) => text !== "") };
}

/** A container's user may have no entry in the list of users. */
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

export function redact(text: string, { names }: Personal): string {
  let result = text;
  for (const { pattern, by } of PATTERNS)
    result = typeof by === "string" ? result.replace(pattern, by) : result.replace(pattern, by);
  for (const { text: name, by } of [...names].sort((one, other) => other.text.length - one.text.length)) {
    const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const alone = name.length < LONG_ENOUGH ? `(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])` : escaped;
    result = result.replace(new RegExp(alone, "giu"), by);
  }
  return result;
}

/** The same for everything that JSON can hold; keys are left as they are. */
export function redactAll(value: unknown, personal: Personal, depth = 0): unknown {
  if (typeof value === "string") return redact(value, personal);
  if (typeof value !== "object" || value === null) return value;
  if (depth > DEEPEST) return "<nested too deep>";
  if (Array.isArray(value)) return value.map((item) => redactAll(item, personal, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redactAll(item, personal, depth + 1)]));
}
