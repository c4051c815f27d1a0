/** Reads the log back: the file that is being written and the older ones beside it. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { asFailure, codeOf, describe, Failure } from "../failure.js";
import type { Home } from "../home/home.js";
import { logFileOf } from "./log.js";

/** The oldest first, the one that is being written last; empty when there is no log. Throws a Failure. */
export function logFilesOf(home: Home): string[] {
  const name = basename(logFileOf(home));
  const older = new RegExp(`^${name.replace(".log", "")}\\.(\\d+)\\.log$`);
  let names: string[];
  try {
    names = readdirSync(home.logs);
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return [];
    throw unreadable(home.logs, thrown);
  }
  return names
    .flatMap((found) => {
      const age = found === name ? 0 : Number(older.exec(found)?.[1] ?? "-1");
      return age < 0 ? [] : [{ file: join(home.logs, found), age }];
    })
    .sort((one, other) => other.age - one.age)
    .map(({ file }) => file);
}

/** The last `count` lines of the whole log, the oldest first. Throws a Failure that names the file that cannot be read. */
export function lastLines(home: Home, count: number): string[] {
  let lines: string[] = [];
  for (const file of logFilesOf(home).reverse()) {
    if (lines.length >= count) break;
    lines = [...linesOf(file), ...lines];
  }
  return count === 0 ? [] : lines.slice(-count);
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch (thrown) {
    // A file that has just been rotated is not there for a moment.
    if (codeOf(thrown) === "ENOENT") return [];
    throw unreadable(file, thrown);
  }
}

/** Why `file`, which is the log or its folder, cannot be read. */
export function unreadable(file: string, thrown: unknown): Failure {
  const why = asFailure(thrown, file);
  return new Failure(
    `the log cannot be read: ${why?.message ?? `${file}: ${describe(thrown)}`}`,
    why?.remedy ?? "Check the file.",
    { cause: thrown },
  );
}
