// Libraries that stand between a process and its system, to be preloaded: how a fault of the system is made for real.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fromRoot } from "../../tools/lib/paths.mjs";

/** Compiles shims/<name>.c; answers the value for LD_PRELOAD. */
export function shim(name: string): string {
  const folder = fromRoot("build/shims");
  mkdirSync(folder, { recursive: true });
  const library = `${folder}/${name}-${process.pid}.so`;
  execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, fromRoot(`test/support/shims/${name}.c`), "-ldl"]);
  return library;
}
