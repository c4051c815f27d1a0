#!/usr/bin/env node
/** The package's bin. Each command is a file of its own in commands/, and adds itself to the program. */
import { Command, CommanderError } from "commander";
import { Failure } from "../failure.js";
import { printableLines } from "../log/printable.js";
import { version } from "../version.js";
import { addDoctorCommand } from "./commands/doctor.js";
import { addInstallCommand } from "./commands/install.js";
import { addLogsCommand } from "./commands/logs.js";
import { addOutlookCommand } from "./commands/outlook.js";
import { addStartCommand } from "./commands/start.js";
import { addStatusCommand } from "./commands/status.js";
import { addUninstallCommand } from "./commands/uninstall.js";
import { handleOutputErrors, isAsked, printError } from "./console.js";

// Every client verifies the bridge in any case (instance/client.ts). Here it would only have Node print a warning that is untrue.
delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];

const USAGE_HINT = "Run with --help for usage.";
const json = isAsked("--json");

const program = new Command("outlook-offline-state")
  .description("Shows in a task pane, live, whether classic Outlook for Windows is online or offline.")
  .version(version)
  .option("--verbose", "print the stack of errors, too")
  .configureHelp({ showGlobalOptions: true })
  .configureOutput({
    // With --json the error is printed as JSON instead (below).
    outputError(text, write) {
      if (!json) write(printableLines(text));
    },
  })
  .exitOverride();
if (!json) program.showHelpAfterError(USAGE_HINT);

const commands = [
  addStartCommand,
  addStatusCommand,
  addLogsCommand,
  addInstallCommand,
  addUninstallCommand,
  addDoctorCommand,
  addOutlookCommand,
];
for (const add of commands) add(program);

handleOutputErrors();
try {
  await program.parseAsync();
} catch (thrown) {
  if (!(thrown instanceof CommanderError)) {
    printError(thrown, { json });
    process.exitCode = 1;
  } else {
    // Commander has printed it already, but not as JSON.
    if (json && thrown.exitCode !== 0) {
      const failure = new Failure(thrown.message.replace(/^error: /, ""), USAGE_HINT, { cause: thrown });
      printError(failure, { json });
    }
    process.exitCode = thrown.exitCode;
  }
}
