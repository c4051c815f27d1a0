/** What kinds of accounts this user's profiles have: Outlook shows web add-ins only where one is of Exchange or Microsoft 365. */
import { OFFICE } from "../install/names.js";
import { REG_BINARY, readText, type Registry } from "../install/registry/registry.js";

const PROFILES = `HKCU\\${OFFICE}\\Outlook\\Profiles`;
/** Below a profile: its accounts, one key each. */
const ACCOUNTS = "9375CFF0413111d3B88A00104B2A6676";

/** By the account manager's class ids (clsid of an account's key). */
const KINDS: Readonly<Record<string, AccountKind>> = {
  "{ED475411-B0D6-11D2-8C3B-00104B2A6676}": "pop",
  "{ED475412-B0D6-11D2-8C3B-00104B2A6676}": "imap",
  "{ED475418-B0D6-11D2-8C3B-00104B2A6676}": "exchange",
};

export type AccountKind = "exchange" | "pop" | "imap";

/** By profile; address books and what is not known are left out. No account's name is read. */
export function accountKinds(registry: Registry): ReadonlyMap<string, readonly AccountKind[]> {
  const profiles = new Map<string, AccountKind[]>();
  for (const profile of registry.subkeys(PROFILES) ?? []) {
    const accounts = `${PROFILES}\\${profile}\\${ACCOUNTS}`;
    const kinds = (registry.subkeys(accounts) ?? []).flatMap((name) => {
      const kind = KINDS[classOf(registry, `${accounts}\\${name}`).toUpperCase()];
      return kind === undefined ? [] : [kind];
    });
    profiles.set(profile, kinds);
  }
  return profiles;
}

/** Outlook has written it as text or as UTF-16 bytes, by version. */
function classOf(registry: Registry, key: string): string {
  const value = registry.read(key, "clsid");
  if (value?.type === REG_BINARY) return value.bytes.toString("utf16le").replace(/\0.*$/s, "");
  return readText(registry, key, "clsid") ?? "";
}

/** "web add-ins": at least one profile can show them. "none": there are accounts, and no profile can. */
export function webAddIns(registry: Registry): "some" | "none" | "unknown" {
  const kinds = [...accountKinds(registry).values()].flat();
  if (kinds.length === 0) return "unknown";
  return kinds.includes("exchange") ? "some" : "none";
}
