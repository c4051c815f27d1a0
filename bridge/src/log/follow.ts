/** Follows the log while it is written and rotated. */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Home } from "../home/home.js";
import { logFileOf } from "./log.js";
import { asideOf } from "./rotating-file.js";

/** Watching a file is unreliable on Windows and on network folders, and a person does not see a quarter of a second. */
const LOOK_MS = 250;
const CHUNK = 65_536;

/** Calls `show` with each line that is added from now on. Resolves when `signal` says so, or on Ctrl+C. */
export async function followLog(home: Home, show: (line: string) => void, signal?: AbortSignal): Promise<void> {
  const file = logFileOf(home);
  const tail = new Tail(file, asideOf(file), show);
  const stopped = signal ?? interrupted();
  while (!stopped.aborted) {
    tail.look();
    await sleep(LOOK_MS, undefined, { signal: stopped }).catch(() => undefined);
  }
  tail.look();
}

function interrupted(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      controller.abort();
    });
  }
  return controller.signal;
}

class Tail {
  readonly #file: string;
  /** Where it is set aside when it is full. */
  readonly #aside: string;
  readonly #show: (line: string) => void;
  #offset: number;
  /** Of the file; another one means that the log was rotated. */
  #inode: number | bigint | undefined;
  #rest = "";

  constructor(file: string, aside: string, show: (line: string) => void) {
    this.#file = file;
    this.#aside = aside;
    this.#show = show;
    const found = statSync(file, { throwIfNoEntry: false });
    this.#offset = found?.size ?? 0;
    this.#inode = found?.ino;
  }

  look(): void {
    let descriptor: number;
    try {
      descriptor = openSync(this.#file, "r");
    } catch {
      return;
    }
    try {
      const { size, ino } = fstatSync(descriptor);
      if (ino !== this.#inode || size < this.#offset) {
        this.#finishOld();
        this.#offset = 0;
        this.#rest = "";
      }
      this.#inode = ino;
      this.#read(descriptor, size);
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
      this.#rest += buffer.toString("latin1", 0, read);
      this.#tell();
    }
  }

  /** The bytes are kept one to a character until a line is whole: a chunk may end within a letter. */
  #tell(): void {
    const lines = this.#rest.split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") this.#show(Buffer.from(line, "latin1").toString("utf8"));
  }
}
