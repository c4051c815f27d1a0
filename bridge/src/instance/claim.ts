/** Who serves a home: this process, or the bridge that does so already. */
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../failure.js";
import type { Home } from "../home/home.js";
import { findBridge, type FoundBridge } from "./find.js";
import { takeLock, type HomeLock } from "./lock.js";
import { readRecord } from "./record.js";

/** A bridge that is starting is waited for so long: a slow machine needs several seconds to make its certificates. */
const PATIENCE_MS = 30_000;
const RETRY_MS = 200;

export type Claim =
  | { readonly kind: "ours"; readonly lock: HomeLock; readonly problem?: unknown }
  | { readonly kind: "theirs"; readonly bridge: FoundBridge };

/**
 * Resolves with the lock when no other process serves `home`, else with the bridge that answers there, also on one of
 * `ports`. Where nothing can be locked, `problem` says why, and only those bridges are found that answer already.
 * Throws a Failure when another process has the home and does not answer.
 */
export async function claimHome(home: Home, ports: readonly number[]): Promise<Claim> {
  const limit = performance.now() + PATIENCE_MS;
  for (;;) {
    const claim = await tryLock(home);
    // Asked with the lock in hand, too: a bridge of a version without locks may be there.
    const bridge = await findBridge(home, ports);
    if (bridge !== undefined) {
      claim?.lock.release();
      return { kind: "theirs", bridge };
    }
    if (claim !== undefined) return claim;
    if (performance.now() > limit) throw unanswered(home);
    await sleep(RETRY_MS);
  }
}

async function tryLock(home: Home): Promise<Extract<Claim, { kind: "ours" }> | undefined> {
  try {
    const lock = await takeLock(home);
    return lock === undefined ? undefined : { kind: "ours", lock };
  } catch (problem) {
    return { kind: "ours", lock: { release: () => undefined }, problem };
  }
}

function unanswered(home: Home): Failure {
  const noted = readRecord(home);
  const where =
    noted === undefined ? "" : ` (the last one was process ${noted.pid} at https://localhost:${noted.port})`;
  return new Failure(
    `another bridge of the home ${home.path} is running or starting, and does not answer${where}`,
    "Try again in a moment. If it still does not answer, end that process and start again.",
  );
}
