// @ts-check
// Child processes of the tools. Each has its own process group, so that its descendants end with it.
import { spawn, spawnSync } from "node:child_process";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

const IS_WINDOWS = process.platform === "win32";
/** Everything must have ended within 2 s of the signal. */
const GRACE_MS = 1500;
/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/** Set when the task is interrupted (Ctrl+C, SIGTERM). Children that end afterwards count as interrupted, not as failed. */
let interrupted = false;

/** @typedef {{ code: number, output: string, timedOut: boolean, interrupted: boolean }} RunResult */

/**
 * Runs a program to its end and collects its output.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, limitMs?: number, show?: boolean, onOutput?: (piece: string) => void }} [options]
 *   `show`: also print its output. `limitMs`: kill it after this time. `onOutput`: called with each chunk of output.
 * @returns {Promise<RunResult>} `code` is 127 if the program could not be started.
 */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: !IS_WINDOWS,
      windowsHide: true,
    });
    running.add(child);
    /** @type {Buffer[]} */
    const pieces = [];
    let timedOut = false;
    const timer =
      options.limitMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            endTree(child, "SIGKILL");
          }, options.limitMs);
    /** @param {number} code */
    const end = (code) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code, output: Buffer.concat(pieces).toString("utf8"), timedOut, interrupted });
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (/** @type {Buffer} */ piece) => {
        pieces.push(piece);
        if (options.show === true) process.stdout.write(piece);
        options.onOutput?.(piece.toString("utf8"));
      });
    }
    child.once("error", (error) => {
      pieces.push(Buffer.from(`${program} could not be started: ${error.message}\n`));
      end(127);
    });
    child.once("close", (code) => {
      end(code ?? 1);
    });
  });
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function endTree(child, signal) {
  if (child.pid === undefined) return;
  if (IS_WINDOWS) {
    spawnSync("taskkill", ["/PID", String(child.pid), "/T", "/F"], { stdio: "ignore", windowsHide: true });
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has already exited.
  }
}

/** Ends all running children: SIGTERM, then SIGKILL after the grace period. */
export async function endChildren() {
  interrupted = true;
  for (const child of running) endTree(child, "SIGTERM");
  const end = performance.now() + GRACE_MS;
  while (running.size > 0 && performance.now() < end) await sleep(20);
  for (const child of running) endTree(child, "SIGKILL");
}

/** Whether this task was interrupted. */
export function isInterrupted() {
  return interrupted;
}

/**
 * Whether a program can be run with `--version`.
 * @param {string} program
 */
export function isInstalled(program) {
  const { status } = spawnSync(program, ["--version"], { stdio: "ignore", windowsHide: true, timeout: 20_000 });
  return status === 0;
}
