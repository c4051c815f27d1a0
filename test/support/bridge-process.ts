// The real bridge, in a process of its own, with a simulated Outlook of its own.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { resolveHome } from "../../bridge/src/home/home.js";
import { controlAddress } from "../../bridge/src/simulated/control-address.js";
import { tellOutlook } from "../../bridge/src/simulated/control-client.js";
import { fromRoot } from "../../tools/lib/paths.mjs";

const ENTRY = fromRoot("dist/bridge/src/cli/main.js");
const READY_MS = 30_000;

export interface BridgeOptions {
  /** One of its own unless told. */
  readonly home?: string;
  readonly port?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** Words put before node: a program that starts it under other circumstances. */
  readonly wrapper?: readonly string[];
}

/** Where a client finds a bridge, and whom it trusts. */
export interface Target {
  readonly port: number;
  readonly ca: Buffer;
}

/** Folders are kept while a test looks at them, and removed with `remove`. */
export function freshHome(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "offline-state-"));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

export class BridgeProcess implements Target {
  readonly home: string;
  readonly port: number;
  readonly child: ChildProcess;
  readonly ended: Promise<number | NodeJS.Signals | null>;
  stdout = "";
  stderr = "";
  readonly #removeHome: () => void;

  private constructor(home: string, port: number, removeHome: () => void, { env, wrapper = [] }: BridgeOptions) {
    this.home = home;
    this.port = port;
    this.#removeHome = removeHome;
    const words = [...wrapper, process.execPath, ENTRY, "start", "--simulate", "--port", String(port)];
    this.child = spawn(words[0] ?? "", words.slice(1), {
      env: { ...process.env, ...env, OUTLOOK_OFFLINE_STATE_HOME: home },
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

  /** Starts one, and does not wait. */
  static async launch(options: BridgeOptions = {}): Promise<BridgeProcess> {
    const own = options.home === undefined ? freshHome() : { path: options.home, remove: () => undefined };
    return new BridgeProcess(
      own.path,
      options.port ?? (await freePort()),
      () => {
        own.remove();
      },
      options,
    );
  }

  /** Starts one, and waits until the pane can be opened. */
  static async start(options: BridgeOptions = {}): Promise<BridgeProcess> {
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
    return readFileSync(join(this.home, "certificates", "ca.crt"));
  }

  /** Tells the simulated Outlook something; throws what is wrong. */
  async outlook(command: string): Promise<string> {
    const home = resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: this.home } });
    const { ok, text } = await tellOutlook(controlAddress(home), command);
    if (!ok) throw new Error(`outlook ${command}: ${text}`);
    return text;
  }

  /** Everything that was logged, as text. */
  logText(): string {
    const folder = join(this.home, "logs");
    return readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), "utf8"))
      .join("");
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends it as a user does, and removes its home unless it was given. */
  async stop(): Promise<number | NodeJS.Signals | null> {
    this.child.kill("SIGCONT");
    this.child.kill("SIGTERM");
    const late = setTimeout(() => this.child.kill("SIGKILL"), 5000);
    const code = await this.ended;
    clearTimeout(late);
    this.#removeHome();
    return code;
  }
}
