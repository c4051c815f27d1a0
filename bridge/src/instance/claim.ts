/** Who serves a home: this process, or the bridge that does so already. */
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../failure.js";
import type { Home } from "../home/home.js";
import { findBridge, unresponsiveText, type FoundBridge } from "./find.js";
import { takeLock, type HomeLock } from "./lock.js";
import { removeStaleRecord } from "./record.js";

/** A bridge that is starting is waited for so long: a slow machine needs several seconds to make its certificates. */
const STARTING_MS = 30_000;
/** One that has started and does not respond is asked again for so long, because it may be busy or stopping. */
const UNRESPONSIVE_MS = 5000;
const RETRY_MS = 200;

export type Claim =
  | { readonly kind: "ours"; readonly lock: HomeLock; readonly problem?: unknown }
  | { readonly kind: "theirs"; readonly bridge: FoundBridge };

/**
 * Resolves with the lock when no other process serves `home`, else with the bridge that answers there, also on one of
 * `ports`. Where nothing can be locked, `problem` says why, and only those bridges are found that answer already.
 * Throws a Failure when another process has the home and does not respond, or when something is in the lock's way.
 */
export async function claimHome(home: Home, ports: readonly number[]): Promise<Claim> {
  const began = performance.now();
  for (;;) {
    const claim = await tryLock(home);
    // Asked with the lock in hand, too: a bridge of a version without locks may be there.
    const found = await findBridge(home, ports);
    if (found.kind === "running") {
      claim?.lock.release();
      return { kind: "theirs", bridge: found };
    }
    if (claim !== undefined) {
      // From now on a record is that of the process which holds the lock.
      if (claim.problem === undefined) removeStaleRecord(home);
      return claim;
    }
    const waited = performance.now() - began;
    if (found.kind === "unresponsive" && waited > (found.starting ? STARTING_MS : UNRESPONSIVE_MS)) {
      const { what, remedy } = unresponsiveText(found);
      throw new Failure(what, remedy);
    }
    await sleep(RETRY_MS);
  }
}

async function tryLock(home: Home): Promise<Extract<Claim, { kind: "ours" }> | undefined> {
  try {
    const lock = await takeLock(home);
    return lock === undefined ? undefined : { kind: "ours", lock };
  } catch (problem) {
    if (problem instanceof Failure) throw problem;
    return { kind: "ours", lock: { release: () => undefined }, problem };
  }
}
