/** Keeps the installation up to date while the installed bridge runs: trust, manifest, start at logon, files of other versions. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { DataDirectory } from "../data-directory.js";
import type { FileLock } from "../instance/lock.js";
import type { Log } from "../log/log.js";
import { messageOf } from "../user-error.js";
import { productRoot } from "../version.js";
import { windowsContext, type InstallContext } from "./context.js";
import { Journal } from "./journal.js";
import { tryLockInstallation } from "./lock.js";
import { appsFolder, NODE, PORTS } from "./paths.js";
import { INSTALL_AGAIN, type Step } from "./step.js";
import { removeOtherVersions } from "./steps/app-files.js";
import { isFree } from "./steps/bridge.js";
import { trustAuthority } from "./steps/certificate.js";
import { manifest } from "./steps/manifest.js";
import { autostart } from "./steps/windows-settings.js";

export interface InstalledBridge {
  /** Makes Windows trust a renewed CA before its certificate is used. Rejects with a UserError if the user refuses. */
  trust(caFile: string): Promise<void>;
  /**
   * Ports to use instead of one that is taken, for example by another user's bridge: those of the range that are free at the time of
   * each request. Two bridges that start at the same time may get the same port; the slower one requests the next.
   */
  otherPorts(taken: number): AsyncIterable<number>;
  /** Call it when the bridge listens on `port`: updates manifest and start at logon. Never rejects; errors are logged. */
  runsOn(port: number): Promise<void>;
}

/** Undefined if this process does not run from the installation in `dataDirectory`. */
export function installedBridge(dataDirectory: DataDirectory, log: Log): InstalledBridge | undefined {
  if (process.platform !== "win32" || !runsInstalled(dataDirectory)) return undefined;
  const context = windowsContext({
    options: { trust: true, sideload: true, msi: false },
    print: () => undefined,
    dataDirectory,
  });
  const { record } = context;
  if (record.problem !== undefined) log.error(`${record.problem}; ${INSTALL_AGAIN}`);
  const { trust, sideload, msi } = record.data;
  return maintainInstallation({ ...context, log, options: { trust, sideload, msi } });
}

/** Whether this process runs from the installed copy in `dataDirectory`, rather than from a clone or a package. */
function runsInstalled(dataDirectory: DataDirectory): boolean {
  return resolve(productRoot).startsWith(resolve(appsFolder(dataDirectory))) && existsSync(join(productRoot, NODE));
}

export function maintainInstallation(context: InstallContext, range: readonly number[] = PORTS): InstalledBridge {
  const { record, log, roots, options } = context;
  return {
    trust(caFile) {
      if (options.trust) trustAuthority(readFileSync(caFile, "utf8"), { roots, record });
      return Promise.resolve();
    },
    async *otherPorts(taken) {
      for (const port of range) if (port !== taken && (await isFree(port))) yield port;
    },
    async runsOn(port) {
      const lock = await tryLock(context);
      if (lock === undefined) return;
      if (record.data.port !== port) {
        log.warn({ port, instead: record.data.port }, "the port was taken; updating the manifest to another one");
        record.update({ port });
        for (const step of [manifest, autostart]) await update(step, context);
      }
      const removed = removeOtherVersions(context);
      if (removed.length > 0) log.info({ removed }, "removed the files of other versions");
      lock.release();
    },
  };
}

/** Undefined if it cannot be locked, or while `install` or `uninstall` runs, which do the same. */
async function tryLock({ dataDirectory, log }: InstallContext): Promise<FileLock | undefined> {
  try {
    return await tryLockInstallation(dataDirectory);
  } catch (error) {
    log.error({ err: error }, "cannot update the installation to the port");
    return undefined;
  }
}

async function update(step: Step, context: InstallContext): Promise<void> {
  try {
    if ((await step.check(context)).result === "pass") return;
    const result = await step.apply(context, new Journal());
    context.log.info({ step: step.name, did: result }, "updated to the new port");
  } catch (error) {
    context.log.error({ err: error, step: step.name }, `cannot update to the new port: ${messageOf(error)}`);
  }
}
