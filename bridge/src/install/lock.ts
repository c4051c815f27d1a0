/** <data directory>/run/install.lock: one process at a time changes what is installed. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, Failure } from "../failure.js";
import type { Home } from "../home/home.js";
import { takeLock, type HomeLock } from "../instance/lock.js";

const LOCK_FILE = "install.lock";

/** Undefined while another process installs or uninstalls. The folder `run` must be there. Throws a Failure. */
export async function tryLockInstallation(home: Home): Promise<HomeLock | undefined> {
  try {
    const lock = await takeLock(home, LOCK_FILE);
    if (lock === undefined) return undefined;
    return {
      release() {
        lock.release();
        // One that another process has taken meanwhile cannot be deleted on Windows.
        rmSync(join(home.run, LOCK_FILE), { force: true });
      },
    };
  } catch (thrown) {
    throw new Failure(
      `${join(home.run, LOCK_FILE)} cannot be locked (${describe(thrown)})`,
      "Delete that file and run the command again.",
      { cause: thrown },
    );
  }
}

/** Throws a Failure while another process installs or uninstalls. */
export async function lockInstallation(home: Home): Promise<HomeLock> {
  const lock = await tryLockInstallation(home);
  if (lock !== undefined) return lock;
  throw new Failure(
    "another `install` or `uninstall` of this user is running",
    "Wait until it has ended, then run the command again. It may be waiting for your answer to a question of Windows.",
  );
}
