// A pane that is pinned for a working day, with a fake clock in the page and real messages.
import type { CDPSession, Page } from "playwright-core";
import { expect, test } from "vitest";
import { sampleDay } from "./support/situations.js";
import { setUpHarness, shows } from "./support/harness.js";

const harness = setUpHarness();

const STEP_MS = 60_000;
const STEPS = 480;
/** Odd, so that each step ends in the other state, which can be awaited. */
const CHANGES_PER_STEP = 5;
/**
 * Memory is measured after these steps. Until the second one, the browser fills its list of the last 250 requests; after
 * that, nothing may grow.
 */
const MEASURED_AFTER = [30, 290, 480];

interface Usage {
  readonly heap: number;
  readonly nodes: number;
  readonly listeners: number;
}

async function measureUsage(session: CDPSession): Promise<Usage> {
  let heap = Infinity;
  // Weakly referenced objects are collected the second time only, and compiled code later.
  for (let collection = 0; collection < 4; collection += 1) {
    await session.send("HeapProfiler.collectGarbage");
    heap = Math.min(heap, (await session.send("Runtime.getHeapUsage")).usedSize);
  }
  const { nodes, jsEventListeners } = await session.send("Memory.getDOMCounters");
  return { heap, nodes, listeners: jsEventListeners };
}

async function step(page: Page, count: number): Promise<void> {
  await page.clock.runFor(STEP_MS);
  harness.bridge.sendHeartbeat();
  for (let change = 0; change < CHANGES_PER_STEP; change += 1) {
    harness.bridge.setState((count * CHANGES_PER_STEP + change) % 2 === 0 ? "offline" : "online");
  }
  await shows(page, count % 2 === 0 ? "offline" : "online");
}

test("uses no more memory after 8 hours and 2,400 changes", { timeout: 600_000 }, async () => {
  await harness.bridge.stop();
  harness.bridge.heartbeatMs = STEP_MS;
  harness.bridge.history = sampleDay(Date.now(), "online", 9e6);
  await harness.bridge.start();
  harness.bridge.stopHeartbeats();
  const page = await harness.open({ prepare: (opened) => opened.clock.install({ time: Date.now() }) }, "online");
  const session = await page.context().newCDPSession(page);

  const usages: Usage[] = [];
  for (let count = 0; count < STEPS; count += 1) {
    await step(page, count);
    if (MEASURED_AFTER.includes(count + 1)) usages.push(await measureUsage(session));
  }

  process.stdout.write(
    `long session: ${usages.map(({ heap, nodes }) => `${heap} bytes, ${nodes} nodes`).join("; ")}\n`,
  );
  expect(await page.evaluate(() => performance.now())).toBeGreaterThan(8 * 3_600_000 - STEP_MS);
  expect(harness.bridge.connectTimes).toHaveLength(1);
  const [, begin, end] = usages;
  // The number of bars varies; one leaked node for each of the 950 changes would be far more.
  expect((end?.nodes ?? Infinity) - (begin?.nodes ?? 0)).toBeLessThan(100);
  expect((end?.listeners ?? Infinity) - (begin?.listeners ?? 0)).toBeLessThanOrEqual(0);
  // 100 bytes per change: a leaked object would be more, and compiled code varies by less.
  expect((end?.heap ?? Infinity) - (begin?.heap ?? 0)).toBeLessThan(95_000);
});
