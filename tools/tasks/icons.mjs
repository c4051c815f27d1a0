// @ts-check
import { run } from "../lib/child.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { Failure } from "../lib/failure.mjs";
import { fromRoot } from "../lib/paths.mjs";
import { ensureGroups } from "../lib/requirements.mjs";

/** Edge in pixels, and the drawing that is clear at that size. */
const SIZES = /** @type {const} */ ([
  [16, "app-small"],
  [32, "app"],
  [64, "app"],
  [80, "app"],
  [128, "app"],
]);

export default defineTask({
  summary: "Draws the PNG icons of the manifest from their SVG sources.",
  async run() {
    const lacking = await ensureGroups(["pictures"]);
    for (const reason of lacking.values()) throw new Failure("The icons cannot be drawn.", { remedy: reason });
    for (const [size, source] of SIZES) {
      const target = fromRoot(`addin/icons/icon-${size}.png`);
      const edge = String(size);
      const args = ["-w", edge, "-h", edge, "-o", target, fromRoot(`addin/icons/${source}.svg`)];
      const { code, output } = await run("rsvg-convert", args);
      if (code !== 0) throw new Failure(`${target} could not be drawn.`, { output });
      process.stdout.write(`${target}\n`);
    }
    return 0;
  },
});
