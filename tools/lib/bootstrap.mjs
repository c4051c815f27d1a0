// @ts-check
import process from "node:process";
import { hasPrebuiltModule } from "../windows/prebuild.mjs";
import { BUILDS, ensureBuilt, isBuilt } from "./builds.mjs";
import { checkClone, checkExecutable } from "./clone.mjs";
import { withLock } from "./lock.mjs";
import { areInstalled, ensurePackages } from "./packages.mjs";
import { fromRoot } from "./paths.mjs";

/**
 * Installs the npm packages and builds what is not up to date. Writes nothing if everything is up to date, so that a built clone also
 * runs from a read-only file system.
 * @param {readonly (keyof typeof BUILDS)[]} [wanted]
 * @param {{ compileNative?: boolean }} [options] `compileNative`: compile the native module even if the clone contains one for Windows
 */
export async function bootstrap(wanted = ["native", "typescript", "bundle", "pane"], { compileNative = false } = {}) {
  const names = wanted.filter((name) => name !== "native" || compileNative || !hasPrebuiltModule());
  if (!areInstalled() || !names.every((name) => isBuilt(BUILDS[name]))) {
    checkClone();
    await withLock(async () => {
      await ensurePackages();
      // The builds are independent. Wait for all, even if one fails, so that no compiler is left running.
      const results = await Promise.allSettled(names.map((name) => ensureBuilt(BUILDS[name])));
      for (const result of results) if (result.status === "rejected") throw result.reason;
    });
  }
  // The clone may have been moved to another file system since it was built.
  if (names.includes("native") && process.platform !== "win32") {
    for (const file of BUILDS.native.outputs()) checkExecutable(fromRoot(file));
  }
}
