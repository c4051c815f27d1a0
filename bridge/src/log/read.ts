/** Reads the log: the current file and the older ones beside it. */
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DataDirectory } from "../data-directory.js";
import { asUserError, codeOf, messageOf, UserError } from "../user-error.js";
import { logFileOf } from "./log.js";
import { olderFile } from "./rotating-file.js";

/** `tailLog` polls, because watching a file is unreliable on Windows and on network folders. */
const POLL_INTERVAL_MS = 250;
const CHUNK_BYTES = 65_536;

/** All files, the oldest first; empty if there is no log. Throws a UserError. */
export function logFilesOf(dataDirectory: DataDirectory): string[] {
  const current = basename(logFileOf(dataDirectory));
  const older = new RegExp(`^${current.replace(".log", "")}\\.(\\d+)\\.log$`);
  let names: string[];
  try {
    names = readdirSync(dataDirectory.logs);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw unreadable(dataDirectory.logs, error);
  }
  return names
    .flatMap((name) => {
      const age = name === current ? 0 : Number(older.exec(name)?.[1] ?? "-1");
      return age < 0 ? [] : [{ file: join(dataDirectory.logs, name), age }];
    })
    .sort((a, b) => b.age - a.age)
    .map(({ file }) => file);
}

/** The last `count` lines of all files, the oldest first. Throws a UserError that names the unreadable file. */
export function lastLines(dataDirectory: DataDirectory, count: number): string[] {
  let lines: string[] = [];
  for (const file of logFilesOf(dataDirectory).reverse()) {
    if (lines.length >= count) break;
    lines = [...linesOf(file), ...lines];
  }
  return count === 0 ? [] : lines.slice(-count);
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch (error) {
    // The file has just been rotated.
    if (codeOf(error) === "ENOENT") return [];
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): UserError {
  const reason = asUserError(error, file);
  return new UserError(
    `cannot read the log: ${reason?.message ?? `${file}: ${messageOf(error)}`}`,
    reason?.remedy ?? "Check the file.",
    { cause: error },
  );
}

/**
 * Calls `onLine` with each line that is appended from now on, across rotations. Waits for a log that does not exist yet.
 * Resolves when `signal` is aborted; rejects with a UserError if the log cannot be read.
 */
export async function tailLog(
  dataDirectory: DataDirectory,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const tail = new Tail(logFileOf(dataDirectory), onLine);
  while (!signal.aborted) {
    tail.poll();
    await sleep(POLL_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
  tail.poll();
}

class Tail {
  readonly #file: string;
  readonly #onLine: (line: string) => void;
  #offset: number;
  /** Identifies the file: a different one means that the log was rotated. */
  #inode: number | bigint | undefined;
  /** Chunks of the incomplete last line. */
  #partialLine: string[] = [];

  constructor(file: string, onLine: (line: string) => void) {
    this.#file = file;
    this.#onLine = onLine;
    try {
      const status = statSync(file, { throwIfNoEntry: false });
      this.#offset = status?.size ?? 0;
      this.#inode = status?.ino;
    } catch (error) {
      throw unreadable(file, error);
    }
  }

  poll(): void {
    let descriptor: number;
    try {
      descriptor = openSync(this.#file, "r");
    } catch (error) {
      if (codeOf(error) === "ENOENT") return;
      throw unreadable(this.#file, error);
    }
    try {
      const status = fstatSync(descriptor);
      if (!status.isFile()) throw new UserError(`${this.#file}: not a file`, "Move or remove it.");
      const { size, ino } = status;
      if (ino !== this.#inode || size < this.#offset) {
        this.#readRotated();
        this.#offset = 0;
        this.#partialLine = [];
      }
      this.#inode = ino;
      this.#read(descriptor, size);
    } catch (error) {
      throw unreadable(this.#file, error);
    } finally {
      closeSync(descriptor);
    }
  }

  /** Reads what was appended between the last poll and the rotation. */
  #readRotated(): void {
    try {
      const descriptor = openSync(olderFile(this.#file), "r");
      try {
        const { size, ino } = fstatSync(descriptor);
        if (ino === this.#inode) this.#read(descriptor, size);
      } finally {
        closeSync(descriptor);
      }
    } catch {
      // The rotated file is gone, too.
    }
  }

  #read(descriptor: number, size: number): void {
    const buffer = Buffer.alloc(CHUNK_BYTES);
    while (this.#offset < size) {
      const count = readSync(descriptor, buffer, 0, CHUNK_BYTES, this.#offset);
      if (count === 0) return;
      this.#offset += count;
      this.#append(buffer.toString("latin1", 0, count));
    }
  }

  /**
   * Lines are decoded from UTF-8 only when complete, because a chunk may end within a character. Only the new chunk is searched
   * for line ends, so that a damaged log without any does not take quadratic time.
   */
  #append(chunk: string): void {
    const [first = "", ...more] = chunk.split("\n");
    this.#partialLine.push(first);
    for (const next of more) {
      const line = this.#partialLine.join("");
      this.#partialLine = [next];
      if (line !== "") this.#onLine(Buffer.from(line, "latin1").toString("utf8"));
    }
  }
}
