// One bridge of a home, in the node.exe of Windows: what the lock holds against, and what is left of it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { ensureWindowsNode } from "../../tools/windows/node.mjs";
import { windowsPath, WineProcess } from "./support/wine.js";

const folder = mkdtempSync(join(tmpdir(), "offline-state-lock-"));
const running: WineProcess[] = [];

function take(): WineProcess {
  const args = [fromRoot("test/windows/fixtures/lock.mjs"), folder, fromRoot()].map(windowsPath);
  const taker = new WineProcess(ensureWindowsNode(), args);
  running.push(taker);
  return taker;
}

const said = (taker: WineProcess): string => taker.output.trim();

afterEach(async () => {
  for (const taker of running.splice(0)) await taker.kill();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

test("of three that take the lock at once one has it; when it is killed, the next one gets it", async () => {
  const takers = [take(), take(), take()];
  await expect.poll(() => takers.every((taker) => said(taker) !== ""), { timeout: 100_000 }).toBe(true);
  expect(takers.map(said).sort()).toEqual(["busy", "busy", "locked"]);
  const holder = takers.find((taker) => said(taker) === "locked");
  await holder?.kill();
  const next = take();
  await expect.poll(() => said(next), { timeout: 100_000 }).toBe("locked");
}, 240_000);
