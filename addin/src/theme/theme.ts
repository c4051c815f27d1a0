import { isObject } from "../office/api.js";
import { contrast, luminance, parseColor, type Color } from "./colors.js";

/** Text is readable from this contrast on (WCAG 2.2, 1.4.3). */
const READABLE = 4.5;
/** The fainter of the colours that texts on the page's own ground have; the fainter passes, the stronger does too. */
const TEXTS = ["--colorNeutralForeground1", "--colorNeutralForeground2"];

/** What is taken from Outlook's theme. */
export interface Theme {
  readonly dark: boolean;
  /** The ground that Outlook's own panes have. */
  readonly ground: Color;
}

/**
 * Reads Office.context.officeTheme. Outlook fills in neither `isDarkTheme` nor `themeId`: the colours tell. Null when
 * they are not there or cannot be read, and then the system's theme counts.
 */
export function readTheme(officeTheme: unknown): Theme | null {
  if (!isObject(officeTheme)) return null;
  const ground = parseColor(officeTheme["bodyBackgroundColor"]);
  const text = parseColor(officeTheme["bodyForegroundColor"]);
  if (ground === null || text === null || contrast(ground, text) < 2) return null;
  return { dark: luminance(ground) < luminance(text), ground };
}

/** Puts a theme on the page; null gives the choice back to the system. */
export function applyTheme(theme: Theme | null, root: HTMLElement = document.documentElement): void {
  root.style.removeProperty("--pane-canvas");
  if (theme === null) {
    delete root.dataset["theme"];
    return;
  }
  root.dataset["theme"] = theme.dark ? "dark" : "light";
  const style = getComputedStyle(root);
  const texts = TEXTS.map((name) => parseColor(style.getPropertyValue(name)));
  // Outlook's own ground makes the pane part of it, as long as everything can be read on it.
  if (texts.every((text) => text !== null && contrast(text, theme.ground) >= READABLE + 1)) {
    root.style.setProperty("--pane-canvas", `rgb(${theme.ground.join(", ")})`);
  }
}
