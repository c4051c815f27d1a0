/** Checks the path of a state from the agent to the pane. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Health, Reason } from "../../../shared/src/contract.js";
import { damagedFiles, INVENTORY, readInventory } from "../install/inventory.js";
import { appFolder } from "../install/paths.js";
import { fail, INSTALL_AGAIN, pass, unknown, type Finding } from "../install/step.js";
import type { Check, SystemContext } from "./doctor.js";

const SEND_REPORT = "run `outlook-offline-state doctor --report` and send us the file.";

const REMEDIES: Readonly<Record<Reason, string>> = {
  "outlook-not-running": "Start Outlook.",
  "agent-missing":
    'Restart Outlook. If that does not help: File, Options, Add-ins, COM Add-ins, Go, tick "Outlook Offline State".',
  "agent-incompatible": "Restart Outlook: it has loaded the agent of another version.",
  "agent-untrusted":
    "Another program impersonates the agent. `outlook-offline-state logs` names it: show this to your administrator.",
  "mapi-missing": "Outlook's MAPI library is missing. Repair Office: Settings, Apps, Microsoft 365, Modify.",
  "open-failed": `Restart Outlook. If that does not help, ${SEND_REPORT}`,
  "no-notifications": `Outlook sends no notifications for this profile. Please ${SEND_REPORT}`,
  "advise-failed": `Restart Outlook. If that does not help, ${SEND_REPORT}`,
  stopped: "Outlook is closing. Start it again.",
};

export const agentConnected: Check<SystemContext> = {
  name: "agent connected",
  run({ health, bridge }) {
    if (health !== undefined) return checkSource(health);
    return unknown(noHealthText(bridge), 'Fix "background program" first.');
  },
};

function noHealthText({ kind }: SystemContext["bridge"]): string {
  return `the background program ${kind === "absent" ? "is not running" : "does not respond"}`;
}

function checkSource({ source, state, lastKnown }: Health): Finding {
  switch (source.status) {
    case "starting":
      return unknown("the background program has just started", "Run this command again.");
    case "listening": {
      const { online, offline } = source.notifies;
      const current = lastKnown === undefined ? state : `last known ${lastKnown.state}`;
      const evidence = `${current}; Outlook ${source.outlook}, profile ${source.profile}`;
      if (online && offline) return pass(`${evidence}, notifies of going online and offline`);
      return unknown(
        `${evidence}, notifies only of going ${online ? "online" : "offline"}`,
        "Nothing to do: this is a limit of the profile. The pane shows which changes it cannot detect.",
      );
    }
    case "unavailable": {
      const details = [source.code, source.detail].filter((part) => part !== undefined && part !== "");
      const evidence = [source.reason, ...details].join(", ") + hresultText(source.code);
      const result = source.reason === "outlook-not-running" || source.reason === "stopped" ? unknown : fail;
      return result(evidence, REMEDIES[source.reason]);
    }
  }
}

/** Errors of Outlook's MAPI (winerror.h, and "MAPI Constants" in the MAPI reference). */
const HRESULTS: Readonly<Record<number, string>> = {
  0x8000000a: "E_PENDING, a change is in progress",
  0x80004001: "E_NOTIMPL",
  0x80004002: "E_NOINTERFACE",
  0x80004005: "E_FAIL",
  0x8000ffff: "E_UNEXPECTED",
  0x80040102: "MAPI_E_NO_SUPPORT",
  0x80040106: "MAPI_E_UNKNOWN_FLAGS",
  0x80040108: "MAPI_E_INVALID_OBJECT",
  0x8004010b: "MAPI_E_BUSY",
  0x8004010e: "MAPI_E_NOT_ENOUGH_RESOURCES",
  0x8004010f: "MAPI_E_NOT_FOUND, this profile has no offline object",
  0x80040110: "MAPI_E_VERSION",
  0x80040111: "MAPI_E_LOGON_FAILED",
  0x80040115: "MAPI_E_NETWORK_ERROR",
  0x8004011d: "MAPI_E_FAILONEPROVIDER",
  0x80040154: "REGDB_E_CLASSNOTREG",
  0x80040604: "MAPI_E_NOT_INITIALIZED",
  0x80070005: "E_ACCESSDENIED",
  0x8007000e: "E_OUTOFMEMORY",
  0x80070057: "E_INVALIDARG",
  0x8001010e: "RPC_E_WRONG_THREAD",
  0x80010108: "RPC_E_DISCONNECTED",
};

/** " (MAPI_E_BUSY)" for "0x8004010B"; "" for an unknown code, and for one that has its name already. */
function hresultText(code: string | undefined): string {
  const digits = /^0x([0-9a-f]{1,8})$/i.exec(code ?? "")?.[1];
  const name = digits === undefined ? undefined : HRESULTS[Number.parseInt(digits, 16)];
  return name === undefined ? "" : ` (${name})`;
}

export const installedPaneFiles: Check = {
  name: "pane files",
  run({ dataDirectory, version, packageFolder, record }) {
    const folder = record.data.version === undefined ? packageFolder : appFolder(dataDirectory, version);
    return checkPaneFiles(folder, INSTALL_AGAIN);
  },
};

/** Without these the pane does not open, or not while the bridge is stopped. */
const REQUIRED_PANE_FILES = ["taskpane.html", "service-worker.js", "office/office.js"];

/** A clone has no inventory: check that the files exist. */
export const panePackageFiles: Check<SystemContext> = {
  name: "pane files",
  run({ packageFolder }) {
    const missing = REQUIRED_PANE_FILES.filter((file) => !existsSync(join(packageFolder, "dist", "pane", file)));
    if (missing.length > 0)
      return fail(`missing: ${missing.join(", ")}`, "Run `npm run build`, or download the package again.");
    if (!existsSync(join(packageFolder, INVENTORY))) return pass("complete");
    return checkPaneFiles(packageFolder, "Download the package again.");
  },
};

async function checkPaneFiles(folder: string, remedy: string): Promise<Finding> {
  const { version, files } = readInventory(folder);
  const pane = Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith("dist/pane/")));
  const damaged = await damagedFiles(folder, { version, files: pane });
  if (damaged.length > 0) return fail(`missing or changed: ${damaged.join(", ")}`, remedy);
  const count = Object.keys(pane).length;
  return count === 0
    ? fail("the package contains no pane", "Download the package again.")
    : pass(`${count} unchanged files`);
}

export const paneConnected: Check<SystemContext> = {
  name: "pane connected",
  run({ health, bridge }) {
    if (health === undefined) return unknown(noHealthText(bridge));
    if (health.clients > 0) return pass(`${health.clients} open`);
    const inBrowser = bridge.kind === "running" ? `, or in a browser: ${bridge.url}` : "";
    return unknown(
      "no pane is open",
      `Open it in Outlook (in a message, "Online or offline" in the ribbon)${inBrowser}`,
    );
  },
};
