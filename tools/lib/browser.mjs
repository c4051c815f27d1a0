// @ts-check
// Finds Chromium for the tests, or downloads Playwright's.
import { existsSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { run } from "./child.mjs";
import { fromRoot } from "./paths.mjs";
import { step } from "./progress.mjs";

/** @type {Partial<Record<NodeJS.Platform, string[]>>} */
const LOCATIONS = {
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

/** @returns {string | undefined} The executable of an installed browser. */
export function findBrowser() {
  const override = process.env["CHROMIUM"];
  const candidates = [...(override === undefined ? [] : [override]), ...(LOCATIONS[process.platform] ?? [])];
  return candidates.find((file) => existsSync(file));
}

/** @returns {Promise<{ path: string } | { path: undefined, problem: string }>} */
export async function ensureBrowser() {
  const found = findBrowser() ?? (await playwrightBrowser());
  if (found !== undefined) return { path: found };
  const cli = fromRoot("node_modules/playwright-core/cli.js");
  const { code, output } = await step("browser", "downloading Chromium (Playwright)", () =>
    run(process.execPath, [cli, "install", "chromium"]),
  );
  const downloaded = await playwrightBrowser();
  if (code === 0 && downloaded !== undefined) return { path: downloaded };
  const lines = output.trimEnd().split("\n").slice(-5).join("\n");
  return {
    path: undefined,
    problem: `needs a browser. Install Chromium, Chrome or Edge, or set CHROMIUM to its path. Playwright's download failed:\n${lines}`,
  };
}

/** Playwright's own browser, if it was downloaded. */
async function playwrightBrowser() {
  const { chromium } = await import("playwright-core");
  const file = chromium.executablePath();
  return existsSync(file) ? file : undefined;
}
