// @ts-check
import { run } from "../lib/child.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { UserError } from "../lib/user-error.mjs";
import { fromRoot } from "../lib/paths.mjs";
import { ensureGroups } from "../lib/requirements.mjs";

/** Width in pixels, and the drawing for that size. */
const SIZES = /** @type {const} */ ([
  [16, "app-small"],
  [32, "app"],
  [64, "app"],
  [80, "app"],
  [128, "app"],
]);

export default defineTask({
  summary: "Renders the PNG icons of the manifest from SVG.",
  async run() {
    const missing = await ensureGroups(["images"]);
    for (const reason of missing.values())
      throw new UserError("The icons cannot be rendered.", { remedy: `npm run icons ${reason}` });
    for (const [size, source] of SIZES) {
      const target = fromRoot(`addin/icons/icon-${size}.png`);
      const width = String(size);
      const args = ["-w", width, "-h", width, "-o", target, fromRoot(`addin/icons/${source}.svg`)];
      const { code, output } = await run("rsvg-convert", args);
      if (code !== 0) throw new UserError(`${target} could not be rendered.`, { output });
      process.stdout.write(`${target}\n`);
    }
    return 0;
  },
});
