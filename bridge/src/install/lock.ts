/** <data directory>/run/install.lock: only one process at a time changes the installation. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { DataDirectory } from "../data-directory.js";
import { acquireLock, type FileLock } from "../instance/lock.js";
import { messageOf, UserError } from "../user-error.js";

const LOCK_FILE = "install.lock";

/** Returns undefined while another process installs or uninstalls. The folder `run` must exist. Rejects with a UserError. */
export async function tryLockInstallation(dataDirectory: DataDirectory): Promise<FileLock | undefined> {
  const file = join(dataDirectory.run, LOCK_FILE);
  try {
    const lock = await acquireLock(dataDirectory, LOCK_FILE);
    if (lock === undefined) return undefined;
    return {
      release() {
        lock.release();
        // Windows does not delete it if another process has locked it in the meantime.
        rmSync(file, { force: true });
      },
    };
  } catch (error) {
    throw new UserError(`cannot lock ${file} (${messageOf(error)})`, "Delete that file and run the command again.", {
      cause: error,
    });
  }
}

/** Rejects with a UserError while another process installs or uninstalls. */
export async function lockInstallation(dataDirectory: DataDirectory): Promise<FileLock> {
  const lock = await tryLockInstallation(dataDirectory);
  if (lock !== undefined) return lock;
  throw new UserError(
    "another `install` or `uninstall` is running for this user",
    "Wait until it has finished, then run the command again. It may be waiting for you to answer a Windows prompt.",
  );
}
