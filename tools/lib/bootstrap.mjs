// @ts-check
import { ensureBuilt, BUILDS } from "./builds.mjs";
import { alone } from "./lock.mjs";
import { ensurePackages } from "./packages.mjs";

/**
 * Does what is missing to run this clone, and nothing else: packages, native code, TypeScript, pane.
 * @param {readonly (keyof typeof BUILDS)[]} [wanted]
 */
export async function bootstrap(wanted = ["native", "typescript", "pane"]) {
  await alone(async () => {
    await ensurePackages();
    for (const name of wanted) await ensureBuilt(BUILDS[name]);
  });
}
