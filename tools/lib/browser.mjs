// @ts-check
// A Chromium for the tests: one that is there, else Playwright's own.
import { existsSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { run } from "./child.mjs";
import { fromRoot } from "./paths.mjs";
import { step } from "./progress.mjs";

/** @type {Partial<Record<NodeJS.Platform, string[]>>} */
const PLACES = {
  linux: [
    "/usr/bin/chromium",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
    "/usr/bin/microsoft-edge",
    "/usr/lib64/chromium-browser/chromium-browser",
  ],
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  ],
  win32: ["ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"].flatMap((variable) => {
    const folder = process.env[variable];
    if (folder === undefined) return [];
    return ["Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe"].map((file) =>
      path.join(folder, file),
    );
  }),
};

/** @returns {string | undefined} The program of a browser that is there. */
export function findBrowser() {
  const named = process.env["CHROMIUM"];
  const places = [...(named === undefined ? [] : [named]), ...(PLACES[process.platform] ?? [])];
  return places.find((file) => existsSync(file));
}

/** @returns {Promise<{ path: string } | { path: undefined, problem: string }>} */
export async function ensureBrowser() {
  const found = findBrowser() ?? (await playwrights());
  if (found !== undefined) return { path: found };
  const cli = fromRoot("node_modules/playwright-core/cli.js");
  const { code, output } = await step("browser", "downloading Chromium (Playwright)", () =>
    run(process.execPath, [cli, "install", "chromium"]),
  );
  const downloaded = await playwrights();
  if (code === 0 && downloaded !== undefined) return { path: downloaded };
  const lines = output.trimEnd().split("\n").slice(-5).join("\n");
  return {
    path: undefined,
    problem: `needs a Chromium. Install Chromium, Chrome or Edge, or name one by CHROMIUM. Playwright's download failed:\n${lines}`,
  };
}

/** Where Playwright keeps its own, if it has been downloaded. */
async function playwrights() {
  const { chromium } = await import("playwright-core");
  const file = chromium.executablePath();
  return existsSync(file) ? file : undefined;
}
