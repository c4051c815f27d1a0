// Child processes of the benchmarks. None outlives the run.
import { execFile, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";

const running = new Set();
process.on("exit", endChildren);

/** Kills what a failed case has left running. */
export function endChildren() {
  for (const child of running) child.kill("SIGKILL");
}

function track(child) {
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** Runs a program to its end and returns its stdout. */
export async function output(file, args, options = {}) {
  const { stdout } = await promisify(execFile)(file, args, { maxBuffer: 64 << 20, ...options });
  return stdout;
}

/** A program of bench/servers. A message `{ request, ... }` is answered with `{ result }` or `{ error }`, in the same order. */
export class Server {
  #pending = [];

  constructor(file, { args = [], execArgv = [], env = process.env } = {}) {
    const path = join(import.meta.dirname, "..", "servers", file);
    this.child = track(fork(path, args, { execArgv, env, stdio: ["ignore", "inherit", "inherit", "ipc"] }));
    this.child.on("message", (message) => {
      const { resolve, reject } = this.#pending.shift();
      if ("error" in message) reject(new Error(`${file}: ${message.error}`));
      else resolve(message.result);
    });
    this.child.once("exit", (code, signal) => {
      for (const { reject } of this.#pending.splice(0)) reject(new Error(`${file} ended with ${signal ?? code}`));
    });
  }

  get pid() {
    return this.child.pid;
  }

  /**
   * @param {string} name
   * @param {object} [parameters]
   */
  request(name, parameters = {}) {
    return new Promise((resolve, reject) => {
      this.#pending.push({ resolve, reject });
      if (this.child.connected) this.child.send({ request: name, ...parameters });
      else reject(new Error(`process ${this.child.pid} has ended before the request "${name}"`));
    });
  }

  async end() {
    if (!running.has(this.child)) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGTERM");
    const force = setTimeout(() => this.child.kill("SIGKILL"), 3000);
    await ended;
    clearTimeout(force);
  }
}

/** Starts a program and waits until it prints a line that matches `ready`. `tookMs` is the time until then. */
export async function startUntil(ready, file, args, options = {}) {
  const begin = process.hrtime.bigint();
  const child = track(spawn(file, args, { stdio: ["ignore", "pipe", "inherit"], ...options }));
  let printed = "";
  const line = await new Promise((resolve, reject) => {
    const timeout = setTimeout(
      () => reject(new Error(`${file} ${args.join(" ")} was not ready within 60 s: ${printed}`)),
      60_000,
    );
    child.stdout.on("data", (data) => {
      printed += data.toString();
      const found = ready.exec(printed);
      if (found === null) return;
      clearTimeout(timeout);
      resolve(found);
    });
    child.once("exit", (code) => reject(new Error(`${file} ${args.join(" ")} ended with ${code}: ${printed}`)));
  });
  const tookMs = Number(process.hrtime.bigint() - begin) / 1e6;
  return { child, line, tookMs, end: () => endOf(child) };
}

async function endOf(child) {
  if (!running.has(child)) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), 4000);
  await ended;
  clearTimeout(force);
}
