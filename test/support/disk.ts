// A disk of its own for a test: small, and writable only for as long as the test wants. Needs root.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const run = (...words: string[]): void => {
  execFileSync(words[0] ?? "", words.slice(1), { stdio: "pipe" });
};

export class Disk {
  readonly folder: string;

  /** `size` as mount takes it: "4m". */
  constructor(size: string) {
    this.folder = mkdtempSync(join(tmpdir(), "offline-state-disk-"));
    run("mount", "-t", "tmpfs", "-o", `size=${size},mode=0700`, "tmpfs", this.folder);
  }

  /** Whether this machine lets a test have one. */
  static get isPossible(): boolean {
    try {
      new Disk("1m").remove();
      return true;
    } catch {
      return false;
    }
  }

  /** Writes until nothing more fits. */
  fill(): void {
    for (const size of [1 << 20, 1 << 12, 1]) {
      for (let count = 0; ; count += 1) {
        try {
          writeFileSync(join(this.folder, `filler-${size}-${count}`), Buffer.alloc(size));
        } catch {
          break;
        }
      }
    }
  }

  empty(): void {
    for (const name of readdirSync(this.folder)) {
      if (name.startsWith("filler-")) rmSync(join(this.folder, name));
    }
  }

  setReadOnly(readOnly: boolean): void {
    run("mount", "-o", `remount,${readOnly ? "ro" : "rw"}`, this.folder);
  }

  remove(): void {
    run("umount", "-l", this.folder);
    rmdirSync(this.folder);
  }
}
