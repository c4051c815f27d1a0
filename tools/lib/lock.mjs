// @ts-check
// A lock that allows one build at a time per clone.
import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "./user-error.mjs";
import { fromRoot } from "./paths.mjs";
import { say } from "./progress.mjs";

const RETRY_MS = 200;
const TIMEOUT_MS = 15 * 60_000;

/** @typedef {{ pid: number, address: string }} Owner */

/**
 * Runs `work` while holding the lock, and waits for other processes first. The lock of a dead owner is taken over.
 *
 * The lock file names a socket on which its owner listens. The system closes it when the owner dies, and no other process can reuse
 * it, unlike a process id.
 * @template T
 * @param {() => Promise<T>} work
 * @param {string} [file] the lock file
 * @returns {Promise<T>}
 */
export async function withLock(work, file = fromRoot(".cache/build.lock")) {
  mkdirSync(path.dirname(file), { recursive: true });
  const liveness = await listen();
  try {
    await acquire(file, { pid: process.pid, address: liveness.address });
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
  } finally {
    liveness.close();
  }
}

/**
 * @param {string} file
 * @param {Owner} me
 */
async function acquire(file, me) {
  const begin = performance.now();
  let isReported = false;
  while (!tryAcquire(file, me)) {
    const content = contentOf(file);
    if (content === undefined) continue;
    const owner = parseOwner(content);
    if (owner === undefined || !(await isAlive(owner))) {
      removeStale(file, content);
      continue;
    }
    if (!isReported) say("wait", `process ${owner.pid} is building in this folder; waiting for it`);
    isReported = true;
    if (performance.now() - begin > TIMEOUT_MS) {
      throw new UserError(`Another build in this folder (process ${owner.pid}) has not finished.`, {
        remedy: `End it with "kill ${owner.pid}", and run the command again.`,
      });
    }
    await sleep(RETRY_MS);
  }
}

/**
 * A link is created atomically, so no process reads a partially written lock.
 * @param {string} file
 * @param {Owner} me
 */
function tryAcquire(file, me) {
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(me));
  try {
    linkSync(temporary, file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/**
 * Removes the lock if it still has this content, and not a newer one.
 * @param {string} file
 * @param {string} content
 */
function removeStale(file, content) {
  const moved = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, moved);
    if (contentOf(moved) !== content) linkSync(moved, file);
  } catch (error) {
    // Another process was faster.
    if (!(error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EEXIST")))
      throw error;
  }
  rmSync(moved, { force: true });
}

/**
 * @param {string} file
 * @returns {string | undefined} Undefined if the owner has just removed it.
 */
function contentOf(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * @param {string} content
 * @returns {Owner | undefined} Undefined for damaged content, such as an empty file after a power failure.
 */
function parseOwner(content) {
  try {
    /** @type {unknown} */
    const value = JSON.parse(content);
    if (typeof value !== "object" || value === null || !("pid" in value) || !("address" in value)) return undefined;
    const { pid, address } = value;
    return typeof pid === "number" && typeof address === "string" && address !== "" ? { pid, address } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether the owner listens at its address. In case of doubt it counts as alive.
 * @param {Owner} owner
 * @returns {Promise<boolean>}
 */
function isAlive({ address }) {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error) => {
      resolve(!("code" in error && (error.code === "ECONNREFUSED" || error.code === "ENOENT")));
    });
  });
}

/** @returns {Promise<{ address: string, close: () => void }>} */
async function listen() {
  const address = freshAddress();
  const server = createServer((socket) => socket.destroy());
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(address, () => resolve(undefined));
  });
  server.unref();
  return { address, close: () => server.close() };
}

/** On Linux and Windows the address is not a file; elsewhere it is a file in the temporary folder. */
function freshAddress() {
  const name = `outlook-offline-state-build-${randomUUID()}`;
  if (process.platform === "linux") return `\0${name}`;
  if (process.platform === "win32") return `\\\\.\\pipe\\${name}`;
  // A socket's path has at most 103 bytes.
  const folder = tmpdir();
  return path.join(folder.length < 60 ? folder : "/tmp", `oos-${randomUUID().slice(0, 18)}`);
}
