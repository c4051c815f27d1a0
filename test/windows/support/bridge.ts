// A bridge in the node.exe of Windows, and what it tells a client on Linux.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";
import { ensureWindowsNode } from "../../../tools/windows/node.mjs";
import { fromRoot } from "../../../tools/lib/paths.mjs";
import { SUBPROTOCOL, type Change, type Snapshot } from "../../../shared/src/protocol.js";
import { validateFrame } from "../../../shared/src/validate.js";
import { freePort } from "../../e2e/support/surroundings.js";
import { runInWine, WineProcess, windowsPath } from "./wine.js";

const READY_MS = 100_000;
const TRUTH_MS = 30_000;

const fixture = windowsPath(fromRoot("test/windows/fixtures/bridge.mjs"));
const main = windowsPath(fromRoot("dist/bridge/src/cli/main.js"));

/** A home on Linux, and the same as Windows sees it. */
export class WindowsHome {
  readonly path = mkdtempSync(join(tmpdir(), "offline-state-windows-"));
  readonly windows = windowsPath(this.path);
  readonly env = {
    OUTLOOK_OFFLINE_STATE_HOME: this.windows,
    // A clone has been built for Linux too; this one is for Windows alone.
    PREBUILDS_ONLY: "1",
  };

  get authority(): string {
    return join(this.path, "certificates", "ca.crt");
  }
  remove(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What was told, and when it came. */
export interface Told {
  readonly message: Snapshot | Change;
  readonly at: number;
}

export class WindowsBridge {
  readonly told: Told[] = [];
  readonly url: string;
  /** Windows' process id. */
  readonly pid: number;
  readonly #process: WineProcess;
  readonly #home: WindowsHome;
  #socket: WebSocket | undefined;

  readonly #relay: number;

  private constructor(process: WineProcess, home: WindowsHome, url: string, pid: number, relay: number) {
    this.#process = process;
    this.#relay = relay;
    this.#home = home;
    this.url = url;
    this.pid = pid;
  }

  /** Resolves when the pane can be opened. `outlook`: with a simulated Outlook of its own. */
  static async start(home: WindowsHome, { outlook = false } = {}): Promise<WindowsBridge> {
    const port = await freePort();
    const args = [fixture, windowsPath(fromRoot()), String(port), ...(outlook ? ["--outlook"] : [])];
    const process = new WineProcess(ensureWindowsNode(), args, home.env);
    const end = performance.now() + READY_MS;
    while (performance.now() < end && process.child.exitCode === null) {
      const url = /^Ready: (\S+)\r?$/m.exec(process.output)?.[1];
      const [, pid, relay] = /^Process: (\d+), relay: (\d+)\r?$/m.exec(process.output) ?? [];
      if (url !== undefined && pid !== undefined) {
        return new WindowsBridge(process, home, url, Number(pid), Number(relay));
      }
      await sleep(20);
    }
    const said = process.output;
    await process.kill();
    throw new Error(`the bridge was never ready:\n${said}`);
  }

  /** Follows the feed, as a pane does. Resolves with the snapshot. */
  async follow(): Promise<void> {
    const { port } = new URL(this.url);
    const socket = new WebSocket(`wss://localhost:${port}/feed`, SUBPROTOCOL, {
      ca: readFileSync(this.#home.authority),
      origin: `https://localhost:${port}`,
    });
    this.#socket = socket;
    socket.on("message", (data: Buffer) => {
      const at = Date.now();
      const validated = validateFrame(data.toString());
      if (validated.kind === "message" && validated.message.type !== "heartbeat") {
        this.told.push({ message: validated.message, at });
      }
    });
    await new Promise((resolve, reject) => {
      socket.once("message", resolve);
      socket.once("error", reject);
    });
  }

  /** The state, or why it is not known: what the newest message says. */
  get truth(): string {
    const message = this.told.at(-1)?.message;
    if (message === undefined) return "nothing";
    return message.source.status === "unavailable" ? message.source.reason : message.state;
  }

  /** What it says beside the reason. */
  get detail(): string | undefined {
    const source = this.told.at(-1)?.message.source;
    return source?.status === "unavailable" ? source.detail : undefined;
  }

  /** Waits until that is the truth; answers when it was told, Unix ms. */
  async tells(truth: string): Promise<number> {
    const end = performance.now() + TRUTH_MS;
    while (this.truth !== truth) {
      if (performance.now() > end) throw new Error(`the bridge tells "${this.truth}", not "${truth}"`);
      await sleep(2);
    }
    return this.told.at(-1)?.at ?? Number.NaN;
  }

  /** Tells its simulated Outlook; throws what is wrong. */
  async outlook(...words: readonly string[]): Promise<string> {
    const socket = connect(this.#relay, "127.0.0.1");
    socket.write(`${words.join(" ")}\n`);
    const [, verdict, answer = ""] = /^(ok|error) (.*)\n$/.exec(await text(socket)) ?? [];
    if (verdict !== "ok") throw new Error(answer);
    return answer;
  }

  /** The same by `outlook-offline-state outlook <words>`, in a node.exe of its own. */
  outlookByCommandLine(...words: readonly string[]): string {
    return runInWine(ensureWindowsNode(), [main, "outlook", ...words], this.#home.env).trim();
  }

  get output(): string {
    return this.#process.output;
  }

  async kill(): Promise<void> {
    this.#socket?.terminate();
    await this.#process.kill();
  }
}
