/** `outlook-offline-state logs` */
import { resolveDataDirectory } from "../data-directory.js";
import { prettyPrint, toJsonLine } from "../log/pretty-print.js";
import { lastLines, logFilesOf, tailLog } from "../log/read.js";
import { UserError } from "../user-error.js";
import { printLine, printError, untilInterrupted } from "./console.js";

export interface LogsOptions {
  readonly lines: number;
  readonly follow?: true;
  readonly json?: true;
}

/** Returns the exit code. Throws a UserError if the log cannot be read. */
export async function logs({ lines, follow, json }: LogsOptions): Promise<number> {
  const dataDirectory = resolveDataDirectory();
  const show = (line: string): void => {
    printLine(json === undefined ? prettyPrint(line) : toJsonLine(line));
  };
  for (const line of lastLines(dataDirectory, lines)) show(line);
  if (follow === true) {
    await tailLog(dataDirectory, show, untilInterrupted());
    return 0;
  }
  if (logFilesOf(dataDirectory).length > 0) return 0;
  if (json === undefined) printLine(`No log yet in ${dataDirectory.logs}.`);
  else
    printError(new UserError(`no log yet in ${dataDirectory.logs}`, "Start the background program first."), {
      json: true,
    });
  return 1;
}
