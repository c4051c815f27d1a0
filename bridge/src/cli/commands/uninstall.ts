/** `outlook-offline-state uninstall`: away with all of it, also after an installation that was cut off. */
import { Option, type Command } from "commander";
import type { UninstallCommandOptions } from "../uninstall.js";

export function addUninstallCommand(program: Command): void {
  program
    .command("uninstall")
    .description("remove everything for this Windows user: bridge, add-in, agent, certificate, files, logs, history")
    .option("--keep-history", "leave the history of changes, for a later installation")
    .addOption(new Option("--msi", "the files are removed by Windows Installer").hideHelp())
    .addOption(new Option("--stop-only", "only end the bridge: another version takes its place").hideHelp())
    .option("--json", "for programs: one JSON object at the end")
    .action(async (options: UninstallCommandOptions) => {
      const { runUninstall } = await import("../uninstall.js");
      process.exitCode = await runUninstall(options);
    });
}
