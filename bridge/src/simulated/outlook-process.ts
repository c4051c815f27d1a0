/** One life of the simulated Outlook: a child process that takes a command a line and answers a line. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { describe, Failure } from "../failure.js";
import type { Log } from "../log/log.js";
import { foreign } from "../log/foreign.js";
import { failed, parseAnswer, type Answer } from "./answer.js";
import type { SimulatedProgram } from "./program.js";

export interface OutlookProgram extends SimulatedProgram {
  /** Whose channel it serves. */
  readonly home: string;
  readonly profile: string;
}

/** How long it may take to say `ready`, and to answer, milliseconds. */
const READY_MS = 10_000;
const ANSWER_MS = 10_000;
/** After the end of its input; then it is killed. */
const END_MS = 700;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export class OutlookProcess {
  readonly #child: Child;
  readonly #waiting: ((answer: Answer) => void)[] = [];
  /** Resolves with what a person would say about the end. */
  readonly ended: Promise<string>;

  private constructor(child: Child) {
    this.#child = child;
    this.ended = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        for (const answer of this.#waiting.splice(0)) answer(failed("the simulated Outlook ended before it answered"));
        resolve(signal === null ? `exit code ${String(code)}` : `signal ${signal}`);
      });
    });
    createInterface({ input: child.stdout }).on("line", (line) => this.#waiting.shift()?.(parseAnswer(line)));
    // Writing to a process that has just gone; `ended` tells of it.
    child.stdin.on("error", () => undefined);
  }

  /** Resolves when it is ready. Throws a Failure when it does not come up; then it is gone. */
  static async start(program: OutlookProgram, log: Log): Promise<OutlookProcess> {
    const { executable, mapi, agent, home, profile } = program;
    const args = ["--home", home, "--mapi", mapi, "--profile", profile];
    const child = spawn(executable, agent === undefined ? args : [...args, "--agent", agent], {
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
      // Ctrl+C goes to the bridge, which then ends it; a process of its group would be gone before that.
      detached: process.platform !== "win32",
    });
    const errors: string[] = [];
    createInterface({ input: child.stderr }).on("line", (line) => {
      if (errors.length < 5) errors.push(line.slice(0, 200));
      log.info({ outlook: foreign(line) }, "simulated Outlook");
    });
    child.on("error", (error) => {
      log.error({ err: error }, "simulated Outlook");
    });
    try {
      await untilReady(child);
    } catch (thrown) {
      child.kill("SIGKILL");
      const said = errors.length === 0 ? "" : ` It said: ${errors.join(" ")}`;
      throw new Failure(
        `the simulated Outlook did not start with the MAPI provider ${mapi} (${describe(thrown)}).${said}`,
        "See that the provider is a library with the export HrOpenOfflineObj, and that no other one runs in this home.",
        { cause: thrown },
      );
    }
    return new OutlookProcess(child);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Never rejects. Commands are answered in order. */
  tell(command: string): Promise<Answer> {
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        resolve(failed(`the simulated Outlook did not answer within ${ANSWER_MS / 1000} s`));
      }, ANSWER_MS);
      this.#waiting.push((answer) => {
        clearTimeout(late);
        resolve(answer);
      });
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        this.#waiting.pop()?.(failed("the simulated Outlook has ended"));
      } else {
        this.#child.stdin.write(`${command}\n`);
      }
    });
  }

  /** Ends it: by the end of its input, else by force. Resolves within a second. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    const force = setTimeout(() => this.#child.kill("SIGKILL"), END_MS);
    await this.ended;
    clearTimeout(force);
  }
}

function untilReady(child: Child): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      clearTimeout(late);
      child.off("error", settle);
      child.off("close", onClose);
      child.stdout.off("data", onData);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onClose = (code: number | null, signal: NodeJS.Signals | null): void => {
      settle(new Error(`it ended with ${signal ?? `exit code ${String(code)}`}`));
    };
    let said = "";
    const onData = (chunk: Buffer): void => {
      said += chunk.toString("utf8");
      if (!said.includes("\n")) return;
      settle(/^ready \d+\r?\n$/.test(said) ? undefined : new Error(`it said: ${said.slice(0, 200)}`));
    };
    const late = setTimeout(() => {
      settle(new Error(`it was not ready within ${READY_MS / 1000} s`));
    }, READY_MS);
    child.once("error", settle);
    child.once("close", onClose);
    child.stdout.on("data", onData);
  });
}
