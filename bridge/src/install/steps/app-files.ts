/** The product's files, in a folder of this version's own: Outlook may still have another version's agent loaded. */
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { codeOf, describe, Failure } from "../../failure.js";
import { damagedFiles, INVENTORY, readInventory, type Inventory } from "../files/inventory.js";
import { removeLater, removeOrMove, removeTree } from "../files/removal.js";
import { AGENT, appFolder, appsFolder, COMMAND, MAIN, NODE } from "../places.js";
import { fail, INSTALL_AGAIN, pass, type InstallContext, type Step } from "../step.js";

const SHOWN = 3;
const AGENTS = new Set(Object.values(AGENT).map((file) => basename(file)));

export const appFiles: Step = {
  name: "files",
  what: "copy the files",

  async check({ home, version }) {
    const folder = appFolder(home, version);
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

    const unfinished = join(appsFolder(home), `.new-${process.pid}`);
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
    return Promise.resolve(removeApps(context, () => true));
  },
};

/** Removes every installed version but this one; what Outlook still has loaded stays until the next time. Never throws. */
export function removeOtherVersions(context: InstallContext): readonly string[] {
  const apps = appsFolder(context.home);
  const removed: string[] = [];
  for (const name of versionsIn(apps)) {
    if (name === context.version || resolve(context.packageFolder) === resolve(apps, name)) continue;
    if (removeTree(join(apps, name)).length === 0) removed.push(name);
  }
  return removed;
}

function removeApps({ home, registry, options }: InstallContext, wanted: (name: string) => boolean): string[] {
  const apps = appsFolder(home);
  // Windows Installer removes its own files when we are done.
  if (options.msi || !existsSync(apps)) return [];
  // Windows removes no folder in which a program stands.
  if (resolve(process.cwd()).startsWith(resolve(apps))) process.chdir(tmpdir());
  const removed: string[] = [];
  for (const name of versionsIn(apps).filter(wanted)) {
    const folder = join(apps, name);
    const aside = removeOrMove(folder);
    // The rest of what can be in use is in use by this very process.
    const byOutlook = aside?.files.some((file) => AGENTS.has(basename(file))) === true;
    if (aside !== undefined) removeLater(registry, aside.folder, byOutlook);
    removed.push(folder);
  }
  removeIfEmptyFolder(apps);
  return removed;
}

function versionsIn(apps: string): string[] {
  return existsSync(apps) ? readdirSync(apps) : [];
}

function removeIfEmptyFolder(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmSync(folder, { recursive: true, force: true });
}

function copyAll(from: string, to: string, paths: readonly string[]): void {
  for (const path of paths) {
    try {
      mkdirSync(dirname(join(to, path)), { recursive: true });
      cpSync(join(from, path), join(to, path));
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
  if (inventory.files[NODE] === undefined) cpSync(process.execPath, join(folder, NODE));
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
