// The real bridge with a simulator, in a process of its own.
import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { resolveDataDirectory } from "../../bridge/src/data-directory.js";
import { controlAddress, sendCommand } from "../../bridge/src/simulator/control.js";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { freePort } from "./system.js";
import { createFolder, removeFolder } from "./temporary-folder.js";

const ENTRY = fromRoot("dist/bridge/src/cli/main.js");
const READY_MS = 30_000;

export interface BridgeProcessOptions {
  /** By default a new folder, which `stop` removes. */
  readonly dataDirectory?: string;
  readonly port?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** A command with arguments that starts node, for example `prlimit`. */
  readonly wrapper?: readonly string[];
}

/** The port of a bridge and the certificate authority that clients must trust. */
export interface Target {
  readonly port: number;
  readonly ca: Buffer;
}

export class BridgeProcess implements Target {
  readonly dataDirectory: string;
  readonly port: number;
  readonly child: ChildProcess;
  readonly ended: Promise<number | NodeJS.Signals | null>;
  stdout = "";
  stderr = "";
  readonly #ownsDataDirectory: boolean;

  private constructor(port: number, { dataDirectory, env, wrapper = [] }: BridgeProcessOptions) {
    this.dataDirectory = dataDirectory ?? createFolder();
    this.#ownsDataDirectory = dataDirectory === undefined;
    this.port = port;
    const words = [...wrapper, process.execPath, ENTRY, "start", "--simulate", "--port", String(port)];
    this.child = spawn(words[0] ?? "", words.slice(1), {
      env: { ...process.env, ...env, OUTLOOK_OFFLINE_STATE_HOME: this.dataDirectory },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout?.on("data", (data: Buffer) => (this.stdout += data.toString()));
    this.child.stderr?.on("data", (data: Buffer) => (this.stderr += data.toString()));
    this.ended = new Promise((resolve, reject) => {
      this.child.once("error", reject);
      this.child.once("close", (code, signal) => {
        resolve(code ?? signal);
      });
    });
  }

  /** Starts a bridge without waiting for it. */
  static async launch(options: BridgeProcessOptions = {}): Promise<BridgeProcess> {
    return new BridgeProcess(options.port ?? (await freePort()), options);
  }

  /** Starts a bridge and waits until the pane can be opened. */
  static async start(options: BridgeProcessOptions = {}): Promise<BridgeProcess> {
    const bridge = await BridgeProcess.launch(options);
    await bridge.ready();
    return bridge;
  }

  async ready(): Promise<void> {
    const limit = AbortSignal.timeout(READY_MS);
    while (!/^Ready: /m.test(this.stdout)) {
      if (limit.aborted || this.child.exitCode !== null) {
        throw new Error(`the bridge was never ready\n${this.stdout}\n${this.stderr}`);
      }
      await sleep(20);
    }
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error("the bridge was not started");
    return this.child.pid;
  }

  get ca(): Buffer {
    return readFileSync(join(this.dataDirectory, "certificates", "ca.crt"));
  }

  /** Sends a command to the simulator. Throws if it fails. */
  async outlook(command: string): Promise<string> {
    const dataDirectory = resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: this.dataDirectory } });
    const { ok, text } = await sendCommand(controlAddress(dataDirectory), command);
    if (!ok) throw new Error(`outlook ${command}: ${text}`);
    return text;
  }

  /** The content of all log files. */
  logText(): string {
    const folder = join(this.dataDirectory, "logs");
    return readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), "utf8"))
      .join("");
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends the bridge with SIGTERM, after 5 s with SIGKILL. Returns its exit code or signal. */
  async stop(): Promise<number | NodeJS.Signals | null> {
    this.child.kill("SIGCONT");
    this.child.kill("SIGTERM");
    const late = setTimeout(() => this.child.kill("SIGKILL"), 5000);
    const code = await this.ended;
    clearTimeout(late);
    if (this.#ownsDataDirectory) removeFolder(this.dataDirectory);
    return code;
  }
}
