import { describe, expect, it } from "vitest";
import { contrast, luminance, parseColor, readTheme } from "./theme.js";

describe("colors", () => {
  it.each([
    ["#FFFFFF", [255, 255, 255]],
    ["#0a0B0c", [10, 11, 12]],
    ["262626", [38, 38, 38]],
    ["#fff", [255, 255, 255]],
    ["rgb(1, 2, 3)", [1, 2, 3]],
    ["red", null],
    ["", null],
    [undefined, null],
  ])("parses %s as %o", (text, color) => {
    expect(parseColor(text)).toEqual(color);
  });

  it("have luminance and contrast as defined by WCAG", () => {
    expect(luminance([255, 255, 255])).toBeCloseTo(1);
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21);
    expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.48, 2);
  });
});

describe("readTheme", () => {
  const theme = (bodyBackgroundColor: unknown, bodyForegroundColor: unknown): unknown => ({
    bodyBackgroundColor,
    bodyForegroundColor,
    isDarkTheme: undefined,
  });

  it.each([
    ["Colorful", "#FFFFFF", "#000000", false],
    ["Dark Gray", "#444444", "#F0F0F0", true],
    ["Black", "#0A0A0A", "#FFFFFF", true],
  ])("recognizes %s as dark or light by its colors alone", (_name, background, text, dark) => {
    expect(readTheme(theme(background, text))).toMatchObject({ dark });
  });

  it.each([
    ["is missing", undefined],
    ["is null", null],
    ["has no colors", {}],
    ["has colors that cannot be parsed", theme("white", "black")],
    ["has text and background of nearly the same color", theme("#777777", "#7A7A7A")],
  ])("returns null if the theme %s", (_name, value) => {
    expect(readTheme(value)).toBeNull();
  });
});
