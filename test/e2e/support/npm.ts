// Runs npm scripts in processes of their own.
import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fromRoot } from "../../../tools/lib/paths.mjs";

const READY_LIMIT_MS = 60_000;
const END_LIMIT_MS = 20_000;

export interface NpmResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface NpmOptions {
  /** The clone in which npm runs. This one by default. */
  readonly cwd?: string;
  /** The user who runs it. Needs root. */
  readonly uid?: number | undefined;
  /** A command prefix, for example from `withMountOptions`. */
  readonly wrapper?: readonly string[];
}

/** A running npm script. */
export class NpmRun {
  readonly child: ChildProcess;
  readonly ended: Promise<NpmResult>;
  stdout = "";
  stderr = "";

  constructor(
    script: readonly string[],
    env: NodeJS.ProcessEnv,
    { cwd = fromRoot(), uid, wrapper = [] }: NpmOptions = {},
  ) {
    const [program = "npm", ...words] = [...wrapper, "npm", "--silent", ...script];
    // A process group, so that `kill` ends everything.
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

  /** Waits for the Ready line. Returns the address of the pane. */
  async ready(limitMs = READY_LIMIT_MS): Promise<string> {
    const limit = AbortSignal.timeout(limitMs);
    while (!limit.aborted && this.child.exitCode === null) {
      const address = /^Ready: (https:\/\/localhost:\d+\/taskpane\.html)$/m.exec(this.stdout)?.[1];
      if (address !== undefined) return address;
      await sleep(20);
    }
    throw new Error(`npm start was never ready.\n${this.stdout}\n${this.stderr}`);
  }

  /** Sends a signal to npm only, as a supervisor does, and waits for its end. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<NpmResult> {
    this.child.kill(signal);
    const late = sleep(END_LIMIT_MS, undefined, { ref: false }).then(() => {
      throw new Error(`npm did not end.\n${this.stdout}\n${this.stderr}`);
    });
    return Promise.race([this.ended, late]);
  }

  /** Kills all processes that are left. */
  kill(): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, "SIGKILL");
    } catch {
      // No process is left.
    }
  }
}

/** Runs an npm script and waits for its end. */
export async function npm(
  script: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  options: NpmOptions = {},
): Promise<NpmResult> {
  return new NpmRun(script, env, options).ended;
}

/** Removes the variables of the npm that runs the tests, and DEBUG, which makes errors print stacks. */
function cleaned(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(npm_(?!config_)|VITEST|NODE_OPTIONS|DEBUG$)/.test(name)),
  );
}
