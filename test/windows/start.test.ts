// The command `start` in node.exe, without Outlook.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { ensureWindowsNode } from "../../tools/windows/wine-prefix.mjs";
import { freePort } from "../support/system.js";
import { WindowsDataDirectory } from "./support/bridge.js";
import { ADD_INS, clearAddIns, RESILIENCY } from "./support/outlook.js";
import { readRegistry, runInWine, windowsPath, WineProcess } from "./support/wine.js";

const MAIN = "dist/bridge/src/cli/main.js";

const dataDirectory = new WindowsDataDirectory();
const running: WineProcess[] = [];

async function start(root: string, ...options: string[]): Promise<WineProcess> {
  const args = [windowsPath(join(root, MAIN)), "start", "--port", String(await freePort()), ...options];
  const bridge = new WineProcess(ensureWindowsNode(), args, dataDirectory.env);
  running.push(bridge);
  return bridge;
}

async function isReady(bridge: WineProcess): Promise<void> {
  const isOver = (): boolean => /^Ready: /m.test(bridge.output) || bridge.child.exitCode !== null;
  await expect.poll(isOver, { timeout: 100_000 }).toBe(true);
  expect(bridge.output).toMatch(/^Ready: /m);
}

const outlook = (command: string): string =>
  runInWine(ensureWindowsNode(), [windowsPath(fromRoot(MAIN)), "outlook", command], dataDirectory.env).trim();

beforeEach(clearAddIns);
afterEach(async () => {
  for (const bridge of running.splice(0)) await bridge.kill();
});
afterAll(() => {
  dataDirectory.remove();
});

test.each([
  ["with --simulate", ["--simulate"], false],
  ["because no Outlook is installed", [], true],
] as const)(
  "starts the Windows simulator with the agent, without the registry, %s",
  async (_why, options, isReported) => {
    const bridge = await start(fromRoot(), ...options);
    await isReady(bridge);
    expect(bridge.output.includes("Classic Outlook is not installed: using the simulator")).toBe(isReported);
    expect(outlook("state")).toMatch(/^online.*add-in ticked$/);
    outlook("untick");
    expect(outlook("state")).toMatch(/add-in unticked$/);
    for (const key of [ADD_INS, RESILIENCY]) expect(readRegistry(key)).toBe("");
  },
);

test("reports that the simulator was not built, and starts without it unless it was requested", async () => {
  const root = cloneWithoutOutlook();
  const requested = await start(root, "--simulate");
  expect(await requested.ended).toBe(1);
  expect(requested.output).toMatch(/error: a file of the simulator is missing: .*dist\\windows\\x64\\OUTLOOK\.EXE/);
  expect(requested.output).toMatch(/npm run build:windows/);
  const bridge = await start(root);
  await isReady(bridge);
  expect(bridge.output).toMatch(/the pane will show that Outlook is not running/);
});

/** A clone in which `npm run build:windows` never ran. */
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
