/** Defines all commands and options. The code of a command is loaded only when it is used. */
import { Command, InvalidArgumentError, Option } from "commander";
import { DEFAULT_PORT } from "../../../shared/src/contract.js";
import { printableLines } from "../log/sanitize.js";
import { COMMANDS } from "../simulator/commands.js";
import { version } from "../version.js";
import { hasOption, USAGE_HINT } from "./console.js";
import type { DoctorOptions } from "./doctor.js";
import type { InstallCommandOptions } from "./install.js";
import type { LogsOptions } from "./logs.js";
import type { StartOptions } from "./start.js";
import type { StatusOptions } from "./status.js";
import type { UninstallOptions } from "./uninstall.js";

const DEFAULT_LINES = 50;
const MAX_LINES = 100_000;

/** Its `parseAsync` rejects with a CommanderError for invalid arguments, and after printing help or the version. */
export function createProgram(): Command {
  const json = hasOption("--json");
  const program = new Command("outlook-offline-state")
    .description("Shows whether classic Outlook for Windows is online or offline, live in a task pane.")
    .version(version)
    .option("--verbose", "print stack traces of errors")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      // With --json, errors are printed as JSON below.
      outputError(text, write) {
        if (!json) write(printableLines(text));
      },
    })
    .exitOverride();
  if (!json) program.showHelpAfterError(USAGE_HINT);

  program
    .command("start")
    .description("run the background program until Ctrl+C; simulates Outlook if classic Outlook is not installed")
    .option("--port <number>", "port of https://localhost", parsePort, DEFAULT_PORT)
    .option("--simulate", "simulate Outlook even if it is installed")
    .option("--mapi <library>", "MAPI provider for the simulator")
    .action(async (options: StartOptions) => {
      const { start } = await import("./start.js");
      await start(options);
    });

  program
    .command("status")
    .description(
      "show whether Outlook is online; exit code 1 if the background program is not running, 2 if it does not respond",
    )
    .option("--json", "print one JSON object per line")
    .option("--watch", "print each change until Ctrl+C")
    .action(async (options: StatusOptions) => {
      const { status } = await import("./status.js");
      process.exitCode = await status(options);
    });

  program
    .command("logs")
    .description("show the log of the background program; exit code 1 if there is none")
    .option("-n, --lines <number>", "number of lines", parseLines, DEFAULT_LINES)
    .option("-f, --follow", "print new lines until Ctrl+C")
    .option("--json", "print the lines as JSON objects")
    .action(async (options: LogsOptions) => {
      const { logs } = await import("./logs.js");
      process.exitCode = await logs(options);
    });

  program
    .command("install")
    .description(
      "install for this Windows user, without administrator rights; exit code 3 if classic Outlook is missing",
    )
    .option("--port <number>", "port of https://localhost (default: the first free one of 38443 to 38462)", parsePort)
    .option("--no-trust", "do not ask Windows to trust the certificate: an administrator does it")
    .option("--no-sideload", "do not add the add-in to Outlook: an administrator deploys it")
    .option("--without-outlook", "install even if classic Outlook is missing")
    .addOption(new Option("--msi", "Windows Installer has copied the files").hideHelp())
    .option("--json", "print one JSON object at the end")
    .action(async (options: InstallCommandOptions) => {
      const { runInstall } = await import("./install.js");
      process.exitCode = await runInstall(options);
    });

  program
    .command("uninstall")
    .description("uninstall for this Windows user: programs, add-in, certificate, logs, history")
    .option("--keep-history", "keep the history for a later installation")
    .addOption(new Option("--msi", "Windows Installer removes the files").hideHelp())
    .addOption(
      new Option("--stop-only", "only stop the background program: another version replaces this one").hideHelp(),
    )
    .option("--json", "print one JSON object at the end")
    .action(async (options: UninstallOptions) => {
      const { runUninstall } = await import("./uninstall.js");
      process.exitCode = await runUninstall(options);
    });

  program
    .command("doctor")
    .description("check everything from Outlook to the pane; exit code 1 if a check fails")
    .option("--json", "print one JSON object")
    .option("--report [file]", "write a file for support, without personal data")
    .action(async (options: DoctorOptions) => {
      const { runDoctor } = await import("./doctor.js");
      process.exitCode = await runDoctor(options);
    });

  program
    .command("outlook")
    .description("control the simulator")
    .argument("<command...>", "one of the commands below")
    .addHelpText(
      "after",
      `\nCommands:\n${[...COMMANDS].map(([name, text]) => `  ${name.padEnd(14)}${text}`).join("\n")}`,
    )
    .action(async (words: string[]) => {
      const { outlook } = await import("./outlook.js");
      await outlook(words);
    });
  return program;
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65535) return port;
  throw new InvalidArgumentError("Use a whole number from 1 to 65535.");
}

function parseLines(text: string): number {
  const lines = /^\d{1,6}$/.test(text) ? Number(text) : -1;
  if (lines >= 0 && lines <= MAX_LINES) return lines;
  throw new InvalidArgumentError(`Use a whole number from 0 to ${MAX_LINES}.`);
}
