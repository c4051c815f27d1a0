// Preloaded libraries that replace system functions, to simulate faults of the system.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromRoot } from "../../tools/lib/paths.mjs";

/**
 * Compiles shims/<name>.c and returns the value for LD_PRELOAD. Spaces and colons are separators there, so the library cannot be in
 * the clone, whose path may contain them.
 */
export function compileShim(name: string): string {
  const folder = mkdtempSync(join(/\s|:/.test(tmpdir()) ? "/tmp" : tmpdir(), "offline-state-shim-"));
  process.once("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const library = join(folder, `${name}.so`);
  execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, fromRoot(`test/support/shims/${name}.c`), "-ldl"]);
  return library;
}
