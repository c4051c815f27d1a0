// The last known state has the time of the last message of the bridge, whatever the clocks do.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { makeHideable, hide } from "./support/page-visibility.js";
import { setUpHarness, shows } from "./support/harness.js";

const harness = setUpHarness();
const HOUR = 3_600_000;

/** Allows a test to advance the page's clocks: both, or only the wall clock, as sleep does. */
async function controlClocks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const ahead = { wall: 0, monotonic: 0 };
    Reflect.set(window, "ahead", ahead);
    const [now, monotonic] = [Date.now.bind(Date), performance.now.bind(performance)];
    Date.now = () => now() + ahead.wall;
    performance.now = () => monotonic() + ahead.monotonic;
  });
}

async function advanceClocks(page: Page, ahead: { wall: number; monotonic: number }): Promise<void> {
  await page.evaluate((by) => {
    Object.assign(Reflect.get(window, "ahead") as object, by);
  }, ahead);
}

/** State and Unix milliseconds that the page has stored. */
async function stored(page: Page): Promise<[state: string | undefined, at: number]> {
  const text = await page.evaluate(() => localStorage.getItem("outlook-offline-state.past"));
  const [state, at] = (text ?? "").split(" ");
  return [state, Number(at)];
}

test("shows the time before sleep, not after it", async () => {
  const page = await harness.open({ prepare: controlClocks }, "online");
  harness.bridge.sendHeartbeat();
  await advanceClocks(page, { wall: 8 * HOUR, monotonic: 0 });
  harness.bridge.status = {
    state: "unknown",
    since: null,
    source: { status: "unavailable", reason: "outlook-not-running" },
  };
  // With the first message after sleep, the pane detects that the clocks differ.
  harness.bridge.sendHeartbeat();
  await shows(page, "outlook-not-running");
  expect(await page.locator("#timing").innerText()).toBe("Last known: online");
  expect(await page.locator("#timing-detail").innerText()).toMatch(/^8 hours ago, /);
  await expect.poll(async () => (await stored(page))[0]).toBe("online");
  expect((await stored(page))[1]).toBeLessThanOrEqual(Date.now());
});

test("saves the time of the last message when the pane is closed", async () => {
  const page = await harness.open(
    {
      prepare: async (opened) => {
        await controlClocks(opened);
        await makeHideable(opened);
      },
    },
    "online",
  );
  await hide(page, true);
  harness.bridge.stopHeartbeats();
  const before = Date.now();
  await advanceClocks(page, { wall: HOUR, monotonic: HOUR });
  await page.evaluate(() => window.dispatchEvent(new Event("pagehide")));
  const [state, at] = await stored(page);
  expect(state).toBe("online");
  expect(at).toBeLessThanOrEqual(before);
});

test("keeps the newest state of all panes when an older pane is closed later", async () => {
  const context = await harness.context();
  const older = await harness.openIn(context, {}, "online");
  await harness.bridge.stop();
  await shows(older, "unreachable");
  const before = await stored(older);
  const newer: [string, number] = ["offline", before[1] + 1];
  await older.evaluate((text) => {
    localStorage.setItem("outlook-offline-state.past", text);
  }, newer.join(" "));
  await older.evaluate(() => window.dispatchEvent(new Event("pagehide")));
  expect(await stored(older)).toEqual(newer);
});

test("is not shown if the clock was set back to before it", async () => {
  const page = await harness.open({ prepare: controlClocks }, "online");
  await harness.bridge.stop();
  await shows(page, "unreachable");
  expect(await page.locator("#timing").innerText()).toBe("Last known: online");
  await advanceClocks(page, { wall: -HOUR, monotonic: 0 });
  await expect.poll(() => page.locator("#timing").isVisible()).toBe(false);
});
