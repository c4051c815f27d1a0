/** Writes the manifest with this user's port and sideloads it into Outlook with office-addin-debugging, Office's own tool. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { DEFAULT_PORT } from "../../../../shared/src/contract.js";
import { messageOf, UserError } from "../../user-error.js";
import type { InstallContext } from "../context.js";
import type { Journal } from "../journal.js";
import {
  appFolder,
  DEVELOPER_KEY,
  DISK_PROVIDER,
  diskManifestFolder,
  MANIFEST,
  manifestFile,
  PROVIDERS_KEY,
  sideloadFolder,
} from "../paths.js";
import { hasKey, missingKeys, number, readNumber, readText, saveTree, text } from "../registry.js";
import { removeTree } from "../removal.js";
import { fail, INSTALL_AGAIN, pass, unknown, type Finding, type Step } from "../step.js";

const ENABLE_DEBUGGING = "EnableDebugging";
const RUNTIME_LOGGING_KEY = `${DEVELOPER_KEY}\\RuntimeLogging`;
const OUTLOOK_KEY = `${DEVELOPER_KEY}\\Outlook`;

/** The product's manifest with `port` instead of the default one. Throws a UserError if it is not the product's manifest. */
export function manifestFor(source: string, port: number): { readonly xml: string; readonly id: string } {
  const origin = `https://localhost:${DEFAULT_PORT}/`;
  const id = /<Id>\s*([0-9a-fA-F-]{36})\s*<\/Id>/.exec(source)?.[1];
  if (id === undefined || !source.includes(origin))
    throw new UserError(`manifest.xml has no id or does not contain ${origin}`, "Download the package again.");
  return { xml: source.replaceAll(origin, `https://localhost:${port}/`), id };
}

export const manifest: Step = {
  name: "manifest",
  title: "Add-in in Outlook",

  check(context) {
    return Promise.resolve(checkManifest(context));
  },

  async apply(context, journal) {
    const { dataDirectory, version, registry, record, options } = context;
    const source = readFileSync(join(appFolder(dataDirectory, version), MANIFEST), "utf8");
    const { xml, id } = manifestFor(source, portOf(context));
    const file = manifestFile(dataDirectory);
    saveFile(file, journal);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, xml);
    if (!options.sideload)
      return `wrote ${file}; not sideloaded because of --no-sideload: your administrator deploys the add-in`;

    const folder = sideloadFolder(dataDirectory);
    const diskFolder = diskManifestFolder(dataDirectory);
    saveFile(join(diskFolder, MANIFEST), journal);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const before = readText(registry, PROVIDERS_KEY, DISK_PROVIDER);
    if (before !== undefined && before.toLowerCase() !== diskFolder.toLowerCase())
      record.update({ diskProviderBefore: before });
    // The tool writes these keys itself.
    for (const key of [PROVIDERS_KEY, `${DEVELOPER_KEY}\\${id}`, OUTLOOK_KEY, RUNTIME_LOGGING_KEY]) {
      record.addKeys(missingKeys(registry, key));
      journal.add(key, saveTree(registry, key));
    }
    const restoreLogging = saveTree(registry, RUNTIME_LOGGING_KEY);
    try {
      await sideload(file, folder);
    } catch (error) {
      // Not fatal: everything else works, and the user can add the manifest.
      return `${messageOf(error)}. ${error instanceof UserError ? error.remedy : sideloadByHand(file)}`;
    }
    // The tool enables a log of all add-ins that nothing ever truncates.
    restoreLogging();
    rmSync(join(folder, "OfficeAddins.log.txt"), { force: true });
    // Write these values again, because the tool uses reg.exe, which may garble unusual paths.
    registry.write(PROVIDERS_KEY, DISK_PROVIDER, text(diskFolder));
    registry.write(OUTLOOK_KEY, ENABLE_DEBUGGING, number(1));
    return `sideloaded with port ${portOf(context)} from ${file}; Outlook shows the add-in after a restart`;
  },

  revert(context) {
    const { dataDirectory, registry, record } = context;
    const removed: string[] = [];
    const id = installedId(context);
    const current = readText(registry, PROVIDERS_KEY, DISK_PROVIDER);
    if (current?.toLowerCase() === diskManifestFolder(dataDirectory).toLowerCase()) {
      const { diskProviderBefore: before, keys } = record.data;
      if (before === undefined) registry.removeValue(PROVIDERS_KEY, DISK_PROVIDER);
      else registry.write(PROVIDERS_KEY, DISK_PROVIDER, text(before));
      // Remove the key only if no developer uses it: there was no other manifest folder, or we created the key. Without a valid
      // record, only if it contains nothing but our value.
      const isOurs =
        record.state === "valid"
          ? before === undefined || keys.includes(OUTLOOK_KEY)
          : registry.names(OUTLOOK_KEY)?.every((name) => name === ENABLE_DEBUGGING) === true &&
            registry.subkeys(OUTLOOK_KEY)?.length === 0;
      if (isOurs) registry.removeKey(OUTLOOK_KEY);
      removed.push(`${PROVIDERS_KEY} [${DISK_PROVIDER}]`);
    }
    if (id !== undefined && hasKey(registry, `${DEVELOPER_KEY}\\${id}`)) {
      registry.removeKey(`${DEVELOPER_KEY}\\${id}`);
      removed.push(`${DEVELOPER_KEY}\\${id}`);
    }
    for (const folder of [sideloadFolder(dataDirectory), dirname(manifestFile(dataDirectory))]) {
      if (!existsSync(folder)) continue;
      removeTree(folder);
      removed.push(folder);
    }
    return Promise.resolve(removed);
  },
};

