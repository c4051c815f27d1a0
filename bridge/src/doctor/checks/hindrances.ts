/** What keeps a registered add-in from being loaded: Outlook's own memory of add-ins that misbehaved, and policies. */
import { ADDIN_KEY, POLICY_KEY, PROG_ID, PRODUCT, RESILIENCY_KEY } from "../../install/names.js";
import { hasKey, readNumber, readText, type Registry } from "../../install/registry/registry.js";
import { fail, pass } from "../../install/step.js";
import type { Check } from "../doctor.js";

/** Their values hold paths and names as UTF-16 among other bytes. */
const LISTS = ["DisabledItems", "CrashingAddinList"] as const;
const DLL = "offline-state-agent.dll";

const POLICIES = [POLICY_KEY, POLICY_KEY.replace(/^HKCU/, "HKLM")];
/** Values of a policy's AddinList: 0 never, 1 always, 2 as the user likes. */
const NEVER = "0";

export const resiliency: Check = {
  name: "not disabled by Outlook",
  look({ registry }) {
    for (const list of LISTS) {
      if (!mentions(registry, `${RESILIENCY_KEY}\\${list}`)) continue;
      return fail(
        `Outlook has disabled the add-in (${RESILIENCY_KEY}\\${list})`,
        `In Outlook: File, Options, Add-ins, Manage "Disabled Items", Go, enable "${PRODUCT}". Then run \`outlook-offline-state doctor --report\` and send us the file: this must not happen.`,
      );
    }
    return pass("Outlook has not disabled it");
  },
};

function mentions(registry: Registry, key: string): boolean {
  return (registry.names(key) ?? []).some((name) => {
    const text = `${name} ${registry.read(key, name)?.bytes.toString("utf16le") ?? ""}`.toLowerCase();
    return text.includes(PROG_ID.toLowerCase()) || text.includes(DLL);
  });
}

export const policy: Check = {
  name: "not blocked by policy",
  look({ registry }) {
    for (const key of POLICIES) {
      const list = `${key}\\Resiliency`;
      const chosen = readText(registry, `${list}\\AddinList`, PROG_ID);
      if (chosen === NEVER) return blocked(`${list}\\AddinList has ${PROG_ID} = 0, never`);
      if (chosen === undefined && readNumber(registry, list, "RestrictToList") === 1)
        return blocked(`${list} allows only listed add-ins (RestrictToList), and ${PROG_ID} is not listed`);
    }
    const machine = ADDIN_KEY.replace(/^HKCU/, "HKLM");
    if (hasKey(registry, machine)) {
      return fail(
        `${machine} exists and may hide this user's registration`,
        "Ask your administrator to remove that key; it is not made by this product.",
      );
    }
    const forced = POLICIES.some((key) => readText(registry, `${key}\\Resiliency\\AddinList`, PROG_ID) === "1");
    return pass(forced ? "a policy keeps it enabled" : "no policy speaks of it");
  },
};

function blocked(evidence: string): ReturnType<typeof fail> {
  return fail(
    evidence,
    `Ask your administrator to list ${PROG_ID} with the value 1 in the policy "List of managed add-ins" (docs/deploy.md).`,
  );
}
