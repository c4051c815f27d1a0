/** A file of limited size: full files are renamed, and the oldest one is removed. */
import { closeSync, fstatSync, openSync, renameSync, rmSync, writeSync } from "node:fs";

export interface RotatingFileOptions {
  readonly file: string;
  /** A file is rotated before it would exceed this size. */
  readonly maxBytes: number;
  /** Number of files, including the current one. */
  readonly maxFiles: number;
}

export class RotatingFile {
  readonly #options: RotatingFileOptions;
  #descriptor: number | undefined;
  #size = 0;

  /** Opens the file. Throws if it cannot be written. */
  constructor(options: RotatingFileOptions) {
    this.#options = options;
    this.#open("a");
  }

  /** Appends one line synchronously, so that a crash loses none. Never throws: a line that cannot be written is lost. */
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
      // Nothing can be done about it.
    }
  }

  #open(flags: "a" | "w"): void {
    this.#descriptor = openSync(this.#options.file, flags, 0o600);
    this.#size = fstatSync(this.#descriptor).size;
  }

  #rotate(): void {
    // Windows does not rename open files.
    this.close();
    const { file, maxFiles } = this.#options;
    ignoreErrors(() => {
      rmSync(olderFile(file, maxFiles - 1), { force: true });
    });
    for (let age = maxFiles - 1; age >= 1; age -= 1) {
      const newer = age === 1 ? file : olderFile(file, age - 1);
      ignoreErrors(() => {
        renameSync(newer, olderFile(file, age));
      });
    }
    // If the file could not be renamed, empty it, so that the size limit holds.
    this.#open("w");
  }
}

/** The name of an older file: bridge.log -> bridge.1.log */
export function olderFile(file: string, age = 1): string {
  return file.replace(/(\.[^./\\]*)?$/, `.${age}$1`);
}

/** For files that may not exist, or that another program holds open on Windows. */
function ignoreErrors(step: () => void): void {
  try {
    step();
  } catch {
    // See above.
  }
}
