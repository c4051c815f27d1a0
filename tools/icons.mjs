// @ts-check
// Draws the PNG icons of the manifest from their SVG sources: `npm run icons`. Needs rsvg-convert (Debian: librsvg2-bin).
import { execFileSync } from "node:child_process";
import { fromRoot } from "./lib/paths.mjs";

/** Edge in pixels, and the drawing that is clear at that size. */
const SIZES = /** @type {const} */ ([
  [16, "app-small"],
  [32, "app"],
  [64, "app"],
  [80, "app"],
  [128, "app"],
]);

for (const [size, source] of SIZES) {
  const target = fromRoot(`addin/icons/icon-${size}.png`);
  const edge = String(size);
  execFileSync("rsvg-convert", ["-w", edge, "-h", edge, "-o", target, fromRoot(`addin/icons/${source}.svg`)], {
    stdio: "inherit",
  });
  process.stdout.write(`${target}\n`);
}
