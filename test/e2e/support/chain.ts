// One whole chain of its own: home, port, `npm start`, and whoever looks at it.
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { npm, NpmRun, type Ended } from "./npm.js";
import { Pane } from "./pane.js";
import { freePort, freshFolder, processesOf, removeFolder } from "./surroundings.js";

export class Chain {
  readonly home = freshFolder();
  readonly #browserHome = freshFolder();
  readonly #panes: Pane[] = [];
  readonly port: number;
  readonly env: NodeJS.ProcessEnv;
  run: NpmRun | undefined;

  private constructor(port: number, more: NodeJS.ProcessEnv) {
    this.port = port;
    this.env = { ...process.env, OUTLOOK_OFFLINE_STATE_HOME: this.home, ...more };
  }

  /** `more`: added to the environment of everything that runs. */
  static async create(more: NodeJS.ProcessEnv = {}): Promise<Chain> {
    return new Chain(await freePort(), more);
  }

  /** `npm start` with a simulated Outlook; answers the pane's address. */
  async start(...options: readonly string[]): Promise<string> {
    this.run = new NpmRun(["start", "--", "--port", String(this.port), "--simulate", ...options], this.env);
    return this.run.ready();
  }

  async openPane(address: string): Promise<Pane> {
    const authority = path.join(this.home, "certificates", "ca.crt");
    const pane = await Pane.open(address, authority, path.join(this.#browserHome, String(this.#panes.length)));
    this.#panes.push(pane);
    return pane;
  }

  /** `npm run outlook -- <words>`, which has to succeed; answers what it said. */
  async outlook(...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.tryOutlook(...words);
    if (code !== 0) throw new Error(`outlook ${words.join(" ")}: ${stderr}`);
    return stdout.trim();
  }

  async tryOutlook(...words: readonly string[]): Promise<Ended> {
    return npm(["run", "outlook", "--", ...words], this.env);
  }

  /** The process of the bridge, beneath npm. */
  async bridgePid(): Promise<number> {
    const bridge = (await processesOf(this.home)).find(({ command }) =>
      /^\S*node \S*tools\/task\.mjs start /.test(command),
    );
    if (bridge === undefined) throw new Error("no bridge runs in this home");
    return bridge.pid;
  }

  /** Waits until no process of this home is left; answers those that are when the time is up. */
  async processesLeft(limitMs: number): Promise<string[]> {
    const end = performance.now() + limitMs;
    for (;;) {
      const left = await processesOf(this.home);
      if (left.length === 0 || performance.now() > end) return left.map(({ command }) => command.slice(0, 200));
      await sleep(50);
    }
  }

  /** Ends all of it, whatever the test has come to. */
  async destroy(): Promise<void> {
    for (const pane of this.#panes) await pane.close();
    this.run?.kill();
    for (const { pid } of await processesOf(this.home)) process.kill(pid, "SIGKILL");
    removeFolder(this.home);
    removeFolder(this.#browserHome);
  }
}
