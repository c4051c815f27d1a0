/** Follows the log while it is written and rotated. */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf, Failure } from "../failure.js";
import type { Home } from "../home/home.js";
import { logFileOf } from "./log.js";
import { unreadable } from "./read.js";
import { asideOf } from "./rotating-file.js";

/** Watching a file is unreliable on Windows and on network folders, and a person does not see a quarter of a second. */
const LOOK_MS = 250;
const CHUNK = 65_536;

/**
 * Calls `show` with each line that is added from now on. Resolves when `signal` is aborted; rejects with a Failure when the
 * log cannot be read. A log that does not exist yet is waited for.
 */
export async function followLog(home: Home, show: (line: string) => void, signal: AbortSignal): Promise<void> {
  const file = logFileOf(home);
  const tail = new Tail(file, asideOf(file), show);
  while (!signal.aborted) {
    tail.look();
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
  tail.look();
}

class Tail {
  readonly #file: string;
  /** Where it is set aside when it is full. */
  readonly #aside: string;
  readonly #show: (line: string) => void;
  #offset: number;
  /** Of the file; another one means that the log was rotated. */
  #inode: number | bigint | undefined;
  /** The pieces of the line that is not complete yet. */
  #rest: string[] = [];

  constructor(file: string, aside: string, show: (line: string) => void) {
    this.#file = file;
    this.#aside = aside;
    this.#show = show;
    try {
      const found = statSync(file, { throwIfNoEntry: false });
      this.#offset = found?.size ?? 0;
      this.#inode = found?.ino;
    } catch (thrown) {
      throw unreadable(file, thrown);
    }
  }

  look(): void {
    let descriptor: number;
    try {
      descriptor = openSync(this.#file, "r");
    } catch (thrown) {
      if (codeOf(thrown) === "ENOENT") return;
      throw unreadable(this.#file, thrown);
    }
    try {
      const status = fstatSync(descriptor);
      if (!status.isFile()) throw new Failure(`${this.#file}: it is not a file`, "Move or remove it.");
      const { size, ino } = status;
      if (ino !== this.#inode || size < this.#offset) {
        this.#finishOld();
        this.#offset = 0;
        this.#rest = [];
      }
      this.#inode = ino;
      this.#read(descriptor, size);
    } catch (thrown) {
      throw unreadable(this.#file, thrown);
    } finally {
      closeSync(descriptor);
    }
  }

  /** What was added to the file between our last look and its being set aside. */
  #finishOld(): void {
    try {
      const descriptor = openSync(this.#aside, "r");
      try {
        const { size, ino } = fstatSync(descriptor);
        if (ino === this.#inode) this.#read(descriptor, size);
      } finally {
        closeSync(descriptor);
      }
    } catch {
      // It has gone too.
    }
  }

  #read(descriptor: number, size: number): void {
    const buffer = Buffer.alloc(CHUNK);
    while (this.#offset < size) {
      const read = readSync(descriptor, buffer, 0, CHUNK, this.#offset);
      if (read === 0) return;
      this.#offset += read;
      this.#take(buffer.toString("latin1", 0, read));
    }
  }

  /**
   * The bytes are kept one to a character until a line is complete: a chunk may end within a letter. Only the new chunk is
   * searched for the end of the line, so that a damaged log without line ends takes no quadratic time.
   */
  #take(chunk: string): void {
    const [first = "", ...more] = chunk.split("\n");
    this.#rest.push(first);
    for (const next of more) {
      const line = this.#rest.join("");
      this.#rest = [next];
      if (line !== "") this.#show(Buffer.from(line, "latin1").toString("utf8"));
    }
  }
}
