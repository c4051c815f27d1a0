// A third language is one file in addin/strings, and nothing else.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { setStage } from "./support/stage.js";

const stage = setStage();

/** What webpack reads to build the pane. */
const SOURCES = ["addin", "shared", "tools", "package.json", "tsconfig.base.json", "webpack.config.js"];

/** Every string says that it is one of the new language; the places in it stay. */
function foreign(entry: unknown): unknown {
  if (typeof entry === "string") return `§ ${entry}`;
  return Object.fromEntries(Object.entries(Object(entry) as object).map(([form, text]) => [form, foreign(text)]));
}

/** Builds the pane from a copy of its sources with one file more; the folder of what was built. */
async function buildWith(language: string): Promise<string> {
  const copy = join(stage.folder, "copy");
  mkdirSync(copy);
  for (const name of SOURCES) cpSync(fromRoot(name), join(copy, name), { recursive: true });
  symlinkSync(fromRoot("node_modules"), join(copy, "node_modules"));
  const english: unknown = JSON.parse(readFileSync(join(copy, "addin/strings/en.json"), "utf8"));
  writeFileSync(join(copy, `addin/strings/${language}.json`), JSON.stringify(foreign(english)));
  const webpack = spawn(process.execPath, ["node_modules/webpack-cli/bin/cli.js", "--mode", "development"], {
    cwd: copy,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [webpack.stdout, webpack.stderr]) stream.on("data", (text) => (said += String(text)));
  const code = await new Promise((resolve) => webpack.on("close", resolve));
  expect([code, said]).toEqual([0, expect.not.stringMatching(/error|warning/i)]);
  return join(copy, "dist/pane");
}

test("a third language is one file more, and has its own dates, units and plurals", { timeout: 240_000 }, async () => {
  stage.bridge.root = await buildWith("de");
  stage.bridge.begun(3 * 3_600_000 + 25 * 60_000);
  const page = await stage.open({ outlook: { locale: "de-DE" } }, "online");
  expect(await page.locator("html").getAttribute("lang")).toBe("de-DE");
  expect(await page.locator("#word").innerText()).toBe("§ Online");
  expect(await page.locator("#lasting").innerText()).toBe("§ for 3 Stunden, 25 Minuten");
  expect(await page.locator("#since").innerText()).toMatch(/^§ since (\w\w\.?,? )?\d\d:\d\d/);
  expect(await page.title()).toMatch(/^§ Online/);
  const texts = await page.locator("main").innerText();
  const own = texts.split("\n").filter((line) => line.trim() !== "" && !/^\s*(\w\w\.?,? )?\d\d:\d\d/.test(line));
  expect(own.filter((line) => !line.includes("§"))).toEqual([]);

  // The two that were there are as they were.
  const french = await stage.open({ outlook: { locale: "fr-FR" } }, "online");
  expect(await french.locator("#word").innerText()).toBe("En ligne");
});
