// @ts-check
import { existsSync } from "node:fs";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { defineTask } from "../lib/define-task.mjs";
import { Failure } from "../lib/failure.mjs";
import { BRIDGE_ENTRY, fromRoot } from "../lib/paths.mjs";
import { removeSideloaded } from "../lib/sideload.mjs";

/** A bridge ends within 2 s of being told. */
const LIMIT_MS = 5000;

export default defineTask({
  summary: "Ends the bridge that runs in this data directory, and removes the add-in that npm start has sideloaded.",
  async run() {
    await removeSideloaded();
    if (!existsSync(BRIDGE_ENTRY)) return told("No bridge runs here: nothing is built yet.");
    const { findBridge, isProcess, unresponsiveText } = await built("instance/find.js");
    const { resolveHome } = await built("home/home.js");
    const found = await findBridge(resolveHome(), []);
    if (found.kind === "absent") return told("No bridge is running.");
    const unresponsive = found.kind === "unresponsive" ? unresponsiveText(found) : undefined;
    if (found.record === undefined) {
      throw new Failure(unresponsive?.what ?? "The running bridge has written down no process id.", {
        remedy: unresponsive?.remedy ?? "Press Ctrl+C where it was started.",
      });
    }
    const { pid, port } = found.record;
    await end(pid, unresponsive !== undefined, isProcess);
    return told(
      unresponsive === undefined
        ? `Stopped the bridge on port ${port}.`
        : `Stopped the bridge on port ${port}, which was running but not responding.`,
    );
  },
});

/**
 * @param {number} pid
 * @param {boolean} force Whether one that does not end is killed.
 * @param {(pid: number) => boolean} isProcess
 */
async function end(pid, force, isProcess) {
  try {
    process.kill(pid, "SIGTERM");
    const late = performance.now() + LIMIT_MS;
    while (isProcess(pid)) {
      if (performance.now() > late) {
        if (!force || performance.now() > late + LIMIT_MS)
          throw new Failure(`The bridge (process ${pid}) does not end.`, { remedy: `kill -9 ${pid}` });
        process.kill(pid, "SIGKILL");
      }
      await sleep(20);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    // It has ended by itself.
    if (code === "ESRCH") return;
    throw new Failure(`The bridge (process ${pid}) cannot be stopped (${code}).`, {
      remedy: "It may be another user's: run the command as that user.",
    });
  }
}

/**
 * A module of the bridge, as it was built.
 * @param {string} file Below bridge/src.
 */
async function built(file) {
  return import(pathToFileURL(fromRoot("dist/bridge/src", file)).href);
}

/** @param {string} text */
function told(text) {
  process.stdout.write(`${text}\n`);
  return 0;
}
