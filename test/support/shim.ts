// Libraries that stand between a process and its system, to be preloaded: how a fault of the system is made for real.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromRoot } from "../../tools/lib/paths.mjs";

/**
 * Compiles shims/<name>.c; answers the value for LD_PRELOAD. Blanks and colons separate the names in that variable, so the library
 * cannot be in the clone, whose path may hold them.
 */
export function shim(name: string): string {
  const folder = mkdtempSync(join(/\s|:/.test(tmpdir()) ? "/tmp" : tmpdir(), "offline-state-shim-"));
  process.once("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const library = join(folder, `${name}.so`);
  execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, fromRoot(`test/support/shims/${name}.c`), "-ldl"]);
  return library;
}
