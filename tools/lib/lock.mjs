// @ts-check
// One build at a time in one clone: two `npm start` may be given at once.
import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "./failure.mjs";
import { fromRoot } from "./paths.mjs";
import { say } from "./progress.mjs";

const RETRY_MS = 200;
const PATIENCE_MS = 15 * 60_000;

/** @typedef {{ pid: number, address: string }} Owner */

/**
 * Does `work` while no other process of this clone does its own. The lock of an owner that has died is taken over.
 *
 * The lock file names a socket on which its owner listens: the system closes it when the owner dies, however it dies, and no
 * other process can have it. A process id alone would not do, because ids are used again.
 * @template T
 * @param {() => Promise<T>} work
 * @param {string} [file] the lock
 * @returns {Promise<T>}
 */
export async function alone(work, file = fromRoot(".cache/build.lock")) {
  mkdirSync(path.dirname(file), { recursive: true });
  const proof = await listen();
  try {
    await acquire(file, { pid: process.pid, address: proof.address });
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
    proof.close();
  }
}

/**
 * @param {string} file
 * @param {Owner} me
 */
async function acquire(file, me) {
  const begin = performance.now();
  let told = false;
  while (!take(file, me)) {
    const content = contentOf(file);
    if (content === undefined) continue;
    const owner = parseOwner(content);
    if (owner === undefined || !(await isAlive(owner))) {
      removeStale(file, content);
      continue;
    }
    if (!told) say("wait", `process ${owner.pid} is building in this folder; continuing when it is done`);
    told = true;
    if (performance.now() - begin > PATIENCE_MS) {
      throw new Failure(`Another build in this folder does not end: process ${owner.pid}.`, {
        remedy: `End it, then run the command again: kill ${owner.pid}`,
      });
    }
    await sleep(RETRY_MS);
  }
}

/**
 * A link appears whole or not at all: nobody reads a lock that is only half written.
 * @param {string} file
 * @param {Owner} me
 */
function take(file, me) {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(me));
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
 * Removes the lock with this content, and not one that somebody else has put in its place meanwhile.
 * @param {string} file
 * @param {string} content
 */
function removeStale(file, content) {
  const mine = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, mine);
    if (contentOf(mine) !== content) linkSync(mine, file);
  } catch (error) {
    // Somebody else was faster.
    if (!(error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EEXIST")))
      throw error;
  }
  rmSync(mine, { force: true });
}

/**
 * @param {string} file
 * @returns {string | undefined} Undefined when the owner has just removed it.
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
 * @returns {Owner | undefined} Undefined for what no living owner has written: a power cut leaves empty files.
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
 * Whether somebody listens at the owner's address. Whatever cannot be found out counts as alive.
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

/** Of Linux and Windows the names leave no file behind; elsewhere the file lies in the temporary folder. */
function freshAddress() {
  const name = `outlook-offline-state-build-${randomUUID()}`;
  if (process.platform === "linux") return `\0${name}`;
  if (process.platform === "win32") return `\\\\.\\pipe\\${name}`;
  // A socket's path has at most 103 bytes.
  const folder = tmpdir();
  return path.join(folder.length < 60 ? folder : "/tmp", `oos-${randomUUID().slice(0, 18)}`);
}
