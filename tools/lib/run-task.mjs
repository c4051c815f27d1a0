// @ts-check
import { existsSync } from "node:fs";
import { constants } from "node:os";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { endChildren } from "./child.mjs";
import { parseTaskArgs, scriptOf, scripts, usageOf, wantsHelp } from "./define-task.mjs";
import { explain, UserError, showStacks } from "./user-error.mjs";
import { fromRoot } from "./paths.mjs";

/** @param {readonly string[]} words the name of a task and its arguments */
export async function main([name, ...args]) {
  if (name === undefined || wantsHelp([name])) {
    process.stdout.write(
      `Usage: node tools/task.mjs <task> [arguments]\nThe tasks are npm scripts:\n  ${commands().join("\n  ")}\n`,
    );
    process.exitCode = name === undefined ? 1 : 0;
    return;
  }
  await runTask(name, args);
}

/** The commands of all tasks. */
function commands() {
  return scripts().flatMap(({ task }) => (task === undefined ? [] : [scriptOf(task)]));
}

/**
 * Loads tools/tasks/<name>.mjs, parses the arguments and runs it.
 * @param {string} name
 * @param {readonly string[]} args
 */
async function runTask(name, args) {
  const interrupted = onInterrupt(name);
  const uncaught = onUncaught();
  try {
    process.chdir(fromRoot());
    const task = await load(name);
    if (wantsHelp(args)) {
      process.stdout.write(`${usageOf(name, task)}\n`);
      return;
    }
    const { verbose, ...given } = parseTaskArgs(name, task, args);
    if (verbose) showStacks();
    const handOver = () => {
      interrupted.remove();
      uncaught.remove();
    };
    const code = await task.run(given, { handOver });
    if (code !== undefined) process.exitCode = code;
  } catch (error) {
    // The error is a consequence of the signal, not a failure.
    if (interrupted.happened) return;
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  } finally {
    interrupted.remove();
  }
}

/**
 * @param {string} name
 * @returns {Promise<import("./define-task.mjs").Task>}
 */
async function load(name) {
  const file = fromRoot("tools/tasks", `${name}.mjs`);
  if (!/^[a-z-]+$/.test(name) || !existsSync(file))
    throw new UserError(`There is no task "${name}".`, { remedy: `The tasks are: ${commands().join(", ")}.` });
  /** @type {{ default: import("./define-task.mjs").Task }} */
  const module = await import(pathToFileURL(file).href);
  return module.default;
}

/**
 * Uncaught errors end the task like any other error. A failed write to stdout may be reported only after the task has returned.
 */
function onUncaught() {
  /** @param {unknown} error */
  const end = (error) => {
    // The reader of the pipe has exited (`npm test | head`), which is not an error.
    const isClosedPipe = error instanceof Error && "code" in error && error.code === "EPIPE";
    if (!isClosedPipe) process.stderr.write(`${explain(error)}\n`);
    void endChildren().then(() => process.exit(1));
  };
  process.on("uncaughtException", end);
  return {
    remove: () => {
      process.removeListener("uncaughtException", end);
    },
  };
}

/** Tasks that run until they are interrupted, which is not a failure. */
const ENDLESS = new Set(["start", "dev"]);

/**
 * Ctrl+C and SIGTERM end the child processes, then the task.
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
      // Already shutting down: the handler exits the process.
      if (interrupted.happened) return;
      for (const signal of signals) process.removeListener(signal, end);
    },
  };
  return interrupted;
}
