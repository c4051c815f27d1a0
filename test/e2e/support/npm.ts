// The product as people run it: by npm, in a process of its own.
import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fromRoot } from "../../../tools/lib/paths.mjs";

const READY_LIMIT_MS = 60_000;
const END_LIMIT_MS = 20_000;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface NpmOptions {
  /** The clone in which npm runs; this one by default. */
  readonly cwd?: string;
  /** The user that runs it; only root can choose one. */
  readonly uid?: number | undefined;
  /** Words put before npm: a program that starts it under other circumstances. */
  readonly wrapper?: readonly string[];
}

/** An npm script that was started. */
export class NpmRun {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = "";
  stderr = "";

  constructor(
    script: readonly string[],
    env: NodeJS.ProcessEnv,
    { cwd = fromRoot(), uid, wrapper = [] }: NpmOptions = {},
  ) {
    const [program = "npm", ...words] = [...wrapper, "npm", "--silent", ...script];
    // A group of its own: what a failing test leaves is ended as one.
    this.child = spawn(program, words, {
      cwd,
      ...(uid !== undefined && { uid, gid: uid }),
      env: cleaned(env),
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    this.child.stdout?.on("data", (data: Buffer) => (this.stdout += data.toString()));
    this.child.stderr?.on("data", (data: Buffer) => (this.stderr += data.toString()));
    this.ended = new Promise((resolve, reject) => {
      this.child.once("error", reject);
      this.child.once("close", (code) => {
        resolve({ code, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  /** Waits for the line that says that the pane can be opened; answers the address. */
  async ready(limitMs = READY_LIMIT_MS): Promise<string> {
    const limit = AbortSignal.timeout(limitMs);
    while (!limit.aborted && this.child.exitCode === null) {
      const address = /^Ready: (https:\/\/localhost:\d+\/taskpane\.html)$/m.exec(this.stdout)?.[1];
      if (address !== undefined) return address;
      await sleep(20);
    }
    throw new Error(`npm start was never ready.\n${this.stdout}\n${this.stderr}`);
  }

  /** Sends the signal to npm, as a terminal's user or a supervisor does, and waits for the end. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
    this.child.kill(signal);
    const late = sleep(END_LIMIT_MS, undefined, { ref: false }).then(() => {
      throw new Error(`npm did not end.\n${this.stdout}\n${this.stderr}`);
    });
    return Promise.race([this.ended, late]);
  }

  /** Ends what is left of it, whatever it is. */
  kill(): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, "SIGKILL");
    } catch {
      // Nothing is left.
    }
  }
}

/** Runs an npm script to its end. */
export async function npm(
  script: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  options: NpmOptions = {},
): Promise<Ended> {
  return new NpmRun(script, env, options).ended;
}

/** Without what the npm that runs the tests has told its own children, and without DEBUG, which shows stacks. */
function cleaned(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(npm_(?!config_)|VITEST|NODE_OPTIONS|DEBUG$)/.test(name)),
  );
}
