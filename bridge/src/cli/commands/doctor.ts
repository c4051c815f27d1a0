/** `outlook-offline-state doctor`: the whole chain, one line each, with the evidence and the remedy. */
import type { Command } from "commander";
import type { DoctorCommandOptions } from "../doctor.js";

export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("check the whole chain, from Outlook to the pane; exit code 1 when something is wrong")
    .option("--json", "for programs: one JSON object")
    .option("--report [file]", "write one file to send, with nothing personal in it")
    .action(async (options: DoctorCommandOptions) => {
      const { runDoctor } = await import("../doctor.js");
      process.exitCode = await runDoctor(options);
    });
}
