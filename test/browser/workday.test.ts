// A pane that is pinned for a working day: the page's clock is driven, the messages are real.
import type { CDPSession, Page } from "playwright-core";
import { expect, test } from "vitest";
import { aDay } from "./support/situations.js";
import { setStage, shows } from "./support/stage.js";

const stage = setStage();

const STEP_MS = 60_000;
const STEPS = 480;
/** Odd, so that each step ends in the other state, and that can be waited for. */
const CHANGES_PER_STEP = 5;
/**
 * Measured after these steps. Between the first two the browser fills its list of the last 250 requests; between the last
 * two nothing may grow.
 */
const MEASURED_AFTER = [30, 290, 480];

interface Use {
  readonly heap: number;
  readonly nodes: number;
  readonly listeners: number;
}

async function use(session: CDPSession): Promise<Use> {
  let heap = Infinity;
  // What weak references held goes with the second collection only, and compiled code with a later one.
  for (let collection = 0; collection < 4; collection += 1) {
    await session.send("HeapProfiler.collectGarbage");
    heap = Math.min(heap, (await session.send("Runtime.getHeapUsage")).usedSize);
  }
  const { nodes, jsEventListeners } = await session.send("Memory.getDOMCounters");
  return { heap, nodes, listeners: jsEventListeners };
}

async function step(page: Page, count: number): Promise<void> {
  await page.clock.runFor(STEP_MS);
  stage.bridge.beat();
  for (let change = 0; change < CHANGES_PER_STEP; change += 1) {
    stage.bridge.state((count * CHANGES_PER_STEP + change) % 2 === 0 ? "offline" : "online");
  }
  await shows(page, count % 2 === 0 ? "offline" : "online");
}

test("8 hours of ticking and 2,400 changes leave memory and page where they were", { timeout: 600_000 }, async () => {
  await stage.bridge.stop();
  stage.bridge.heartbeatMs = STEP_MS;
  stage.bridge.history = aDay(Date.now(), "online", 9e6);
  await stage.bridge.start();
  stage.bridge.hush();
  const page = await stage.open({ prepare: (opened) => opened.clock.install({ time: Date.now() }) }, "online");
  const session = await page.context().newCDPSession(page);

  const uses: Use[] = [];
  for (let count = 0; count < STEPS; count += 1) {
    await step(page, count);
    if (MEASURED_AFTER.includes(count + 1)) uses.push(await use(session));
  }

  process.stdout.write(`workday: ${uses.map(({ heap, nodes }) => `${heap} bytes, ${nodes} nodes`).join("; ")}\n`);
  expect(await page.evaluate(() => performance.now())).toBeGreaterThan(8 * 3_600_000 - STEP_MS);
  expect(stage.bridge.connects).toHaveLength(1);
  const [, begin, end] = uses;
  // The picture has more and fewer bars as time goes by; 950 changes that left a node each would be far more.
  expect((end?.nodes ?? Infinity) - (begin?.nodes ?? 0)).toBeLessThan(100);
  expect((end?.listeners ?? Infinity) - (begin?.listeners ?? 0)).toBeLessThanOrEqual(0);
  // A hundred bytes for each change: an object that stays for each of them is more, and compiled code comes and goes below it.
  expect((end?.heap ?? Infinity) - (begin?.heap ?? 0)).toBeLessThan(95_000);
});
