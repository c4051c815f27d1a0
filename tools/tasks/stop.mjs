// @ts-check
import { existsSync } from "node:fs";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { defineTask } from "../lib/define-task.mjs";
import { UserError } from "../lib/user-error.mjs";
import { BRIDGE_ENTRY, fromRoot } from "../lib/paths.mjs";
import { removeSideloaded } from "../lib/sideload.mjs";

/** The bridge exits within 2 s of SIGTERM. */
const LIMIT_MS = 5000;

export default defineTask({
  summary: "Stops the running bridge, and removes the add-in that npm start has added to Outlook.",
  async run() {
    await removeSideloaded();
    if (!existsSync(BRIDGE_ENTRY)) return report("No bridge is running.");
    const { findBridge, isProcess, unresponsiveError } = await built("instance/health-client.js");
    const { resolveDataDirectory } = await built("data-directory.js");
    const bridge = await findBridge(resolveDataDirectory(), []);
    if (bridge.kind === "absent") return report("No bridge is running.");
    const unresponsive = bridge.kind === "unresponsive" ? unresponsiveError(bridge) : undefined;
    if (bridge.pidFile === undefined) {
      throw new UserError(unresponsive?.message ?? "The process id of the running bridge is unknown.", {
        remedy: unresponsive?.remedy ?? "Press Ctrl+C in the terminal in which it was started.",
      });
    }
    const { pid, port } = bridge.pidFile;
    await end(pid, unresponsive !== undefined, isProcess);
    return report(
      unresponsive === undefined
        ? `Stopped the bridge on port ${port}.`
        : `Stopped the bridge on port ${port}, which was running but not responding.`,
    );
  },
});

/**
 * @param {number} pid
 * @param {boolean} force kill it if it does not exit
 * @param {(pid: number) => boolean} isProcess
 */
async function end(pid, force, isProcess) {
  try {
    process.kill(pid, "SIGTERM");
    const deadline = performance.now() + LIMIT_MS;
    while (isProcess(pid)) {
      if (performance.now() > deadline) {
        if (!force || performance.now() > deadline + LIMIT_MS)
          throw new UserError(`The bridge (process ${pid}) does not exit.`, { remedy: `Run: kill -9 ${pid}` });
        process.kill(pid, "SIGKILL");
      }
      await sleep(20);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    // It has already exited.
    if (code === "ESRCH") return;
    throw new UserError(`The bridge (process ${pid}) could not be stopped (${code}).`, {
      remedy: "If it belongs to another user, run the command as that user.",
    });
  }
}

/**
 * A compiled module of the bridge.
 * @param {string} file below bridge/src
 */
async function built(file) {
  return import(pathToFileURL(fromRoot("dist/bridge/src", file)).href);
}

/** @param {string} text */
function report(text) {
  process.stdout.write(`${text}\n`);
  return 0;
}
