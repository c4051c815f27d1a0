/** Red, green and blue, 0 to 255. */
export type Color = readonly [number, number, number];

/** Reads "#rgb", "#rrggbb" and "rgb(r, g, b)"; null for anything else. */
export function parseColor(text: unknown): Color | null {
  if (typeof text !== "string") return null;
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text.trim());
  if (short !== null) return color(short.slice(1).map((digit) => parseInt(digit + digit, 16)));
  const long = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text.trim());
  if (long !== null) return color(long.slice(1).map((digits) => parseInt(digits, 16)));
  const called = /^rgb\((\d+), ?(\d+), ?(\d+)\)$/.exec(text.trim());
  return called === null ? null : color(called.slice(1).map(Number));
}

function color([red = 0, green = 0, blue = 0]: readonly number[]): Color {
  return [red, green, blue];
}

/** Relative luminance by WCAG 2.2, 0 (black) to 1 (white). */
export function luminance(of: Color): number {
  const [red = 0, green = 0, blue = 0] = of.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast ratio by WCAG 2.2, 1 to 21. */
export function contrast(one: Color, other: Color): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}
