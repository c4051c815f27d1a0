// The lock of a data directory in node.exe.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { ensureWindowsNode } from "../../tools/windows/wine-prefix.mjs";
import { windowsPath, WineProcess } from "./support/wine.js";

const folder = mkdtempSync(join(tmpdir(), "offline-state-lock-"));
const running: WineProcess[] = [];

function take(): WineProcess {
  const args = [fromRoot("test/windows/fixtures/lock.mjs"), folder, fromRoot()].map(windowsPath);
  const process = new WineProcess(ensureWindowsNode(), args);
  running.push(process);
  return process;
}

const output = (process: WineProcess): string => process.output.trim();

afterEach(async () => {
  for (const process of running.splice(0)) await process.kill();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

test("gives the lock to one of three processes, and to another when that one is killed", async () => {
  const processes = [take(), take(), take()];
  await expect.poll(() => processes.every((process) => output(process) !== ""), { timeout: 100_000 }).toBe(true);
  expect(processes.map(output).sort()).toEqual(["busy", "busy", "locked"]);
  const holder = processes.find((process) => output(process) === "locked");
  await holder?.kill();
  const next = take();
  await expect.poll(() => output(next), { timeout: 100_000 }).toBe("locked");
}, 240_000);
