/** The rest of the chain: agent, bridge, pane. */
import { damagedFiles, readInventory } from "../../install/files/inventory.js";
import { appFolder } from "../../install/places.js";
import { fail, INSTALL_AGAIN, pass, unsure, type Finding } from "../../install/step.js";
import type { Reason } from "../../../../shared/src/protocol.js";
import type { Check, Health, SystemContext } from "../doctor.js";
import { hresultName } from "../hresult-names.js";

const REMEDIES: Readonly<Record<Reason, string>> = {
  "outlook-not-running": "Start Outlook.",
  "agent-missing":
    'Close Outlook and start it again. If that does not help: File, Options, Add-ins, COM Add-ins, Go, tick "Outlook Offline State".',
  "agent-incompatible": "Close Outlook and start it again: it still has the agent of another version.",
  "agent-untrusted":
    "Another program poses as the agent. See with your administrator which program it is; `outlook-offline-state logs` names it.",
  "mapi-missing": "Repair Office (Settings, Apps, Microsoft 365, Modify): Outlook's MAPI was not found.",
  "open-failed": "Close Outlook and start it again. If that does not help, send us a report.",
  "no-notifications": "Outlook notifies no changes for this profile. Send us a report.",
  "advise-failed": "Close Outlook and start it again. If that does not help, send us a report.",
  stopped: "Outlook is closing. Start it again.",
};

export const agentAnswers: Check<SystemContext> = {
  name: "agent answers",
  look({ health, bridge }) {
    if (health !== undefined) return ofSource(health);
    const why = bridge.kind === "absent" ? "no bridge runs that could ask it" : "the bridge is not responding";
    return unsure(why, 'Fix the bridge first (see "bridge").');
  },
};

function ofSource({ source, state, lastKnown }: Health): Finding {
  switch (source.status) {
    case "starting":
      return unsure("the bridge has just started", "Run this command again.");
    case "listening": {
      const { online, offline } = source.notifies;
      const last = lastKnown === undefined ? `is ${state}` : `was ${lastKnown.state} when it was last read`;
      const seen = `Outlook ${source.outlook}, profile ${source.profile}, ${last}`;
      if (online && offline) return pass(`${seen}; MAPI notifies going online and going offline`);
      return unsure(
        `${seen}; MAPI notifies only going ${online ? "online" : "offline"}`,
        "The pane shows what cannot be noticed; nothing can be done about it here.",
      );
    }
    case "unavailable": {
      const more = [source.code, source.detail].filter((part) => part !== undefined && part !== "");
      const seen = [source.reason, ...more].join(", ") + nameOf(source.code);
      const result = source.reason === "outlook-not-running" || source.reason === "stopped" ? unsure : fail;
      return result(seen, REMEDIES[source.reason]);
    }
  }
}

function nameOf(code: string | undefined): string {
  const name = code === undefined ? undefined : hresultName(code);
  return name === undefined ? "" : ` (${name})`;
}

export const paneFiles: Check = {
  name: "pane files",
  async look({ home, version, packageFolder, record }) {
    const folder = record.facts.version === undefined ? packageFolder : appFolder(home, version);
    const { files } = readInventory(folder);
    const pane = Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith("dist/pane/")));
    const damaged = await damagedFiles(folder, { version, files: pane });
    if (damaged.length > 0) return fail(`missing or changed: ${damaged.join(", ")}`, INSTALL_AGAIN);
    const count = Object.keys(pane).length;
    return count === 0 ? fail("the package has no pane", "Get the package again.") : pass(`${count} files, whole`);
  },
};

export const panes: Check<SystemContext> = {
  name: "pane connected",
  look({ health }) {
    if (health === undefined) return unsure("no bridge answers");
    if (health.clients > 0) return pass(`${health.clients} open`);
    return unsure("no pane is open", 'Open a message in Outlook and choose "Offline State" in the ribbon.');
  },
};
