// A small file system that a test can fill or make read-only. Needs root.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const run = (...words: string[]): void => {
  execFileSync(words[0] ?? "", words.slice(1), { stdio: "pipe" });
};

export class SmallDisk {
  readonly path: string;

  /** `size`: as for mount, for example "4m". */
  constructor(size: string) {
    this.path = mkdtempSync(join(tmpdir(), "offline-state-disk-"));
    run("mount", "-t", "tmpfs", "-o", `size=${size},mode=0700`, "tmpfs", this.path);
  }

  /** Whether this machine allows it. */
  static get isPossible(): boolean {
    try {
      new SmallDisk("1m").remove();
      return true;
    } catch {
      return false;
    }
  }

  /** Fills the file system completely. */
  fill(): void {
    for (const size of [1 << 20, 1 << 12, 1]) {
      for (let count = 0; ; count += 1) {
        try {
          writeFileSync(join(this.path, `filler-${size}-${count}`), Buffer.alloc(size));
        } catch {
          break;
        }
      }
    }
  }

  empty(): void {
    for (const name of readdirSync(this.path)) {
      if (name.startsWith("filler-")) rmSync(join(this.path, name));
    }
  }

  setReadOnly(readOnly: boolean): void {
    run("mount", "-o", `remount,${readOnly ? "ro" : "rw"}`, this.path);
  }

  remove(): void {
    run("umount", "-l", this.path);
    rmdirSync(this.path);
  }
}
