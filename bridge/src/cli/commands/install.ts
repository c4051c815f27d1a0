/** `outlook-offline-state install`: everything for this user alone, no administrator needed. */
import { Option, type Command } from "commander";
import type { InstallCommandOptions } from "../install.js";
import { parsePort } from "../port.js";

export function addInstallCommand(program: Command): void {
  program
    .command("install")
    .description(
      "install for this Windows user: files, certificate, agent in Outlook, start at logon, add-in; exit code 3 without classic Outlook",
    )
    .option("--port <number>", "port of https://localhost; without it, the first free one of the range", parsePort)
    .option("--no-trust", "do not ask Windows to trust the certificate: an administrator sees to that")
    .option("--no-sideload", "do not sideload the manifest: it comes by centralized deployment")
    .option("--without-outlook", "install although there is no classic Outlook yet")
    .addOption(new Option("--msi", "the files were put in place by Windows Installer").hideHelp())
    .option("--json", "for programs: one JSON object at the end")
    .action(async (options: InstallCommandOptions) => {
      // Loaded when it is wanted: `start` has no use for it.
      const { runInstall } = await import("../install.js");
      process.exitCode = await runInstall(options);
    });
}
