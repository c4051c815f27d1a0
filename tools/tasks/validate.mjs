// @ts-check
import { readFileSync } from "node:fs";
import { bootstrap } from "../lib/bootstrap.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { fromRoot } from "../lib/paths.mjs";
import { say } from "../lib/progress.mjs";

export default defineTask({
  summary: "Validates manifest.xml without a network.",
  async run() {
    await bootstrap([]);
    const { checkManifest } = await import("../lib/check-manifest.mjs");
    const { PANE_FILES } = await import("../lib/check-manifest.mjs");
    const problems = checkManifest(readFileSync(fromRoot("manifest.xml"), "utf8"), PANE_FILES);
    for (const problem of problems) process.stderr.write(`manifest.xml: ${problem}\n`);
    say("validate", problems.length === 0 ? "manifest.xml is valid" : `manifest.xml has ${problems.length} problems`);
    return problems.length === 0 ? 0 : 1;
  },
});
