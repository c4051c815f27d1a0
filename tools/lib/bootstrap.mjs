// @ts-check
import { ensureBuilt, BUILDS } from "./builds.mjs";
import { alone } from "./lock.mjs";
import { ensurePackages } from "./packages.mjs";
import { bringsModule } from "../windows/prebuild.mjs";

/**
 * Does what is missing to run this clone, and nothing else: packages, native code, TypeScript, bundle, pane.
 * @param {readonly (keyof typeof BUILDS)[]} [wanted]
 * @param {{ compiles?: boolean }} [options] `compiles`: also what the clone brings compiled for Windows
 */
export async function bootstrap(wanted = ["native", "typescript", "bundle", "pane"], { compiles = false } = {}) {
  const missing = wanted.filter((name) => name !== "native" || compiles || !bringsModule());
  await alone(async () => {
    await ensurePackages();
    // None needs another. All go on to their end when one fails, so that no compiler is left running.
    const ended = await Promise.allSettled(missing.map((name) => ensureBuilt(BUILDS[name])));
    for (const end of ended) if (end.status === "rejected") throw end.reason;
  });
}
