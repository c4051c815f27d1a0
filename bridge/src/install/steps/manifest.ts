/** The manifest, with this user's port in it, where Outlook reads it. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, Failure } from "../../failure.js";
import { removeTree } from "../files/removal.js";
import type { Journal } from "../journal.js";
import { DEVELOPER_KEY, DISK_PROVIDER, FIRST_PORT, PROVIDERS_KEY } from "../names.js";
import { appFolder, diskManifestFolder, MANIFEST, manifestFile, sideloadFolder } from "../places.js";
import { hasKey, number, readNumber, readText, text, type Registry } from "../registry/registry.js";
import { keepTree, missingKeys } from "../registry/tree.js";
import { byHand, sideload } from "../sideload/sideload.js";
import { fail, INSTALL_AGAIN, pass, unsure, type Finding, type InstallContext, type Step } from "../step.js";

const ENABLE_DEBUGGING = "EnableDebugging";
const RUNTIME_LOGGING_KEY = `${DEVELOPER_KEY}\\RuntimeLogging`;
const OUTLOOK_KEY = `${DEVELOPER_KEY}\\Outlook`;

/** The product's manifest with `port` in the place of the usual one. Throws a Failure when it is not what it should be. */
export function manifestFor(source: string, port: number): { readonly xml: string; readonly id: string } {
  const usual = `https://localhost:${FIRST_PORT}/`;
  const id = /<Id>\s*([0-9a-fA-F-]{36})\s*<\/Id>/.exec(source)?.[1];
  if (id === undefined || !source.includes(usual))
    throw new Failure("manifest.xml has no id or does not name the bridge", "Get the package again.");
  return { xml: source.replaceAll(usual, `https://localhost:${port}/`), id };
}

export const manifest: Step = {
  name: "manifest",
  what: "put the manifest where Outlook reads it",

  check(context) {
    return Promise.resolve(look(context));
  },

  async do(context, journal) {
    const { home, registry, record, options } = context;
    const { xml, id } = manifestFor(
      readFileSync(join(appFolder(home, context.version), MANIFEST), "utf8"),
      portOf(context),
    );
    const file = manifestFile(home);
    keepFile(file, journal);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, xml);
    if (!options.sideload) return `written to ${file}; not sideloaded, as asked: it comes by centralized deployment`;

    const folder = sideloadFolder(home);
    keepFile(join(diskManifestFolder(home), MANIFEST), journal);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const before = readText(registry, PROVIDERS_KEY, DISK_PROVIDER);
    if (before !== undefined && before.toLowerCase() !== diskManifestFolder(home).toLowerCase())
      record.update({ diskProviderBefore: before });
    // The library writes the registry by itself.
    for (const key of [PROVIDERS_KEY, `${DEVELOPER_KEY}\\${id}`, OUTLOOK_KEY, RUNTIME_LOGGING_KEY]) {
      record.addKeys(missingKeys(registry, key));
      journal.add(key, keepTree(registry, key));
    }
    const logging = keepTree(registry, RUNTIME_LOGGING_KEY);
    try {
      await sideload(file, folder);
    } catch (thrown) {
      return `${describe(thrown)}. ${thrown instanceof Failure ? thrown.remedy : byHand(file)}`;
    }
    // It switches on a log of all add-ins, which nobody would ever empty.
    logging();
    rmSync(join(folder, "OfficeAddins.log.txt"), { force: true });
    // It goes by reg.exe, and what became of an unusual folder's name on that way is not certain.
    registry.write(PROVIDERS_KEY, DISK_PROVIDER, text(diskManifestFolder(home)));
    registry.write(OUTLOOK_KEY, ENABLE_DEBUGGING, number(1));
    return `sideloaded ${file} with port ${portOf(context)}; Outlook shows the add-in when it starts the next time`;
  },

  undo(context) {
    const { home, registry, record } = context;
    const removed: string[] = [];
    const id = idOf(context);
    const present = readText(registry, PROVIDERS_KEY, DISK_PROVIDER);
    if (present?.toLowerCase() === diskManifestFolder(home).toLowerCase()) {
      const { diskProviderBefore: before, keys } = record.facts;
      if (before === undefined) registry.removeValue(PROVIDERS_KEY, DISK_PROVIDER);
      else registry.write(PROVIDERS_KEY, DISK_PROVIDER, text(before));
      // Nobody else's when there was no folder of somebody else's, or when we have made it. What a lost record said of that is
      // not guessed: then only a key goes that holds nothing but what we write.
      const isOurs =
        record.state === "whole"
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
    for (const folder of [sideloadFolder(home), dirname(manifestFile(home))]) {
      if (!existsSync(folder)) continue;
      removeTree(folder);
      removed.push(folder);
    }
    return Promise.resolve(removed);
  },
};

function portOf({ record }: InstallContext): number {
  return record.facts.port ?? FIRST_PORT;
}

function look(context: InstallContext): Finding {
  const { home, registry, options } = context;
  const file = manifestFile(home);
  const port = portOf(context);
  if (!existsSync(file)) return fail(`${file} is missing`, INSTALL_AGAIN);
  if (!readFileSync(file, "utf8").includes(`https://localhost:${port}/`))
    return fail(`${file} does not name port ${port}`, INSTALL_AGAIN);
  if (!options.sideload) return lookAtDeployment(file, port);
  return lookAtOutlooksCopy(home, registry, file, port);
}

/** Which manifest an administrator has deployed cannot be seen from here. */
function lookAtDeployment(file: string, port: number): Finding {
  const seen = `the bridge is on port ${port}; the manifest comes by centralized deployment`;
  if (port === FIRST_PORT) return pass(seen);
  return unsure(
    `${seen}, and has to name that port`,
    `Have your administrator see which port it names; ${FIRST_PORT} unless ${file} was deployed. End what holds that port, then sign out and in again.`,
  );
}

function lookAtOutlooksCopy(home: InstallContext["home"], registry: Registry, file: string, port: number): Finding {
  const remedy = `${INSTALL_AGAIN} ${byHand(file)}`;
  const folder = readText(registry, PROVIDERS_KEY, DISK_PROVIDER);
  if (folder === undefined) return fail("Outlook is told of no folder with manifests", remedy);
  if (folder.toLowerCase() !== diskManifestFolder(home).toLowerCase())
    return fail(`Outlook is told to read manifests from ${folder}, not from ours`, remedy);
  if (readNumber(registry, OUTLOOK_KEY, ENABLE_DEBUGGING) !== 1)
    return fail("Outlook is not told to read manifests from a folder", remedy);
  const copy = join(folder, MANIFEST);
  if (!existsSync(copy) || readFileSync(copy, "utf8") !== readFileSync(file, "utf8"))
    return fail(`${copy} is missing or is not the manifest of this bridge`, remedy);
  return pass(`sideloaded from ${copy}, port ${port}`);
}

function idOf({ home }: InstallContext): string | undefined {
  try {
    return manifestFor(
      readFileSync(manifestFile(home), "utf8").replaceAll(/localhost:\d+/g, `localhost:${FIRST_PORT}`),
      FIRST_PORT,
    ).id;
  } catch {
    return undefined;
  }
}

/** On the way back the file is as it is now, or is not there. */
function keepFile(file: string, journal: Journal): void {
  const before = existsSync(file) ? readFileSync(file) : undefined;
  const folder = dirname(file);
  const made = existsSync(folder) ? undefined : folder;
  journal.add(file, () => {
    if (before !== undefined) writeFileSync(file, before);
    else rmSync(file, { force: true });
    if (made !== undefined) removeTree(made);
  });
}
