/** Makes sure that only one bridge runs per data directory. */
import { setTimeout as sleep } from "node:timers/promises";
import type { DataDirectory } from "../data-directory.js";
import { UserError } from "../user-error.js";
import { findBridge, unresponsiveError, type RunningBridge } from "./health-client.js";
import { acquireLock, type FileLock } from "./lock.js";
import { removeStalePidFile } from "./pid-file.js";

/** How long to wait for a bridge that is starting: a slow machine needs several seconds to create its certificates. */
const STARTING_TIMEOUT_MS = 30_000;
/** How long to wait for a started bridge that does not respond: it may be busy or stopping. */
const UNRESPONSIVE_TIMEOUT_MS = 5000;
const RETRY_INTERVAL_MS = 200;

export type AcquireResult =
  /** `lockError`: files cannot be locked there, so that other bridges are only found if they already respond. */
  | { readonly kind: "acquired"; readonly lock: FileLock; readonly lockError?: unknown }
  | { readonly kind: "already-running"; readonly bridge: RunningBridge };

/**
 * Resolves with the lock of the data directory, or with the bridge that already runs there or responds on one of `ports`.
 * Throws a UserError if another process has the lock and does not respond, or if the lock file cannot be used.
 */
export async function acquireInstance(dataDirectory: DataDirectory, ports: readonly number[]): Promise<AcquireResult> {
  const startedAt = performance.now();
  for (;;) {
    const acquired = await tryAcquire(dataDirectory);
    // Also with the lock: an old version without locks may run.
    const found = await findBridge(dataDirectory, ports);
    if (found.kind === "running") {
      acquired?.lock.release();
      return { kind: "already-running", bridge: found };
    }
    if (acquired !== undefined) {
      // From here on, only the holder of the lock writes a pid file.
      if (acquired.lockError === undefined) removeStalePidFile(dataDirectory);
      return acquired;
    }
    const waitedMs = performance.now() - startedAt;
    if (found.kind === "unresponsive" && waitedMs > (found.isStarting ? STARTING_TIMEOUT_MS : UNRESPONSIVE_TIMEOUT_MS))
      throw unresponsiveError(found);
    await sleep(RETRY_INTERVAL_MS);
  }
}

async function tryAcquire(
  dataDirectory: DataDirectory,
): Promise<Extract<AcquireResult, { kind: "acquired" }> | undefined> {
  try {
    const lock = await acquireLock(dataDirectory);
    return lock === undefined ? undefined : { kind: "acquired", lock };
  } catch (error) {
    if (error instanceof UserError) throw error;
    return { kind: "acquired", lock: { release: () => undefined }, lockError: error };
  }
}
