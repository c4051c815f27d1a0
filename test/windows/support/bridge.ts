// A bridge in node.exe under Wine, with a feed client on Linux.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { ensureWindowsNode } from "../../../tools/windows/wine-prefix.mjs";
import { fromRoot } from "../../../tools/lib/paths.mjs";
import { TestFeedClient } from "../../support/feed-client.js";
import { freePort } from "../../support/system.js";
import { runInWine, WineProcess, windowsPath } from "./wine.js";

const READY_MS = 100_000;
const WAIT_LIMIT_MS = 30_000;

const fixture = windowsPath(fromRoot("test/windows/fixtures/bridge.mjs"));
const main = windowsPath(fromRoot("dist/bridge/src/cli/main.js"));

/** A data directory with its Linux and Windows paths. */
export class WindowsDataDirectory {
  readonly path = mkdtempSync(join(tmpdir(), "offline-state-windows-"));
  readonly windows = windowsPath(this.path);
  readonly env = {
    OUTLOOK_OFFLINE_STATE_HOME: this.windows,
    // The clone also has a native module for Linux, which must not be loaded.
    PREBUILDS_ONLY: "1",
  };

  get authority(): string {
    return join(this.path, "certificates", "ca.crt");
  }
  remove(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}

export class WindowsBridge {
  readonly url: string;
  /** The Windows process ID. */
  readonly pid: number;
  readonly #process: WineProcess;
  readonly #dataDirectory: WindowsDataDirectory;
  #client: TestFeedClient | undefined;
  readonly #relay: number;

  private constructor(
    process: WineProcess,
    dataDirectory: WindowsDataDirectory,
    url: string,
    pid: number,
    relay: number,
  ) {
    this.#process = process;
    this.#relay = relay;
    this.#dataDirectory = dataDirectory;
    this.url = url;
    this.pid = pid;
  }

  /** Starts a bridge and waits until the pane can be opened. `outlook`: with a simulator. */
  static async start(dataDirectory: WindowsDataDirectory, { outlook = false } = {}): Promise<WindowsBridge> {
    const port = await freePort();
    const args = [fixture, windowsPath(fromRoot()), String(port), ...(outlook ? ["--outlook"] : [])];
    const process = new WineProcess(ensureWindowsNode(), args, dataDirectory.env);
    const end = performance.now() + READY_MS;
    while (performance.now() < end && process.child.exitCode === null) {
      const url = /^Ready: (\S+)\r?$/m.exec(process.output)?.[1];
      const [, pid, relay] = /^Process: (\d+), relay: (\d+)\r?$/m.exec(process.output) ?? [];
      if (url !== undefined && pid !== undefined) {
        return new WindowsBridge(process, dataDirectory, url, Number(pid), Number(relay));
      }
      await sleep(20);
    }
    const output = process.output;
    await process.kill();
    throw new Error(`the bridge was never ready:\n${output}`);
  }

  /** Connects a feed client. Resolves with the snapshot. */
  async connectClient(): Promise<void> {
    const target = { port: Number(new URL(this.url).port), ca: readFileSync(this.#dataDirectory.authority) };
    this.#client = await TestFeedClient.connect(target);
  }

  get client(): TestFeedClient {
    if (this.#client === undefined) throw new Error("no client is connected");
    return this.#client;
  }

  /** Waits for a state or the reason why it is unknown. Returns the time at which it arrived, Unix ms. */
  async waitFor(stateOrReason: string): Promise<number> {
    const { client } = this;
    await client.waitUntil(() => {
      const { source, state } = client.status;
      return (source.status === "unavailable" ? source.reason : state) === stateOrReason;
    }, WAIT_LIMIT_MS);
    expect(client.errors).toEqual([]);
    return client.statusAt;
  }

  /** The detail of the reason why the state is unknown. */
  get detail(): string | undefined {
    const { source } = this.client.status;
    return source.status === "unavailable" ? source.detail : undefined;
  }

  /** Sends a command to the simulator. Throws if it fails. */
  async outlook(...words: readonly string[]): Promise<string> {
    const socket = connect(this.#relay, "127.0.0.1");
    socket.write(`${words.join(" ")}\n`);
    const [, verdict, response = ""] = /^(ok|error) (.*)\n$/.exec(await text(socket)) ?? [];
    if (verdict !== "ok") throw new Error(response);
    return response;
  }

  /** The same with the command line. */
  outlookByCommandLine(...words: readonly string[]): string {
    return runInWine(ensureWindowsNode(), [main, "outlook", ...words], this.#dataDirectory.env).trim();
  }

  get output(): string {
    return this.#process.output;
  }

  async kill(): Promise<void> {
    this.#client?.socket.terminate();
    await this.#process.kill();
  }
}
