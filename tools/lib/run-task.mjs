// @ts-check
import { existsSync } from "node:fs";
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
  const interrupted = onInterrupt();
  try {
    if (!existsSync(file)) throw new Failure(`There is no task "${task}".`, { remedy: "`npm run` lists the scripts." });
    /** @type {{ default: (args: readonly string[], task: { handOver: () => void }) => Promise<number | undefined> }} */
    const module = await import(pathToFileURL(file).href);
    const code = await module.default(args, { handOver: interrupted.remove });
    if (code !== undefined) process.exitCode = code;
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  } finally {
    interrupted.remove();
  }
}

/**
 * Ctrl+C and SIGTERM end what the task has started, then the task. Exit code 0, as for a bridge that is told to stop: npm would
 * otherwise print a page of its own errors for something that the person asked for.
 */
function onInterrupt() {
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  const end = () => {
    void endChildren().then(() => process.exit(0));
  };
  for (const signal of signals) process.on(signal, end);
  return {
    remove: () => {
      for (const signal of signals) process.removeListener(signal, end);
    },
  };
}
