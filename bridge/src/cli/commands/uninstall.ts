/** `outlook-offline-state uninstall`: away with all of it, also after an installation that was cut off. */
import type { Command } from "commander";
import { resolveHome } from "../../home/home.js";
import { windowsContext } from "../../install/context.js";
import { removeHome, remains } from "../../install/files/home.js";
import { STEPS } from "../../install/steps/index.js";
import { uninstall } from "../../install/uninstall.js";
import { setupOf } from "../../install/windows/setup-module.js";
import { say } from "../console.js";

interface Options {
  readonly msi?: true;
  readonly keepHistory?: true;
  readonly json?: true;
}

export function addUninstallCommand(program: Command): void {
  program
    .command("uninstall")
    .description("remove everything for this Windows user: bridge, add-in, agent, certificate, files, logs, history")
    .option("--keep-history", "leave the history of changes, for a later installation")
    .option("--msi", "the files are removed by Windows Installer")
    .option("--json", "for programs: one JSON object at the end")
    .action(async ({ msi, keepHistory, json }: Options) => {
      const tell = json === undefined ? say : () => undefined;
      const home = resolveHome();
      const options = { trust: true, sideload: true, msi: msi === true };
      const context = windowsContext({ options, say: tell, home });
      const runs = setupOf().runningOutlooks().length > 0;
      const removals = await uninstall(STEPS, context);
      const problems = removals.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
      // What could not be removed is still known by the record.
      const left = problems.length > 0 ? [] : removeHome(home, keepHistory === true);
      const ok = problems.length === 0 && left.length === 0;
      if (json !== undefined) {
        say(JSON.stringify({ ok, removals, left: [...left, ...(msi === true ? [] : remains(home))] }));
      } else if (ok) {
        say("Removed.");
        if (runs) say("Outlook still has the agent loaded; it is silent, and goes when Outlook is closed.");
      } else {
        say(`Not all could be removed: ${[...problems, ...left].join("; ")}`);
        say("Mend what is named and run the command again.");
      }
      process.exitCode = ok ? 0 : 1;
    });
}
