/** The simulator: a child process that acts as Outlook. It reads one command per line and writes one response per line. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Log } from "../log/log.js";
import { sanitize } from "../log/sanitize.js";
import { messageOf, UserError } from "../user-error.js";
import { productRoot } from "../version.js";
import { failed, parseResult, type CommandResult } from "./control.js";

/** The files of the simulator. */
export interface SimulatorFiles {
  readonly executable: string;
  /** The MAPI provider that it loads. */
  readonly mapi: string;
  /** The add-in that it loads instead of the registered ones. Undefined on POSIX, where the agent is part of the executable. */
  readonly agent?: string;
}

export interface SimulatorOptions extends SimulatorFiles {
  /** Path of the data directory whose channel it serves. */
  readonly dataDirectory: string;
  /** Name of its MAPI profile. */
  readonly profile: string;
}

const READY_TIMEOUT_MS = 10_000;
const RESPONSE_TIMEOUT_MS = 10_000;
/** From closing its input until it is killed. */
const EXIT_TIMEOUT_MS = 700;
/** Kept for the error message. */
const MAX_ERROR_LINES = 5;

/** Where node-gyp puts the simulator; for Windows `npm run build:windows`, which runs on Debian. */
export function simulatorFiles(platform = process.platform, root = productRoot): SimulatorFiles {
  if (platform === "win32") {
    const folder = join(root, "dist", "windows", "x64");
    return {
      executable: join(folder, "OUTLOOK.EXE"),
      mapi: join(folder, "msmapi32.dll"),
      agent: join(folder, "offline-state-agent.dll"),
    };
  }
  const folder = join(root, "build", "Release");
  const library = platform === "darwin" ? "libsimulated-mapi.dylib" : "libsimulated-mapi.so";
  return { executable: join(folder, "simulated-outlook"), mapi: join(folder, library) };
}

/** Whether all files exist. */
export function isBuilt({ executable, mapi, agent }: SimulatorFiles): boolean {
  return [executable, mapi, agent].every((file) => file === undefined || existsSync(file));
}

/**
 * Throws a UserError that names the first missing file and how to get it.
 * @param isMapiGiven whether the MAPI provider comes from `--mapi`
 */
export function checkSimulatorFiles(files: SimulatorFiles, isMapiGiven = false, platform = process.platform): void {
  if (isMapiGiven && !existsSync(files.mapi)) {
    throw new UserError(`--mapi ${files.mapi}: no such file`, "Name a library that exports HrOpenOfflineObj.");
  }
  for (const file of [files.executable, files.mapi, files.agent]) {
    if (file === undefined || existsSync(file)) continue;
    throw new UserError(
      `a file of the simulator is missing: ${file}`,
      platform === "win32"
        ? "Run `npm run build:windows` on Debian or Ubuntu and copy its dist/windows folder here. If classic Outlook is installed, start without --simulate and --mapi."
        : "Run `npm run build`.",
    );
  }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export class SimulatorProcess {
  readonly #child: Child;
  readonly #pending: ((result: CommandResult) => void)[] = [];
  /** Resolves with how it ended: "exit code 1" or "SIGKILL". */
  readonly ended: Promise<string>;

  private constructor(child: Child) {
    this.#child = child;
    this.ended = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        for (const settle of this.#pending.splice(0)) settle(failed("the simulator ended before it responded"));
        resolve(signal ?? `exit code ${String(code)}`);
      });
    });
    createInterface({ input: child.stdout }).on("line", (line) => this.#pending.shift()?.(parseResult(line)));
    // Writing to a process that has just ended fails; `ended` reports that.
    child.stdin.on("error", () => undefined);
  }

  /** Resolves when it is ready. Throws a UserError if it does not start; no process is left then. */
  static async start(options: SimulatorOptions, log: Log): Promise<SimulatorProcess> {
    const { executable, mapi, agent, dataDirectory, profile } = options;
    const args = ["--home", dataDirectory, "--mapi", mapi, "--profile", profile];
    const child = spawn(executable, agent === undefined ? args : [...args, "--agent", agent], {
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
      // Its own process group: Ctrl+C reaches only the bridge, which then ends the simulator in order.
      detached: process.platform !== "win32",
    });
    const errors: string[] = [];
    createInterface({ input: child.stderr }).on("line", (line) => {
      if (errors.length < MAX_ERROR_LINES) errors.push(line.slice(0, 200));
      log.info({ outlook: sanitize(line) }, "simulator");
    });
    child.on("error", (error) => {
      log.error({ err: error }, "simulator");
    });
    try {
      await untilReady(child);
    } catch (error) {
      child.kill("SIGKILL");
      const output = errors.length === 0 ? "" : `: ${errors.join(" ")}`;
      throw new UserError(
        `the simulator did not start with the MAPI provider ${mapi} (${messageOf(error)})${output}`,
        "Check that the provider exports HrOpenOfflineObj and that no other simulator runs in this data directory.",
        { cause: error },
      );
    }
    return new SimulatorProcess(child);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Sends a command. Responses arrive in the order of the commands. Never rejects. */
  send(command: string): Promise<CommandResult> {
    return new Promise((resolve) => {
      const timeout = setTimeout(() => {
        resolve(failed(`the simulator did not respond within ${RESPONSE_TIMEOUT_MS / 1000} s`));
      }, RESPONSE_TIMEOUT_MS);
      this.#pending.push((result) => {
        clearTimeout(timeout);
        resolve(result);
      });
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        this.#pending.pop()?.(failed("the simulator has ended"));
      } else {
        this.#child.stdin.write(`${command}\n`);
      }
    });
  }

  /** Closes its input, which ends it, and kills it if it does not exit. Resolves within a second. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    const kill = setTimeout(() => this.#child.kill("SIGKILL"), EXIT_TIMEOUT_MS);
    await this.ended;
    clearTimeout(kill);
  }
}

function untilReady(child: Child): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      clearTimeout(timeout);
      child.off("error", settle);
      child.off("close", onClose);
      child.stdout.off("data", onData);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onClose = (code: number | null, signal: NodeJS.Signals | null): void => {
      settle(new Error(`ended with ${signal ?? `exit code ${String(code)}`}`));
    };
    let output = "";
    const onData = (chunk: Buffer): void => {
      output += chunk.toString("utf8");
      if (!output.includes("\n")) return;
      settle(/^ready \d+\r?\n$/.test(output) ? undefined : new Error(`unexpected output: ${output.slice(0, 200)}`));
    };
    const timeout = setTimeout(() => {
      settle(new Error(`not ready within ${READY_TIMEOUT_MS / 1000} s`));
    }, READY_TIMEOUT_MS);
    child.once("error", settle);
    child.once("close", onClose);
    child.stdout.on("data", onData);
  });
}
