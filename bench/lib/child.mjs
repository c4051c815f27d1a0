// Processes of a measurement: each ends with the run, whatever becomes of it.
import { execFile, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";

const running = new Set();
process.on("exit", endChildren);

/** What a row that has failed has left. */
export function endChildren() {
  for (const child of running) child.kill("SIGKILL");
}

function keep(child) {
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** Output of a program that ends by itself. */
export async function output(file, args, options = {}) {
  const { stdout } = await promisify(execFile)(file, args, { maxBuffer: 64 << 20, ...options });
  return stdout;
}

/** A server or client of bench/servers, asked by messages: `{ ask, ...}` is answered by `{ answer }` or `{ error }`. */
export class Server {
  #waiting = [];

  constructor(file, { args = [], execArgv = [], env = process.env } = {}) {
    const path = join(import.meta.dirname, "..", "servers", file);
    this.child = keep(fork(path, args, { execArgv, env, stdio: ["ignore", "inherit", "inherit", "ipc"] }));
    this.child.on("message", (message) => {
      const { resolve, reject } = this.#waiting.shift();
      if ("error" in message) reject(new Error(`${file}: ${message.error}`));
      else resolve(message.answer);
    });
    this.child.once("exit", (code, signal) => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(`${file} ended with ${signal ?? code}`));
    });
  }

  get pid() {
    return this.child.pid;
  }

  /** Answers come in the order of the questions. */
  ask(question, more = {}) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (this.child.connected) this.child.send({ ask: question, ...more });
      else reject(new Error(`process ${this.child.pid} has ended before it was asked "${question}"`));
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

/** A program that says a line like `ready` on its standard output; gives it and how long that took, milliseconds. */
export async function startUntil(ready, file, args, options = {}) {
  const begin = process.hrtime.bigint();
  const child = keep(spawn(file, args, { stdio: ["ignore", "pipe", "inherit"], ...options }));
  let said = "";
  const line = await new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`${file} ${args.join(" ")} was not ready within 60 s: ${said}`)),
      60_000,
    );
    child.stdout.on("data", (data) => {
      said += data.toString();
      const found = ready.exec(said);
      if (found === null) return;
      clearTimeout(late);
      resolve(found);
    });
    child.once("exit", (code) => reject(new Error(`${file} ${args.join(" ")} ended with ${code}: ${said}`)));
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
