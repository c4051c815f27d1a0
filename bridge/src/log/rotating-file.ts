/** A log file that never grows beyond its budget: full files are renamed, and the oldest one is dropped. */
import { closeSync, fstatSync, openSync, renameSync, rmSync, writeSync } from "node:fs";

export interface RotatingFileOptions {
  readonly file: string;
  /** A file that has reached this size is set aside. */
  readonly maxBytes: number;
  /** How many files there may be, the one being written included. */
  readonly maxFiles: number;
}

export class RotatingFile {
  readonly #options: RotatingFileOptions;
  #descriptor: number | undefined;
  #size = 0;

  /** Opens the file. Throws when it cannot be written. */
  constructor(options: RotatingFileOptions) {
    this.#options = options;
    this.#open("a");
  }

  /**
   * Appends one line, at once: what was said before a crash is on disk. Never throws, because a full disk must not stop
   * the bridge; the line is then lost.
   */
  write(line: string): void {
    const bytes = Buffer.from(line, "utf8");
    try {
      if (this.#size > 0 && this.#size + bytes.length > this.#options.maxBytes) this.#rotate();
      if (this.#descriptor === undefined) this.#open("a");
      if (this.#descriptor !== undefined) this.#size += writeSync(this.#descriptor, bytes);
    } catch {
      this.close();
    }
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    try {
      closeSync(descriptor);
    } catch {
      // There is nobody left to tell.
    }
  }

  #open(flags: "a" | "w"): void {
    this.#descriptor = openSync(this.#options.file, flags, 0o600);
    this.#size = fstatSync(this.#descriptor).size;
  }

  #rotate(): void {
    // Windows renames no open file.
    this.close();
    const { file, maxFiles } = this.#options;
    tolerantly(() => {
      rmSync(asideOf(file, maxFiles - 1), { force: true });
    });
    for (let age = maxFiles - 1; age >= 1; age -= 1) {
      const newer = age === 1 ? file : asideOf(file, age - 1);
      tolerantly(() => {
        renameSync(newer, asideOf(file, age));
      });
    }
    // Empties the file when it could not be renamed: the budget holds in any case.
    this.#open("w");
  }
}

/** Where a file is set aside: bridge.log -> bridge.1.log */
export function asideOf(file: string, age = 1): string {
  return file.replace(/(\.[^./\\]*)?$/, `.${age}$1`);
}

function tolerantly(step: () => void): void {
  try {
    step();
  } catch {
    // It was not there, or another program holds it open on Windows.
  }
}
