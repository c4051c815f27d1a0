/** Runs the simulator of one data directory: starts, restarts and ends it, and passes commands to it. */
import { rm } from "node:fs/promises";
import type { Log } from "../log/log.js";
import { messageOf } from "../user-error.js";
import { failed, type CommandResult } from "./control.js";
import { ENDING_COMMANDS, validateCommand } from "./commands.js";
import { SimulatorProcess, type SimulatorOptions } from "./simulator-process.js";

export interface SupervisorOptions {
  readonly simulator: SimulatorOptions;
  /** The socket of the agent, which a crash leaves behind. */
  readonly agentSocket: string;
  readonly log: Log;
  /** Called with a message for the user if the simulator ends although no command ended it. */
  readonly notify: (message: string) => void;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  #process: SimulatorProcess | undefined;
  /** Whether the end of the current process was requested. */
  #isEndExpected = false;
  #isStopped = false;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Throws a UserError if the simulator does not start. */
  async start(): Promise<void> {
    const { simulator, log, notify } = this.#options;
    const process = await SimulatorProcess.start(simulator, log);
    this.#process = process;
    this.#isEndExpected = false;
    if (this.#isStopped) await process.end();
    void process.ended.then((how) => {
      if (this.#process === process) this.#process = undefined;
      log.info({ how, asked: this.#isEndExpected }, "the simulator ended");
      if (!this.#isEndExpected) notify(`The simulator ended unexpectedly (${how}).`);
    });
  }

  /** Executes one command after the other, also from several callers. Never rejects. */
  execute(line: string): Promise<CommandResult> {
    const result = this.#queue.then(() => this.#execute(line));
    this.#queue = result;
    return result;
  }

  /** Ends the simulator for good. Resolves within a second. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#isEndExpected = true;
    await this.#process?.end();
    await rm(this.#options.agentSocket, { force: true });
  }

  async #execute(line: string): Promise<CommandResult> {
    const words = line.split(/\s+/).filter((word) => word !== "");
    const problem = validateCommand(words);
    if (problem !== undefined) return failed(problem);
    const [command = ""] = words;
    if (this.#isStopped) return failed("the background program is stopping");
    if (command === "start") return this.#restart();
    const process = this.#process;
    if (process === undefined) return failed("the simulator is not running; use `start`");
    if (!ENDING_COMMANDS.has(command)) return process.send(words.join(" "));
    this.#isEndExpected = true;
    const result = await process.send(command);
    // Respond only after its end, so that a following `start` finds no old process.
    if (result.ok) await process.ended;
    else this.#isEndExpected = false;
    return result;
  }

  async #restart(): Promise<CommandResult> {
    if (this.#process !== undefined) return failed("the simulator is already running");
    try {
      await this.start();
      return { ok: true, text: "started" };
    } catch (error) {
      return failed(messageOf(error));
    }
  }
}
