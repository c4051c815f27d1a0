/** Reads the log back: the file that is being written and the older ones beside it. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Home } from "../home/home.js";
import { logFileOf } from "./log.js";

/** The oldest first, the one that is being written last. */
export function logFilesOf(home: Home): string[] {
  const name = basename(logFileOf(home));
  const older = new RegExp(`^${name.replace(".log", "")}\\.(\\d+)\\.log$`);
  let names: string[];
  try {
    names = readdirSync(home.logs);
  } catch {
    return [];
  }
  return names
    .flatMap((found) => {
      const age = found === name ? 0 : Number(older.exec(found)?.[1] ?? "-1");
      return age < 0 ? [] : [{ file: join(home.logs, found), age }];
    })
    .sort((one, other) => other.age - one.age)
    .map(({ file }) => file);
}

/** The last `count` lines of the whole log, the oldest first. */
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
  } catch {
    // It has just been set aside.
    return [];
  }
}
