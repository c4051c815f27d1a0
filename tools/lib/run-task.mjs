// @ts-check
import { existsSync } from "node:fs";
import { constants } from "node:os";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { endChildren } from "./child.mjs";
import { explain, Failure } from "./failure.mjs";
import { fromRoot } from "./paths.mjs";

/**
 * Loads tools/tasks/<task>.mjs and runs its default export, which gives an exit code, or nothing for "leave it as it is"
 * (the task goes on by itself: a bridge that runs).
 * @param {string} task
 * @param {readonly string[]} args
 */
export async function runTask(task, args) {
  const file = fromRoot("tools/tasks", `${task}.mjs`);
  process.chdir(fromRoot());
  const interrupted = onInterrupt(task);
  try {
    if (!existsSync(file)) throw new Failure(`There is no task "${task}".`, { remedy: "`npm run` lists the scripts." });
    /** @type {{ default: (args: readonly string[], task: { handOver: () => void }) => Promise<number | undefined> }} */
    const module = await import(pathToFileURL(file).href);
    const code = await module.default(args, { handOver: interrupted.remove });
    if (code !== undefined) process.exitCode = code;
  } catch (error) {
    // What it has started ends because it was told to: no failure.
    if (interrupted.happened) return;
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  } finally {
    interrupted.remove();
  }
}

/** Tasks that go on until they are told to stop: to be told is no failure of theirs. */
const ENDLESS = new Set(["start", "dev"]);

/**
 * Ctrl+C and SIGTERM end what the task has started, then the task.
 * @param {string} task
 */
function onInterrupt(task) {
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  /** @param {NodeJS.Signals} signal */
  const end = (signal) => {
    interrupted.happened = true;
    void endChildren().then(() => process.exit(ENDLESS.has(task) ? 0 : 128 + constants.signals[signal]));
  };
  for (const signal of signals) process.on(signal, end);
  const interrupted = {
    happened: false,
    remove: () => {
      // Once it has begun to end it goes on to: its own exit ends it.
      if (interrupted.happened) return;
      for (const signal of signals) process.removeListener(signal, end);
    },
  };
  return interrupted;
}
