// @ts-check
// One build at a time in one clone: two `npm start` may be given at once.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "./failure.mjs";
import { fromRoot } from "./paths.mjs";
import { say } from "./progress.mjs";

const RETRY_MS = 200;
const PATIENCE_MS = 15 * 60_000;

/**
 * Does `work` while no other process of this clone does its own. A lock whose owner has died is taken over.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(work) {
  mkdirSync(fromRoot(".cache"), { recursive: true });
  const file = fromRoot(".cache/build.lock");
  const begin = performance.now();
  let told = false;
  while (!take(file)) {
    const owner = ownerOf(file);
    if (owner !== undefined && !isAlive(owner)) {
      removeStale(file, owner);
      continue;
    }
    if (!told) say("wait", `process ${owner ?? "another"} is building in this folder; going on when it is done`);
    told = true;
    if (performance.now() - begin > PATIENCE_MS) {
      throw new Failure("Another build in this folder does not end.", {
        remedy: `If none runs, delete ${file} and try again.`,
      });
    }
    await sleep(RETRY_MS);
  }
  const release = () => {
    rmSync(file, { force: true });
  };
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.removeListener("exit", release);
    release();
  }
}

/**
 * A link appears whole or not at all: no one ever reads a lock that does not say yet whose it is.
 * @param {string} file
 */
function take(file) {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * Removes the lock of a dead owner, and not the one that somebody else has put in its place meanwhile.
 * @param {string} file
 * @param {number} owner
 */
function removeStale(file, owner) {
  const mine = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, mine);
    if (ownerOf(mine) !== owner) linkSync(mine, file);
  } catch {
    // Somebody else was faster.
  }
  rmSync(mine, { force: true });
}

/**
 * @param {string} file
 * @returns {number | undefined} Undefined when the owner has just removed it.
 */
function ownerOf(file) {
  try {
    const pid = Number.parseInt(readFileSync(file, "utf8"), 10);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
