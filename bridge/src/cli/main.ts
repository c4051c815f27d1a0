#!/usr/bin/env node
/** The package's bin. Each command is a file of its own in commands/, and adds itself to the program. */
import { Command } from "commander";
import { version } from "../version.js";
import { addDoctorCommand } from "./commands/doctor.js";
import { addInstallCommand } from "./commands/install.js";
import { addLogsCommand } from "./commands/logs.js";
import { addOutlookCommand } from "./commands/outlook.js";
import { addStartCommand } from "./commands/start.js";
import { addStatusCommand } from "./commands/status.js";
import { addUninstallCommand } from "./commands/uninstall.js";
import { complain, toleratePipesThatClose } from "./console.js";

const program = new Command("outlook-offline-state")
  .description("Shows in a task pane, live, whether classic Outlook for Windows is online or offline.")
  .version(version)
  .showHelpAfterError("(--help says what there is)");

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

toleratePipesThatClose();
try {
  await program.parseAsync();
} catch (thrown) {
  complain(thrown);
  process.exitCode = 1;
}
