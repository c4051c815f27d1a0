/** Keeps the simulated Outlook of one home: starts it, passes commands on, starts it anew, and ends it. */
import { rm } from "node:fs/promises";
import { describe } from "../failure.js";
import type { Log } from "../log/log.js";
import { failed, type Answer } from "./answer.js";
import { ENDINGS, problemOf } from "./commands.js";
import { OutlookProcess, type OutlookProgram } from "./outlook-process.js";

export interface SupervisorOptions {
  readonly program: OutlookProgram;
  /** The socket of the agent, which a crash leaves behind. */
  readonly agentSocket: string;
  readonly log: Log;
  /** Gets a sentence for a person when the simulated Outlook ended although nobody had asked it to. */
  readonly tell: (sentence: string) => void;
}

const NOT_RUNNING = "the simulated Outlook is not running; `start` starts it";

export class Supervisor {
  readonly #options: SupervisorOptions;
  #outlook: OutlookProcess | undefined;
  #asked = false;
  #stopped = false;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Process id while it runs. */
  get pid(): number | undefined {
    return this.#outlook?.pid;
  }

  /** Throws a Failure when it does not come up. */
  async start(): Promise<void> {
    const outlook = await OutlookProcess.start(this.#options.program, this.#options.log);
    this.#outlook = outlook;
    this.#asked = false;
    if (this.#stopped) await outlook.end();
    void outlook.ended.then((how) => {
      if (this.#outlook === outlook) this.#outlook = undefined;
      this.#options.log.info({ how, asked: this.#asked }, "the simulated Outlook ended");
      if (!this.#asked) this.#options.tell(`The simulated Outlook ended unexpectedly (${how}).`);
    });
  }

  /** One command after the other, whoever asks. Never rejects. */
  obey(line: string): Promise<Answer> {
    const answer = this.#queue.then(() => this.#obey(line));
    this.#queue = answer;
    return answer;
  }

  /** Ends the simulated Outlook. Resolves within a second. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#asked = true;
    await this.#outlook?.end();
    await rm(this.#options.agentSocket, { force: true });
  }

  async #obey(line: string): Promise<Answer> {
    const words = line.split(/\s+/).filter((word) => word !== "");
    const problem = problemOf(words);
    if (problem !== undefined) return failed(problem);
    const [command = ""] = words;
    if (this.#stopped) return failed("the bridge is stopping");
    if (command === "start") return this.#startAgain();
    const outlook = this.#outlook;
    if (outlook === undefined) return failed(NOT_RUNNING);
    if (!ENDINGS.has(command)) return outlook.tell(words.join(" "));
    this.#asked = true;
    const answer = await outlook.tell(command);
    // Answered only when it has gone, so that a `start` right after it finds nothing left.
    if (answer.ok) await outlook.ended;
    else this.#asked = false;
    return answer;
  }

  async #startAgain(): Promise<Answer> {
    if (this.#outlook !== undefined) return failed("the simulated Outlook is running already");
    try {
      await this.start();
      return { ok: true, text: "started" };
    } catch (thrown) {
      return failed(describe(thrown));
    }
  }
}
