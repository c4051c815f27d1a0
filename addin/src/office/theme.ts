import { isObject, type OfficeContext } from "./office.js";

/** Red, green and blue, 0 to 255. */
export type Color = readonly [number, number, number];

/** What the pane uses of Outlook's theme. */
export interface Theme {
  readonly dark: boolean;
  /** Background of Outlook's own panes. */
  readonly background: Color;
}

/** Minimum contrast of text, WCAG 2.2, 1.4.3. */
const MIN_CONTRAST = 4.5;
/** Text colors that the pane uses on its background. */
const TEXT_COLORS = ["--colorNeutralForeground1", "--colorNeutralForeground2"];

/**
 * Reads Office.context.officeTheme. Outlook sets neither `isDarkTheme` nor `themeId`, so the colors decide. Returns null if
 * they are missing or unusable; the system's theme is used then.
 */
export function readTheme(officeTheme: unknown): Theme | null {
  if (!isObject(officeTheme)) return null;
  const background = parseColor(officeTheme["bodyBackgroundColor"]);
  const text = parseColor(officeTheme["bodyForegroundColor"]);
  if (background === null || text === null || contrast(background, text) < 2) return null;
  return { dark: luminance(background) < luminance(text), background };
}

/** Applies a theme to the page; null applies the system's theme. */
export function applyTheme(theme: Theme | null, root: HTMLElement = document.documentElement): void {
  root.style.removeProperty("--pane-canvas");
  if (theme === null) {
    delete root.dataset["theme"];
    return;
  }
  root.dataset["theme"] = theme.dark ? "dark" : "light";
  const style = getComputedStyle(root);
  const texts = TEXT_COLORS.map((name) => parseColor(style.getPropertyValue(name)));
  // Outlook's background is used only if every text is readable on it.
  if (texts.every((text) => text !== null && contrast(text, theme.background) >= MIN_CONTRAST + 1)) {
    root.style.setProperty("--pane-canvas", `rgb(${theme.background.join(", ")})`);
  }
}

/** Outlook's theme; undefined if it is not available, in which case its getter may throw. */
export function themeOf(context: OfficeContext): unknown {
  try {
    return context.officeTheme;
  } catch {
    return undefined;
  }
}

/** The theme in an OfficeThemeChanged event. */
export function themeOfEvent(event: unknown): unknown {
  return isObject(event) ? event["officeTheme"] : undefined;
}

/** Parses "#rgb", "#rrggbb" and "rgb(r, g, b)"; null for anything else. */
export function parseColor(text: unknown): Color | null {
  if (typeof text !== "string") return null;
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text.trim());
  if (short !== null) return color(short.slice(1).map((digit) => parseInt(digit + digit, 16)));
  const long = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text.trim());
  if (long !== null) return color(long.slice(1).map((digits) => parseInt(digits, 16)));
  const functional = /^rgb\((\d+), ?(\d+), ?(\d+)\)$/.exec(text.trim());
  return functional === null ? null : color(functional.slice(1).map(Number));
}

function color([red = 0, green = 0, blue = 0]: readonly number[]): Color {
  return [red, green, blue];
}

/** Relative luminance as defined by WCAG 2.2, 0 (black) to 1 (white). */
export function luminance(of: Color): number {
  const [red = 0, green = 0, blue = 0] = of.map((value) => {
    const channel = value / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast ratio as defined by WCAG 2.2, 1 to 21. */
export function contrast(one: Color, other: Color): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}
