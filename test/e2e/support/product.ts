// The product, started with `npm start`, with a data directory, a port and panes of its own.
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { npm, NpmRun, type NpmResult } from "./npm.js";
import { BrowserPane } from "./browser-pane.js";
import { freePort, processesOf } from "../../support/system.js";
import { createFolder, removeFolder } from "../../support/temporary-folder.js";

export class Product {
  readonly dataDirectory = createFolder();
  readonly #browserHome = createFolder();
  readonly #panes: BrowserPane[] = [];
  readonly port: number;
  readonly env: NodeJS.ProcessEnv;
  run: NpmRun | undefined;

  private constructor(port: number, more: NodeJS.ProcessEnv) {
    this.port = port;
    this.env = { ...process.env, OUTLOOK_OFFLINE_STATE_HOME: this.dataDirectory, ...more };
  }

  /** `more`: additional environment variables of all processes. */
  static async create(more: NodeJS.ProcessEnv = {}): Promise<Product> {
    return new Product(await freePort(), more);
  }

  /** Runs `npm start` with a simulator. Returns the address of the pane. */
  async start(...options: readonly string[]): Promise<string> {
    this.run = new NpmRun(["start", "--", "--port", String(this.port), "--simulate", ...options], this.env);
    return this.run.ready();
  }

  async openPane(address: string): Promise<BrowserPane> {
    const authority = path.join(this.dataDirectory, "certificates", "ca.crt");
    const pane = await BrowserPane.open(address, authority, path.join(this.#browserHome, String(this.#panes.length)));
    this.#panes.push(pane);
    return pane;
  }

  /** Runs `npm run outlook -- <words>`, which must succeed. Returns its output. */
  async outlook(...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.tryOutlook(...words);
    if (code !== 0) throw new Error(`outlook ${words.join(" ")}: ${stderr}`);
    return stdout.trim();
  }

  async tryOutlook(...words: readonly string[]): Promise<NpmResult> {
    return npm(["run", "outlook", "--", ...words], this.env);
  }

  /** The process ID of the bridge, a child of npm. */
  async bridgePid(): Promise<number> {
    const bridge = (await processesOf(this.dataDirectory)).find(({ command }) =>
      /^\S*node \S*tools\/task\.mjs start /.test(command),
    );
    if (bridge === undefined) throw new Error("no bridge runs in this data directory");
    return bridge.pid;
  }

  /** Waits until no process of this data directory is left. Returns those that are left after `limitMs`. */
  async processesLeft(limitMs: number): Promise<string[]> {
    const end = performance.now() + limitMs;
    for (;;) {
      const left = await processesOf(this.dataDirectory);
      if (left.length === 0 || performance.now() > end) return left.map(({ command }) => command.slice(0, 200));
      await sleep(50);
    }
  }

  /** Ends everything, also after a failed test. */
  async destroy(): Promise<void> {
    for (const pane of this.#panes) await pane.close();
    this.run?.kill();
    for (const { pid } of await processesOf(this.dataDirectory)) process.kill(pid, "SIGKILL");
    removeFolder(this.dataDirectory);
    removeFolder(this.#browserHome);
  }
}
