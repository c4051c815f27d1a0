// A language is added by one file in addin/strings.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { setUpHarness } from "./support/harness.js";

const harness = setUpHarness();

/** What webpack needs to build the pane. */
const SOURCES = ["addin", "shared", "tools", "package.json", "tsconfig.base.json", "webpack.config.js"];

/** Marks every string; placeholders stay. */
function mark(entry: unknown): unknown {
  if (typeof entry === "string") return `§ ${entry}`;
  return Object.fromEntries(Object.entries(Object(entry) as object).map(([form, text]) => [form, mark(text)]));
}

/** Builds the pane from a copy of its sources and one more file. Returns the output folder. */
async function buildWith(language: string): Promise<string> {
  const copy = join(harness.folder, "copy");
  mkdirSync(copy);
  for (const name of SOURCES) cpSync(fromRoot(name), join(copy, name), { recursive: true });
  symlinkSync(fromRoot("node_modules"), join(copy, "node_modules"));
  const english: unknown = JSON.parse(readFileSync(join(copy, "addin/strings/en.json"), "utf8"));
  writeFileSync(join(copy, `addin/strings/${language}.json`), JSON.stringify(mark(english)));
  const webpack = spawn(process.execPath, ["node_modules/webpack-cli/bin/cli.js", "--mode", "development"], {
    cwd: copy,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [webpack.stdout, webpack.stderr]) stream.on("data", (text) => (output += String(text)));
  const code = await new Promise((resolve) => webpack.on("close", resolve));
  expect([code, output]).toEqual([0, expect.not.stringMatching(/error|warning/i)]);
  return join(copy, "dist/pane");
}

test("is added by one file, with its own dates, units and plurals", { timeout: 240_000 }, async () => {
  harness.bridge.root = await buildWith("de");
  harness.bridge.setAge(3 * 3_600_000 + 25 * 60_000);
  const page = await harness.open({ outlook: { locale: "de-DE" } }, "online");
  expect(await page.locator("html").getAttribute("lang")).toBe("de-DE");
  expect(await page.locator("#word").innerText()).toBe("§ Online");
  expect(await page.locator("#timing").innerText()).toMatch(/^§ since (\w\w\.?,? )?\d\d:\d\d \(3 Std\., 25 Min\.\)$/);
  expect(await page.title()).toMatch(/^§ § Online/);
  const texts = await page.locator("main").innerText();
  const own = texts.split("\n").filter((line) => line.trim() !== "" && !/^\s*(\w\w\.?,? )?\d\d:\d\d/.test(line));
  expect(own.filter((line) => !line.includes("§"))).toEqual([]);

  // The existing languages are unchanged.
  const french = await harness.open({ outlook: { locale: "fr-FR" } }, "online");
  expect(await french.locator("#word").innerText()).toBe("En ligne");
});
