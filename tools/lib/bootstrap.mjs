// @ts-check
import process from "node:process";
import { bringsModule } from "../windows/prebuild.mjs";
import { BUILDS, ensureBuilt, isBuilt } from "./builds.mjs";
import { checkClone, checkExecutable } from "./clone.mjs";
import { alone } from "./lock.mjs";
import { areInstalled, ensurePackages } from "./packages.mjs";
import { fromRoot } from "./paths.mjs";

/**
 * Does what is missing to run this clone, and nothing else: packages, native code, TypeScript, bundle, pane. Where nothing is
 * missing it writes nothing: a clone that was built runs from a read-only file system too.
 * @param {readonly (keyof typeof BUILDS)[]} [wanted]
 * @param {{ compiles?: boolean }} [options] `compiles`: also what the clone brings compiled for Windows
 */
export async function bootstrap(wanted = ["native", "typescript", "bundle", "pane"], { compiles = false } = {}) {
  const names = wanted.filter((name) => name !== "native" || compiles || !bringsModule());
  if (!areInstalled() || !names.every((name) => isBuilt(BUILDS[name]))) {
    checkClone();
    await alone(async () => {
      await ensurePackages();
      // None needs another. All go on to their end when one fails, so that no compiler is left running.
      const ended = await Promise.allSettled(names.map((name) => ensureBuilt(BUILDS[name])));
      for (const end of ended) if (end.status === "rejected") throw end.reason;
    });
  }
  // The clone may have been moved since it was built.
  if (names.includes("native") && process.platform !== "win32") {
    for (const file of BUILDS.native.outputs()) checkExecutable(fromRoot(file));
  }
}
