// @ts-check
import { existsSync } from "node:fs";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { Failure } from "../lib/failure.mjs";
import { BRIDGE_ENTRY, fromRoot } from "../lib/paths.mjs";
import { removeSideloaded } from "../lib/sideload.mjs";

/** A bridge ends within 2 s of being told. */
const LIMIT_MS = 5000;

/** `npm stop`: ends the bridge that runs in this home, and takes the add-in out of Outlook where npm start has put it there. */
export default async function stop() {
  await removeSideloaded();
  if (!existsSync(BRIDGE_ENTRY)) return told("No bridge runs here: nothing is built yet.");
  const bridge = await runningBridge();
  if (bridge === undefined) return told("No bridge runs in this home.");
  process.kill(bridge.pid, "SIGTERM");
  const end = performance.now() + LIMIT_MS;
  while (isAlive(bridge.pid)) {
    if (performance.now() > end) {
      throw new Failure(`The bridge (process ${bridge.pid}) does not end.`, {
        remedy: `End it by force: kill -9 ${bridge.pid}`,
      });
    }
    await sleep(20);
  }
  return told(`The bridge on port ${bridge.port} has ended.`);
}

/**
 * The bridge of this home, if what its note says is true: something answers on that port with this home's certificate.
 * @returns {Promise<{ pid: number, port: number } | undefined>}
 */
async function runningBridge() {
  const { resolveHome } = await built("home/home.js");
  const { readRecord } = await built("instance/record.js");
  const { findBridge } = await built("instance/find.js");
  const home = resolveHome();
  const record = readRecord(home);
  if (record === undefined || !isAlive(record.pid)) return undefined;
  return (await findBridge(home, []))?.port === record.port ? record : undefined;
}

/**
 * A module of the bridge, as it was built.
 * @param {string} file Below bridge/src.
 */
async function built(file) {
  return import(pathToFileURL(fromRoot("dist/bridge/src", file)).href);
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} text */
function told(text) {
  process.stdout.write(`${text}\n`);
  return 0;
}
