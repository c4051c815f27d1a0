/** The beginning of the chain: which Outlook there is, and whether it can have our parts. */
import { webAddIns } from "../../outlook/accounts.js";
import { fail, pass, unsure, type Finding } from "../../install/step.js";
import type { RunningOutlook } from "../../install/windows/setup-module.js";
import type { Check } from "../doctor.js";

/** Older ones do not read manifests from a folder (office-addin-debugging says so). */
const SIDELOADS_FROM = [16, 0, 13709];

export const classicOutlook: Check = {
  name: "classic Outlook",
  look({ outlook: { classic } }) {
    if (classic === undefined) {
      return fail(
        "classic Outlook is not installed for this user",
        "Install classic Outlook for Windows. The new Outlook, the web and the Mac do not report their state.",
      );
    }
    const seen = `${classic.path}, version ${classic.version || "unknown"}, ${bitness(classic.bits)}`;
    const version = classic.version.split(".").map(Number);
    if (classic.version !== "" && isOlder(version, SIDELOADS_FROM)) {
      return unsure(
        `${seen}; before 16.0.13709 Outlook reads no manifest from a folder`,
        "Add the manifest by hand (https://aka.ms/olksideload) or by centralized deployment.",
      );
    }
    return pass(seen);
  },
};

export const newOutlook: Check = {
  name: "new Outlook",
  look({ outlook: { prefersNew } }) {
    if (!prefersNew) return pass("this user has not switched to the new Outlook");
    return fail(
      "this user has switched to the new Outlook, which does not report its state",
      'Open the new Outlook and switch "New Outlook" off, at the top right.',
    );
  },
};

export const accounts: Check = {
  name: "accounts",
  look({ registry }) {
    switch (webAddIns(registry)) {
      case "some":
        return pass("a profile has an Exchange or Microsoft 365 account: Outlook shows web add-ins");
      case "none":
        return fail(
          "no profile has an Exchange or Microsoft 365 account: Outlook shows no web add-ins with POP or IMAP alone",
          "Open the pane in a browser instead; `outlook-offline-state status` shows its address.",
        );
      case "unknown":
        return unsure("no account of a known kind was found in this user's profiles");
    }
  },
};

export const runningOutlook: Check = {
  name: "Outlook runs",
  look({ outlook: { running } }) {
    const [one, ...more] = running;
    if (one === undefined) return unsure("Outlook does not run now", "Start Outlook.");
    return more.length === 0 ? ofProcess(one) : unsure(`${running.length} processes: ${running.map(shown).join("; ")}`);
  },
};

function ofProcess(outlook: RunningOutlook): Finding {
  if (outlook.elevated === true) {
    return fail(
      `${shown(outlook)}: it runs as administrator, and there Windows ignores COM classes of one user, such as the agent`,
      "Close Outlook and start it normally, not as administrator.",
    );
  }
  if (outlook.elevated === null) {
    return unsure(
      `${shown(outlook)}: Windows does not say with which rights, which is so when it runs as administrator`,
      "If nothing is heard from the agent: close Outlook and start it normally.",
    );
  }
  return pass(shown(outlook));
}

function shown({ id, image, bits }: RunningOutlook): string {
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
