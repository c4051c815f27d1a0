import { describe, expect, it } from "vitest";
import { contrast, luminance, parseColor } from "./colors.js";
import { readTheme } from "./theme.js";

describe("colours", () => {
  it.each([
    ["#FFFFFF", [255, 255, 255]],
    ["#0a0B0c", [10, 11, 12]],
    ["262626", [38, 38, 38]],
    ["#fff", [255, 255, 255]],
    ["rgb(1, 2, 3)", [1, 2, 3]],
    ["red", null],
    ["", null],
    [undefined, null],
  ])("%s is read as %o", (text, color) => {
    expect(parseColor(text)).toEqual(color);
  });

  it("have WCAG's luminance and contrast", () => {
    expect(luminance([255, 255, 255])).toBeCloseTo(1);
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21);
    expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.48, 2);
  });
});

describe("Outlook's theme", () => {
  const theme = (bodyBackgroundColor: unknown, bodyForegroundColor: unknown): unknown => ({
    bodyBackgroundColor,
    bodyForegroundColor,
    isDarkTheme: undefined,
  });

  it.each([
    ["Colorful", "#FFFFFF", "#000000", false],
    ["Dark Gray", "#444444", "#F0F0F0", true],
    ["Black", "#0A0A0A", "#FFFFFF", true],
  ])("%s is told dark or light by its colours alone", (_name, ground, text, dark) => {
    expect(readTheme(theme(ground, text))).toMatchObject({ dark });
  });

  it.each([
    ["is missing", undefined],
    ["is null", null],
    ["has no colours", {}],
    ["has colours that cannot be read", theme("white", "black")],
    ["has text on a ground of nearly its colour", theme("#777777", "#7A7A7A")],
  ])("does not count when it %s", (_name, value) => {
    expect(readTheme(value)).toBeNull();
  });
});
