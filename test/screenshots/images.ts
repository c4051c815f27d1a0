import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PNG } from "pngjs";
import { fromRoot } from "../../tools/lib/paths.mjs";

const FOLDER = fromRoot("docs/images");
const GAP = 16;

/** Arranges images in a grid on a plain background. */
export function grid(files: readonly Buffer[], columns: number, background: number): Buffer {
  const images = files.map((file) => PNG.sync.read(file));
  const width = Math.max(...images.map((image) => image.width));
  const height = Math.max(...images.map((image) => image.height));
  const rows = Math.ceil(images.length / columns);
  const whole = new PNG({ width: columns * (width + GAP) + GAP, height: rows * (height + GAP) + GAP });
  for (let index = 0; index < whole.data.length; index += 4) whole.data.writeUInt32BE(background * 256 + 255, index);
  images.forEach((image, index) => {
    const x = GAP + (index % columns) * (width + GAP);
    const y = GAP + Math.floor(index / columns) * (height + GAP);
    PNG.bitblt(image, whole, 0, 0, image.width, image.height, x, y);
  });
  return PNG.sync.write(whole, { deflateLevel: 9, deflateStrategy: 0, filterType: 0, colorType: 2 });
}

/** Writes an image for the README and the documents. */
export function save(name: string, image: Buffer): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${name}.png`), image);
}
