/** `outlook-offline-state logs`: shows what the bridge has said, and follows it. */
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { resolveHome } from "../../home/home.js";
import { followLog } from "../../log/follow.js";
import { lastLines, logFilesOf } from "../../log/read.js";
import { logLine } from "../../log/readable.js";
import { say } from "../console.js";

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
    .description("show the log of this user's bridge; it is kept below 10 MB")
    .option("-n, --lines <number>", "how many of the last lines", parseLines, DEFAULT_LINES)
    .option("-f, --follow", "go on showing what is added, until Ctrl+C")
    .option("--json", "for programs: the lines as they are, one JSON object each")
    .action(async ({ lines, follow, json }: Options) => {
      const home = resolveHome();
      const show = (line: string): void => {
        say(json === undefined ? logLine(line) : line);
      };
      const found = lastLines(home, lines);
      for (const line of found) show(line);
      if (follow === true) await followLog(home, show);
      else if (found.length === 0 && json === undefined) say(`There is no log yet in ${home.logs}.`);
      if (logFilesOf(home).length === 0) process.exitCode = follow === true ? 0 : 1;
    });
}

function parseLines(text: string): number {
  const lines = /^\d{1,6}$/.test(text) ? Number(text) : -1;
  if (lines >= 0 && lines <= MOST_LINES) return lines;
  throw new InvalidArgumentError(`A whole number from 0 to ${MOST_LINES} is expected.`);
}