function portOf({ record }: InstallContext): number {
  return record.data.port ?? DEFAULT_PORT;
}

function checkManifest(context: InstallContext): Finding {
  const file = manifestFile(context.dataDirectory);
  const port = portOf(context);
  if (!existsSync(file)) return fail(`${file} is missing`, INSTALL_AGAIN);
  if (!readFileSync(file, "utf8").includes(`https://localhost:${port}/`))
    return fail(`${file} does not contain port ${port}`, INSTALL_AGAIN);
  return context.options.sideload ? checkSideloading(context, file, port) : checkDeployment(file, port);
}

/** Which manifest an administrator has deployed cannot be found out. */
function checkDeployment(file: string, port: number): Finding {
  const evidence = `deployed by an administrator; the background program uses port ${port}`;
  if (port === DEFAULT_PORT) return pass(evidence);
  return unknown(
    `${evidence}, not ${DEFAULT_PORT}`,
    `Ask your administrator which port the deployed manifest has: ${DEFAULT_PORT} unless ${file} was deployed. If it is ${DEFAULT_PORT}, close the program that uses that port, then sign out and in again.`,
  );
}

function checkSideloading({ dataDirectory, registry }: InstallContext, file: string, port: number): Finding {
  const remedy = `${INSTALL_AGAIN} If that does not help: ${sideloadByHand(file)}`;
  const folder = readText(registry, PROVIDERS_KEY, DISK_PROVIDER);
  if (folder === undefined) return fail("Outlook has no folder to read manifests from", remedy);
  if (folder.toLowerCase() !== diskManifestFolder(dataDirectory).toLowerCase())
    return fail(`Outlook reads manifests from ${folder}, not from ${diskManifestFolder(dataDirectory)}`, remedy);
  if (readNumber(registry, OUTLOOK_KEY, ENABLE_DEBUGGING) !== 1)
    return fail(`Outlook does not read manifests from a folder (${OUTLOOK_KEY} [${ENABLE_DEBUGGING}])`, remedy);
  const copy = join(folder, MANIFEST);
  if (!existsSync(copy) || readFileSync(copy, "utf8") !== readFileSync(file, "utf8"))
    return fail(`${copy} is missing or differs from ${file}`, remedy);
  return pass(`sideloaded from ${copy}, port ${port}`);
}

/** The add-in's id, from the installed manifest; undefined without one. */
function installedId({ dataDirectory }: InstallContext): string | undefined {
  try {
    const installed = readFileSync(manifestFile(dataDirectory), "utf8");
    return manifestFor(installed.replaceAll(/localhost:\d+/g, `localhost:${DEFAULT_PORT}`), DEFAULT_PORT).id;
  } catch {
    return undefined;
  }
}

/** A rollback restores the file as it is now. */
function saveFile(file: string, journal: Journal): void {
  const before = existsSync(file) ? readFileSync(file) : undefined;
  const folder = dirname(file);
  const isNewFolder = !existsSync(folder);
  journal.add(file, () => {
    if (before !== undefined) writeFileSync(file, before);
    else rmSync(file, { force: true });
    if (isNewFolder) removeTree(folder);
  });
}

const SIDELOAD_TIMEOUT_MS = 60_000;
const MAX_OUTPUT = 1 << 20;

/** Starts neither a debugger nor Outlook, and uses no network. */
const SIDELOAD_SCRIPT = `
  const [library, manifest] = process.argv.slice(1);
  require(library)
    .startDebugging(manifest, { appType: "desktop", app: "outlook", local: true,
      enableDebugging: false, enableLiveReload: false, enableSideload: false })
    .catch((error) => { console.error(error.message); process.exitCode = 1; });
`;

/**
 * Runs the tool in a process whose folder for temporary files is `folder`, because it keeps Outlook's copy of the manifest there.
 * `folder` must exist. Rejects with a UserError that contains the tool's output.
 */
async function sideload(manifestPath: string, folder: string): Promise<void> {
  try {
    const library = createRequire(import.meta.url).resolve("office-addin-debugging");
    const args = ["--input-type=commonjs", "--eval", SIDELOAD_SCRIPT, "--", library, manifestPath];
    await promisify(execFile)(process.execPath, args, {
      timeout: SIDELOAD_TIMEOUT_MS,
      maxBuffer: MAX_OUTPUT,
      windowsHide: true,
      env: { ...process.env, TEMP: folder, TMP: folder, TMPDIR: folder },
    });
  } catch (error) {
    throw new UserError(
      `office-addin-debugging could not sideload the manifest (${messageOf(error).trim()})`,
      sideloadByHand(manifestPath),
      { cause: error },
    );
  }
}

function sideloadByHand(manifestPath: string): string {
  return [
    "Add it by hand: open https://aka.ms/olksideload in a browser (it opens Outlook's list of add-ins),",
    'choose "My add-ins", under "Custom Addins" choose "Add a custom add-in", "Add from File...",',
    `select ${manifestPath} and choose "Install".`,
  ].join(" ");
}
