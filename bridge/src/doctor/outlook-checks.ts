/** Checks which Outlook is installed, and what keeps it from loading the agent. */
import { webAddInSupport } from "../install/outlook.js";
import { ADDIN_KEY, POLICY_KEY, PRODUCT, PROG_ID, RESILIENCY_KEY } from "../install/paths.js";
import { hasKey, readNumber, readText, type Registry } from "../install/registry.js";
import { fail, pass, unknown, type Finding } from "../install/step.js";
import type { OutlookProcess } from "../../native/index.js";
import type { Check } from "./doctor.js";

/** Older versions do not read manifests from a folder (according to office-addin-debugging). */
const SIDELOADING_VERSION = [16, 0, 13709];

export const classicOutlook: Check = {
  name: "classic Outlook",
  run({ outlook: { classic } }) {
    if (classic === undefined) {
      return fail(
        "not installed for this user",
        "Install classic Outlook for Windows. New Outlook, Outlook on the web and Outlook for Mac do not report their state.",
      );
    }
    const evidence = `${classic.path}, version ${classic.version || "unknown"}, ${bitness(classic.bits)}`;
    const version = classic.version.split(".").map(Number);
    if (classic.version !== "" && isOlder(version, SIDELOADING_VERSION)) {
      return unknown(
        `${evidence}; versions before ${SIDELOADING_VERSION.join(".")} do not read manifests from a folder`,
        "Add the manifest by hand (https://aka.ms/olksideload) or by centralized deployment.",
      );
    }
    return pass(evidence);
  },
};

export const newOutlook: Check = {
  name: "new Outlook",
  run({ outlook: { prefersNew } }) {
    if (!prefersNew) return pass("not in use");
    return fail("in use; it does not report its state", 'In new Outlook, switch "New Outlook" off at its top right.');
  },
};

export const accounts: Check = {
  name: "accounts",
  run({ registry }) {
    switch (webAddInSupport(registry)) {
      case "yes":
        return pass("Exchange or Microsoft 365: Outlook shows web add-ins");
      case "no":
        return fail(
          "no Exchange or Microsoft 365 account: Outlook shows no web add-ins",
          "Open the pane in a browser instead. `outlook-offline-state status` shows its address.",
        );
      case "unknown":
        return unknown("no account of a known kind in this user's profiles");
    }
  },
};

export const outlookRuns: Check = {
  name: "Outlook runs",
  run({ outlook: { running } }) {
    const [one, ...more] = running;
    if (one === undefined) return unknown("not running", "Start Outlook.");
    if (more.length > 0) return unknown(`${running.length} processes: ${running.map(processText).join("; ")}`);
    return checkProcess(one);
  },
};

function checkProcess(outlook: OutlookProcess): Finding {
  if (outlook.elevated === true) {
    return fail(
      `${processText(outlook)}, runs as administrator: there Windows ignores COM classes of one user, such as the agent`,
      "Close Outlook and start it normally, not as administrator.",
    );
  }
  if (outlook.elevated === null) {
    return unknown(
      `${processText(outlook)}, rights unknown: it may run as administrator`,
      'If "agent connected" fails: close Outlook and start it normally.',
    );
  }
  return pass(processText(outlook));
}

function processText({ id, image, bits }: OutlookProcess): string {
  return `process ${id}, ${image || "path unknown"}, ${bits === 0 ? "bitness unknown" : `${bits}-bit`}`;
}

function bitness(bits: "x64" | "x86" | "unknown"): string {
  if (bits === "unknown") return "bitness unknown (the agent is registered for both)";
  return bits === "x64" ? "64-bit" : "32-bit";
}

function isOlder(version: readonly number[], than: readonly number[]): boolean {
  for (const [index, wanted] of than.entries()) {
    const found = version[index] ?? 0;
    if (found !== wanted) return found < wanted;
  }
  return false;
}

/** Outlook's lists of add-ins that crashed or were slow. Their values contain paths and names as UTF-16 among other bytes. */
const DISABLED_LISTS = ["DisabledItems", "CrashingAddinList"] as const;
const AGENT_FILE_NAME = "offline-state-agent.dll";

export const notDisabledByOutlook: Check = {
  name: "not disabled by Outlook",
  run({ registry }) {
    for (const list of DISABLED_LISTS) {
      if (!listsAgent(registry, `${RESILIENCY_KEY}\\${list}`)) continue;
      return fail(
        `Outlook has disabled the add-in (${RESILIENCY_KEY}\\${list})`,
        `In Outlook: File, Options, Add-ins, Manage "Disabled Items", Go, enable "${PRODUCT}". This is a bug: please run \`outlook-offline-state doctor --report\` and send us the file.`,
      );
    }
    return pass("enabled");
  },
};

function listsAgent(registry: Registry, key: string): boolean {
  return (registry.names(key) ?? []).some((name) => {
    const content = `${name} ${registry.read(key, name)?.bytes.toString("utf16le") ?? ""}`.toLowerCase();
    return content.includes(PROG_ID.toLowerCase()) || content.includes(AGENT_FILE_NAME);
  });
}

const POLICY_KEYS = [POLICY_KEY, POLICY_KEY.replace(/^HKCU/, "HKLM")];
/** Values of a policy's AddinList: "0" always disabled, "1" always enabled, "2" the user decides. */
const [ALWAYS_DISABLED, ALWAYS_ENABLED] = ["0", "1"];

export const notBlockedByPolicy: Check = {
  name: "not blocked by policy",
  run({ registry }) {
    for (const key of POLICY_KEYS) {
      const list = `${key}\\Resiliency`;
      const setting = readText(registry, `${list}\\AddinList`, PROG_ID);
      if (setting === ALWAYS_DISABLED) return blocked(`${list}\\AddinList contains ${PROG_ID} = 0 (always disabled)`);
      if (setting === undefined && readNumber(registry, list, "RestrictToList") === 1)
        return blocked(`${list} allows only listed add-ins (RestrictToList), and ${PROG_ID} is not listed`);
    }
    const machineKey = ADDIN_KEY.replace(/^HKCU/, "HKLM");
    if (hasKey(registry, machineKey)) {
      return fail(
        `${machineKey} exists and may override this user's registration`,
        "Ask your administrator to remove that key. This product does not create it.",
      );
    }
    const isForced = POLICY_KEYS.some(
      (key) => readText(registry, `${key}\\Resiliency\\AddinList`, PROG_ID) === ALWAYS_ENABLED,
    );
    return pass(isForced ? "a policy keeps it enabled" : "no policy applies");
  },
};

function blocked(evidence: string): Finding {
  return fail(
    evidence,
    `Ask your administrator to add ${PROG_ID} with the value 1 to the policy "List of managed add-ins" (docs/deploy.md).`,
  );
}
