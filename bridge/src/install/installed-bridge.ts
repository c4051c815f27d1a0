/** What the bridge does besides, when it is the one that was installed: it keeps the installation true to itself. */
import { readFileSync } from "node:fs";
import { describe } from "../failure.js";
import type { Home } from "../home/home.js";
import type { Log } from "../log/log.js";
import { isFree } from "./bridge/process.js";
import { runsInstalled, windowsContext } from "./context.js";
import type { HomeLock } from "../instance/lock.js";
import { Journal } from "./journal.js";
import { tryLockInstallation } from "./lock.js";
import { PORTS } from "./names.js";
import { INSTALL_AGAIN, type InstallContext, type Step } from "./step.js";
import { removeOtherVersions } from "./steps/app-files.js";
import { autostart } from "./steps/autostart.js";
import { trustAuthority } from "./steps/certificate.js";
import { manifest } from "./steps/manifest.js";

export interface InstalledBridge {
  /** Has Windows trust a renewed certificate, before it is served. Rejects with a Failure when the person says no. */
  trust(caFile: string): Promise<void>;
  /**
   * Ports of the range in the place of one that is taken, by another user's bridge for example: those that are free when
   * they are asked for. Two bridges that look at the same time see the same one free, and the slower one asks for the next.
   */
  otherPorts(taken: number): AsyncIterable<number>;
  /** The bridge runs on `port`: manifest and start at logon follow it. Never rejects; what fails is in the log. */
  runsOn(port: number): Promise<void>;
}

/** Undefined when this process does not run from what was installed in `home`. */
export function installedBridge(home: Home, log: Log): InstalledBridge | undefined {
  if (process.platform !== "win32" || !runsInstalled(home)) return undefined;
  const facts = windowsContext({ options: { trust: true, sideload: true, msi: false }, say: () => undefined, home });
  const { trust, sideload, msi } = facts.record.facts;
  if (facts.record.problem !== undefined) log.error(`${facts.record.problem}; ${INSTALL_AGAIN}`);
  return keepInstallation({ ...facts, log, options: { trust, sideload, msi } });
}

export function keepInstallation(context: InstallContext, range: readonly number[] = PORTS): InstalledBridge {
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
      const lock = await lockOf(context);
      if (lock === undefined) return;
      if (record.facts.port !== port) {
        log.warn(
          { port, instead: record.facts.port },
          "the port was taken; the manifest names another one from now on",
        );
        record.update({ port });
        for (const step of [manifest, autostart]) await follow(step, context);
      }
      const removed = removeOtherVersions(context);
      if (removed.length > 0) log.info({ removed }, "the files of other versions were removed");
      lock.release();
    },
  };
}

/** Undefined while `install` or `uninstall` runs, which sees to everything itself, or when nothing can be locked. */
async function lockOf({ home, log }: InstallContext): Promise<HomeLock | undefined> {
  try {
    return await tryLockInstallation(home);
  } catch (thrown) {
    log.error({ err: thrown }, "the installation cannot follow the port");
    return undefined;
  }
}

async function follow(step: Step, context: InstallContext): Promise<void> {
  try {
    if ((await step.check(context)).result === "pass") return;
    context.log.info({ step: step.name, did: await step.do(context, new Journal()) }, "followed the port");
  } catch (thrown) {
    context.log.error({ err: thrown, step: step.name }, `could not ${step.what}: ${describe(thrown)}`);
  }
}
