/** `outlook-offline-state logs`: shows what the bridge has said, and follows it. */
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { Failure } from "../../failure.js";
import { resolveHome } from "../../home/home.js";
import { followLog } from "../../log/follow.js";
import { lastLines, logFilesOf } from "../../log/read.js";
import { jsonLine, logLine } from "../../log/readable.js";
import { printError, say, untilInterrupted } from "../console.js";

interface Options {
  readonly lines: number;
  readonly follow?: true;
  readonly json?: true;
}

const DEFAULT_LINES = 50;
const MOST_LINES = 100_000;

export function addLogsCommand(program: Command): void {
  program
    .command("logs")
    .description("show the log of this user's bridge; exit code 1 when there is none")
    .option("-n, --lines <number>", "how many of the last lines", parseLines, DEFAULT_LINES)
    .option("-f, --follow", "go on showing what is added, until Ctrl+C")
    .option("--json", "for programs: the lines as they are, one JSON object each")
    .action(async ({ lines, follow, json }: Options) => {
      const home = resolveHome();
      const show = (line: string): void => {
        say(json === undefined ? logLine(line) : jsonLine(line));
      };
      for (const line of lastLines(home, lines)) show(line);
      if (follow === true) await followLog(home, show, untilInterrupted());
      else if (logFilesOf(home).length === 0) {
        if (json === undefined) say(`There is no log yet in ${home.logs}.`);
        else printError(new Failure(`there is no log yet in ${home.logs}`, "Start the bridge first."), { json: true });
        process.exitCode = 1;
      }
    });
}

function parseLines(text: string): number {
  const lines = /^\d{1,6}$/.test(text) ? Number(text) : -1;
  if (lines >= 0 && lines <= MOST_LINES) return lines;
  throw new InvalidArgumentError(`A whole number from 0 to ${MOST_LINES} is expected.`);
}
