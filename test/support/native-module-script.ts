import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const file = join(import.meta.dirname, "..", "..", "build", "Release", "offline_state.node");

export interface ScriptResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a script in a Node.js process of its own. It can use the native module's `subscribe`, `dataDirectory`, and
 * `inWorker(script)`, which runs a script with the same names in a worker thread and returns the Worker.
 */
export async function runWithModule(dataDirectory: string, script: string): Promise<ScriptResult> {
  const names = `
    const { Worker, parentPort } = require("node:worker_threads");
    const { subscribe } = require(${JSON.stringify(file)});
    const dataDirectory = ${JSON.stringify(dataDirectory)};
  `;
  const inWorker = `const inWorker = (script) => new Worker(${JSON.stringify(names)} + script, { eval: true });`;
  const child = spawn(process.execPath, ["--expose-gc", "-e", `${names}\n${inWorker}\n${script}`], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 15_000,
    killSignal: "SIGKILL",
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (text: Buffer) => (output.stdout += text.toString()));
  child.stderr.on("data", (text: Buffer) => (output.stderr += text.toString()));
  await once(child, "close");
  return { code: child.exitCode, signal: child.signalCode, ...output };
}
