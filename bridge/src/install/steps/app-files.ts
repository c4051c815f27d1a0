/** The product's files, in a folder of this version's own: Outlook may still have another version's agent loaded. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { codeOf, describe, Failure } from "../../failure.js";
import { damagedFiles, INVENTORY, readInventory, type Inventory } from "../files/inventory.js";
import { moveAside, removeLater, removeOrMove, removeTree, type MovedAside } from "../files/removal.js";
import { AGENT, appFolder, appsFolder, COMMAND, MAIN, NODE } from "../places.js";
import type { Registry } from "../registry/registry.js";
import { fail, INSTALL_AGAIN, pass, type InstallContext, type Step } from "../step.js";

const SHOWN = 3;
/** Name of the folder into which a version is copied, before the number of the process. */
const UNFINISHED = ".new-";
/** What we have made in the folder of apps: a version, or one that was never finished. */
const VERSION_FOLDER = /^(?:\d+\.\d+\.\d+|\.new-\d+$)/;
const AGENTS = new Set(Object.values(AGENT).map((file) => basename(file)));

export const appFiles: Step = {
  name: "files",
  what: "copy the files",

  async check({ home, version, record }) {
    const folder = appFolder(home, version);
    if (record.problem !== undefined) return fail(record.problem, INSTALL_AGAIN);
    if (!existsSync(join(folder, INVENTORY))) return fail(`${folder} is not there`, INSTALL_AGAIN);
    let inventory: Inventory;
    try {
      inventory = readInventory(folder);
    } catch (thrown) {
      return fail(describe(thrown), INSTALL_AGAIN);
    }
    const damaged = await damagedFiles(folder, inventory);
    if (process.platform === "win32" && !existsSync(join(folder, NODE))) damaged.push(NODE);
    if (damaged.length > 0) return fail(`missing or changed in ${folder}: ${list(damaged)}`, INSTALL_AGAIN);
    return pass(`${Object.keys(inventory.files).length} files, whole, in ${folder}`);
  },

  async do(context, journal) {
    const { home, version, packageFolder } = context;
    const folder = appFolder(home, version);
    if (resolve(packageFolder) === resolve(folder)) {
      throw new Failure(
        `the files in ${folder} are damaged, and they are what is running`,
        context.options.msi
          ? "Repair the installation: Settings, Apps, Outlook Offline State, Modify; or run the MSI again."
          : "Run the installation from the npm package again: `npx outlook-offline-state install`.",
      );
    }
    const inventory = readInventory(packageFolder);
    const source = await damagedFiles(packageFolder, inventory);
    if (source.length > 0) {
      throw new Failure(`the package in ${packageFolder} is damaged: ${list(source)}`, "Get the package again.");
    }
    if (existsSync(folder)) return repair(packageFolder, folder, inventory);

    const unfinished = join(appsFolder(home), `${UNFINISHED}${process.pid}`);
    journal.add(folder, () => {
      removeTree(unfinished);
      removeTree(folder);
      removeIfEmptyFolder(appsFolder(home));
    });
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true, mode: 0o700 });
    copyAll(packageFolder, unfinished, [...Object.keys(inventory.files), INVENTORY]);
    addOwn(unfinished, inventory);
    renameSync(unfinished, folder);
    return `copied ${Object.keys(inventory.files).length} files to ${folder}`;
  },

  undo(context) {
    return Promise.resolve(removeApps(context));
  },
};

/** Removes every installed version but this one; what Outlook still has loaded stays until the next time. Never throws. */
export function removeOtherVersions(context: InstallContext): readonly string[] {
  const apps = appsFolder(context.home);
  const removed: string[] = [];
  for (const name of versionsIn(apps)) {
    if (name === context.version || resolve(context.packageFolder) === resolve(apps, name)) continue;
    // One that was never finished is no version.
    if (removeTree(join(apps, name)).length === 0 && !name.startsWith(UNFINISHED)) removed.push(name);
  }
  return removed;
}

function removeApps({ home, registry, options, packageFolder }: InstallContext): string[] {
  const apps = appsFolder(home);
  if (!existsSync(apps)) return [];
  // Windows removes no folder in which a program stands.
  if (resolve(process.cwd()).startsWith(resolve(apps))) process.chdir(tmpdir());
  const removed: string[] = [];
  for (const name of versionsIn(apps)) {
    const folder = join(apps, name);
    if (options.msi && resolve(packageFolder) === resolve(folder)) leaveToInstaller(registry, folder);
    else {
      const aside = removeOrMove(folder);
      if (aside !== undefined) goLater(registry, aside);
    }
    removed.push(folder);
  }
  removeIfEmptyFolder(apps);
  return removed;
}

/**
 * Windows Installer removes what it has put there, and misses nothing that is gone: what it does not know of goes here, and
 * so does an agent that Outlook has loaded, for which it would have Windows restarted. This very program stays for it.
 */
function leaveToInstaller(registry: Registry, folder: string): void {
  const agents = removeTree(folder).filter((file) => AGENTS.has(basename(file)));
  const aside = moveAside(agents);
  if (aside !== undefined) goLater(registry, aside);
}

/** What is in use and is no agent is in use by this very process. */
function goLater(registry: Registry, { folder, files }: MovedAside): void {
  removeLater(
    registry,
    folder,
    files.some((file) => AGENTS.has(basename(file))),
  );
}

function versionsIn(apps: string): string[] {
  return existsSync(apps) ? readdirSync(apps).filter((name) => VERSION_FOLDER.test(name)) : [];
}

function removeIfEmptyFolder(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmSync(folder, { recursive: true, force: true });
}

function copyAll(from: string, to: string, paths: readonly string[]): void {
  const made = new Set<string>();
  for (const path of paths) {
    try {
      const folder = dirname(join(to, path));
      if (!made.has(folder)) mkdirSync(folder, { recursive: true });
      made.add(folder);
      copyFileSync(join(from, path), join(to, path));
    } catch (thrown) {
      throw new Failure(
        `${join(to, path)} cannot be written (${codeOf(thrown) ?? describe(thrown)})`,
        "See that the folder can be written and that its disk is not full.",
        { cause: thrown },
      );
    }
  }
}

/** Node itself, unless the package brings it, so that an update of Node on this machine breaks nothing; and a command. */
function addOwn(folder: string, inventory: Inventory): void {
  if (process.platform !== "win32") return;
  if (inventory.files[NODE] === undefined) copyFileSync(process.execPath, join(folder, NODE));
  if (inventory.files[COMMAND] === undefined)
    writeFileSync(join(folder, COMMAND), `@"%~dp0${NODE}" "%~dp0${MAIN}" %*\r\n`);
}

/** The running files of this very version cannot be replaced as a folder: one by one, moving aside what is in use. */
async function repair(from: string, folder: string, inventory: Inventory): Promise<string> {
  const damaged = await damagedFiles(folder, inventory);
  for (const path of damaged) {
    const file = join(folder, path);
    if (statSync(file, { throwIfNoEntry: false }) !== undefined) {
      const aside = `${file}.old-${process.pid}`;
      renameSync(file, aside);
      removeTree(aside);
    }
  }
  copyAll(from, folder, [...damaged, INVENTORY]);
  addOwn(folder, inventory);
  return `mended ${damaged.length} files in ${folder}: ${list(damaged)}`;
}

function list(paths: readonly string[]): string {
  const more = paths.length - SHOWN;
  return paths.slice(0, SHOWN).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
