/** Copies the product's files to a folder per version: Outlook may still have the agent of another version loaded. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { codeOf, messageOf, UserError } from "../../user-error.js";
import type { InstallContext } from "../context.js";
import { damagedFiles, INVENTORY, readInventory, type Inventory } from "../inventory.js";
import { AGENT, appFolder, appsFolder, COMMAND, MAIN, NODE } from "../paths.js";
import type { Registry } from "../registry.js";
import { moveToTemp, removeIfEmptyFolder, removeLater, removeOrMove, removeTree, type MovedFiles } from "../removal.js";
import { fail, INSTALL_AGAIN, pass, type Step } from "../step.js";

const MAX_LISTED_FILES = 3;
/** A version is copied to a folder with this name and the id of the process, and renamed when it is complete. */
const INCOMPLETE = ".new-";
/** A version, or an incomplete copy of one. */
const VERSION_FOLDER = /^(?:\d+\.\d+\.\d+|\.new-\d+$)/;
const AGENT_NAMES = new Set(Object.values(AGENT).map((file) => basename(file)));

export const appFiles: Step = {
  name: "files",
  title: "Files",

  async check({ dataDirectory, version, record }) {
    const folder = appFolder(dataDirectory, version);
    if (record.problem !== undefined) return fail(record.problem, INSTALL_AGAIN);
    if (!existsSync(join(folder, INVENTORY))) return fail(`${folder} does not exist or is incomplete`, INSTALL_AGAIN);
    let inventory: Inventory;
    try {
      inventory = readInventory(folder);
    } catch (error) {
      return fail(messageOf(error), INSTALL_AGAIN);
    }
    const damaged = await damagedFiles(folder, inventory);
    if (process.platform === "win32" && !existsSync(join(folder, NODE))) damaged.push(NODE);
    if (damaged.length > 0) return fail(`missing or changed in ${folder}: ${list(damaged)}`, INSTALL_AGAIN);
    return pass(`${Object.keys(inventory.files).length} files in ${folder}`);
  },

  async apply(context, journal) {
    const { dataDirectory, version, packageFolder } = context;
    const folder = appFolder(dataDirectory, version);
    if (resolve(packageFolder) === resolve(folder)) {
      throw new UserError(
        `the installed files in ${folder} are damaged, and cannot repair themselves`,
        context.options.msi
          ? "Run the MSI again."
          : "Install from the npm package again: `npx outlook-offline-state install`.",
      );
    }
    const inventory = readInventory(packageFolder);
    const damaged = await damagedFiles(packageFolder, inventory);
    if (damaged.length > 0) {
      throw new UserError(
        `the package in ${packageFolder} is damaged: ${list(damaged)}`,
        "Download the package again.",
      );
    }
    if (existsSync(folder)) return repair(packageFolder, folder, inventory);

    const incomplete = join(appsFolder(dataDirectory), `${INCOMPLETE}${process.pid}`);
    journal.add(folder, () => {
      removeTree(incomplete);
      removeTree(folder);
      removeIfEmptyFolder(appsFolder(dataDirectory));
    });
    rmSync(incomplete, { recursive: true, force: true });
    mkdirSync(incomplete, { recursive: true, mode: 0o700 });
    copyAll(packageFolder, incomplete, [...Object.keys(inventory.files), INVENTORY]);
    addWindowsFiles(incomplete, inventory);
    renameSync(incomplete, folder);
    return `copied ${Object.keys(inventory.files).length} files to ${folder}`;
  },

  revert(context) {
    return Promise.resolve(removeApps(context));
  },
};

/** Removes all other installed versions. Files that Outlook has loaded stay until the next call. Returns the versions; never throws. */
export function removeOtherVersions({ dataDirectory, version, packageFolder }: InstallContext): readonly string[] {
  const apps = appsFolder(dataDirectory);
  const removed: string[] = [];
  for (const name of versionsIn(apps)) {
    if (name === version || resolve(packageFolder) === resolve(apps, name)) continue;
    if (removeTree(join(apps, name)).length === 0 && !name.startsWith(INCOMPLETE)) removed.push(name);
  }
  return removed;
}

function removeApps({ dataDirectory, registry, options, packageFolder }: InstallContext): string[] {
  const apps = appsFolder(dataDirectory);
  if (!existsSync(apps)) return [];
  // Windows does not remove the working directory of a process.
  if (resolve(process.cwd()).startsWith(resolve(apps))) process.chdir(tmpdir());
  const removed: string[] = [];
  for (const name of versionsIn(apps)) {
    const folder = join(apps, name);
    // Windows Installer removes the files that it knows, and ignores those that are gone. Remove the others, and move an agent that
    // Outlook has loaded: for that file it would restart Windows. The files of this process stay.
    const moved =
      options.msi && resolve(packageFolder) === resolve(folder)
        ? moveToTemp(removeTree(folder).filter(isAgent))
        : removeOrMove(folder);
    if (moved !== undefined) scheduleRemoval(registry, moved);
    removed.push(folder);
  }
  removeIfEmptyFolder(apps);
  return removed;
}

/** Outlook uses an agent until it exits; other files are only used by this process. */
function scheduleRemoval(registry: Registry, { folder, files }: MovedFiles): void {
  removeLater(registry, folder, files.some(isAgent));
}

function isAgent(file: string): boolean {
  return AGENT_NAMES.has(basename(file));
}

function versionsIn(apps: string): string[] {
  return existsSync(apps) ? readdirSync(apps).filter((name) => VERSION_FOLDER.test(name)) : [];
}

function copyAll(from: string, to: string, paths: readonly string[]): void {
  const created = new Set<string>();
  for (const path of paths) {
    try {
      const folder = dirname(join(to, path));
      if (!created.has(folder)) mkdirSync(folder, { recursive: true });
      created.add(folder);
      copyFileSync(join(from, path), join(to, path));
    } catch (error) {
      throw new UserError(
        `cannot write ${join(to, path)} (${codeOf(error) ?? messageOf(error)})`,
        "Check that the folder is writable and that the disk is not full.",
        { cause: error },
      );
    }
  }
}

/** Node.js and a command, unless the package contains them. A copy of Node.js is unaffected by an update of Node.js on this machine. */
function addWindowsFiles(folder: string, inventory: Inventory): void {
  if (process.platform !== "win32") return;
  if (inventory.files[NODE] === undefined) copyFileSync(process.execPath, join(folder, NODE));
  if (inventory.files[COMMAND] === undefined)
    writeFileSync(join(folder, COMMAND), `@"%~dp0${NODE}" "%~dp0${MAIN}" %*\r\n`);
}

/** Replaces single files: a folder with running programs cannot be replaced as a whole. Files in use are renamed first. */
async function repair(from: string, folder: string, inventory: Inventory): Promise<string> {
  const damaged = await damagedFiles(folder, inventory);
  for (const path of damaged) {
    const file = join(folder, path);
    if (statSync(file, { throwIfNoEntry: false }) !== undefined) {
      const renamed = `${file}.old-${process.pid}`;
      renameSync(file, renamed);
      removeTree(renamed);
    }
  }
  copyAll(from, folder, [...damaged, INVENTORY]);
  addWindowsFiles(folder, inventory);
  return `repaired ${damaged.length} files in ${folder}: ${list(damaged)}`;
}

function list(paths: readonly string[]): string {
  const more = paths.length - MAX_LISTED_FILES;
  return paths.slice(0, MAX_LISTED_FILES).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
