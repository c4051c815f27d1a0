/** Removes what a run and an installation have written, by name: a home may be a folder in which a person has other things. */
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { isDataDirectory, unmark, type Home } from "../../home/home.js";
import { INVENTORY } from "./inventory.js";
import { installFileOf } from "../record.js";
import { removeTree } from "./removal.js";

/** Call it last: the log is in there. A folder that is no data directory stays as it is. Returns what could not be removed. */
export function removeHome(home: Home, keepHistory = false): string[] {
  if (!isDataDirectory(home)) return [];
  const folders = [home.certificates, home.logs, home.run, ...(keepHistory ? [] : [home.history])];
  const left = folders.flatMap((folder) => removeTree(folder));
  for (const file of [installFileOf(home), `${installFileOf(home)}.new`, join(home.path, INVENTORY)])
    rmSync(file, { force: true });
  if (!keepHistory && left.length === 0) unmark(home);
  if (existsSync(home.path) && readdirSync(home.path).length === 0) rmdirSync(home.path);
  return left;
}

/** What is still in the home, for the person. */
export function remains(home: Home): string[] {
  return existsSync(home.path) ? readdirSync(home.path).map((name) => join(basename(home.path), name)) : [];
}
