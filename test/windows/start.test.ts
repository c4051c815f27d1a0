// The product's own `start` in the node.exe of Windows, where there is no Outlook.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { ensureWindowsNode } from "../../tools/windows/node.mjs";
import { freePort } from "../e2e/support/surroundings.js";
import { WindowsHome } from "./support/bridge.js";
import { ADD_INS, forgetAddIns, RESILIENCY } from "./support/outlook.js";
import { readRegistry, runInWine, windowsPath, WineProcess } from "./support/wine.js";

const MAIN = "dist/bridge/src/cli/main.js";

const home = new WindowsHome();
const running: WineProcess[] = [];

async function start(root: string, ...options: string[]): Promise<WineProcess> {
  const args = [windowsPath(join(root, MAIN)), "start", "--port", String(await freePort()), ...options];
  const bridge = new WineProcess(ensureWindowsNode(), args, home.env);
  running.push(bridge);
  return bridge;
}

async function isReady(bridge: WineProcess): Promise<void> {
  const isOver = (): boolean => /^Ready: /m.test(bridge.output) || bridge.child.exitCode !== null;
  await expect.poll(isOver, { timeout: 100_000 }).toBe(true);
  expect(bridge.output).toMatch(/^Ready: /m);
}

const outlook = (command: string): string =>
  runInWine(ensureWindowsNode(), [windowsPath(fromRoot(MAIN)), "outlook", command], home.env).trim();

beforeEach(forgetAddIns);
afterEach(async () => {
  for (const bridge of running.splice(0)) await bridge.kill();
});
afterAll(() => {
  home.remove();
});

test.each([
  ["with --simulate", ["--simulate"], false],
  ["because no Outlook is installed", [], true],
] as const)(
  "starts the simulated Outlook that was built for Windows, %s, with the agent and without the registry",
  async (_why, options, says) => {
    const bridge = await start(fromRoot(), ...options);
    await isReady(bridge);
    expect(bridge.output.includes("Classic Outlook is not installed on this machine: a simulated one")).toBe(says);
    expect(outlook("state")).toMatch(/^online.*add-in ticked$/);
    outlook("untick");
    expect(outlook("state")).toMatch(/add-in unticked$/);
    for (const key of [ADD_INS, RESILIENCY]) expect(readRegistry(key)).toBe("");
  },
);

test("says what is missing where the simulated Outlook was not built, and goes on without it where that was not asked for", async () => {
  const root = cloneWithoutOutlook();
  const asked = await start(root, "--simulate");
  expect(await asked.ended).toBe(1);
  expect(asked.output).toMatch(/error: the simulated Outlook is not complete: .*dist\\windows\\x64\\OUTLOOK\.EXE/);
  expect(asked.output).toMatch(/npm run build:windows/);
  const bridge = await start(root);
  await isReady(bridge);
  expect(bridge.output).toMatch(/the pane will say that Outlook is not running/);
});

/** A clone in which `npm run build:windows` was never run. */
function cloneWithoutOutlook(): string {
  const root = mkdtempSync(join(tmpdir(), "offline-state-clone-"));
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  });
  mkdirSync(join(root, "dist"));
  cpSync(fromRoot("package.json"), join(root, "package.json"));
  for (const part of ["node_modules", "prebuilds", "dist/bridge", "dist/shared", "dist/pane"])
    symlinkSync(fromRoot(part), join(root, part));
  return root;
}
