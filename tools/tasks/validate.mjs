// @ts-check
import { readFileSync } from "node:fs";
import { ensurePackages } from "../lib/packages.mjs";
import { fromRoot } from "../lib/paths.mjs";
import { say } from "../lib/progress.mjs";

/** `npm run validate`: checks manifest.xml, without a network. */
export default async function validate() {
  await ensurePackages();
  const { checkManifest } = await import("../manifest/check.mjs");
  const { PANE_FILES } = await import("../manifest/files.mjs");
  const problems = checkManifest(readFileSync(fromRoot("manifest.xml"), "utf8"), PANE_FILES);
  for (const problem of problems) process.stderr.write(`manifest.xml: ${problem}\n`);
  say("validate", problems.length === 0 ? "manifest.xml is valid" : `manifest.xml has ${problems.length} problems`);
  return problems.length === 0 ? 0 : 1;
}
