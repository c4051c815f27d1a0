// The last known state is dated by the last message that the bridge really sent, whatever the clocks do.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { beHideable, hide } from "./support/hiding.js";
import { setStage, shows } from "./support/stage.js";

const stage = setStage();
const HOUR = 3_600_000;

/** Lets a test put the page's clocks forward: both, or as sleep does it the wall clock alone. */
async function haveClocks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const ahead = { wall: 0, monotonic: 0 };
    Reflect.set(window, "ahead", ahead);
    const [now, monotonic] = [Date.now.bind(Date), performance.now.bind(performance)];
    Date.now = () => now() + ahead.wall;
    performance.now = () => monotonic() + ahead.monotonic;
  });
}

async function putForward(page: Page, ahead: { wall: number; monotonic: number }): Promise<void> {
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

test("is the moment before the machine slept, not the one at which it woke", async () => {
  const page = await stage.open({ prepare: haveClocks }, "online");
  stage.bridge.beat();
  await putForward(page, { wall: 8 * HOUR, monotonic: 0 });
  stage.bridge.present = {
    state: "unknown",
    since: null,
    source: { status: "unavailable", reason: "outlook-not-running" },
  };
  // The first message after the sleep shows that the clocks have parted.
  stage.bridge.beat();
  await shows(page, "outlook-not-running");
  expect(await page.locator("#lasting").innerText()).toBe("Last known: online");
  expect(await page.locator("#since").innerText()).toMatch(/^8 hours ago, /);
  await expect.poll(async () => (await stored(page))[0]).toBe("online");
  expect((await stored(page))[1]).toBeLessThanOrEqual(Date.now());
});

test("is not confirmed by a bridge that has fallen silent, until the pane is closed", async () => {
  const page = await stage.open(
    {
      prepare: async (opened) => {
        await haveClocks(opened);
        await beHideable(opened);
      },
    },
    "online",
  );
  await hide(page, true);
  stage.bridge.hush();
  const before = Date.now();
  await putForward(page, { wall: HOUR, monotonic: HOUR });
  await page.evaluate(() => window.dispatchEvent(new Event("pagehide")));
  const [state, at] = await stored(page);
  expect(state).toBe("online");
  expect(at).toBeLessThanOrEqual(before);
});

test("is the newest that any pane knows, although an older pane is closed later", async () => {
  const context = await stage.context();
  const older = await stage.openIn(context, {}, "online");
  await stage.bridge.stop();
  await shows(older, "unreachable");
  const kept = await stored(older);
  const newer: [string, number] = ["offline", kept[1] + 1];
  await older.evaluate((past) => {
    localStorage.setItem("outlook-offline-state.past", past);
  }, newer.join(" "));
  await older.evaluate(() => window.dispatchEvent(new Event("pagehide")));
  expect(await stored(older)).toEqual(newer);
});

test("is not dated when the clock was set back to before it", async () => {
  const page = await stage.open({ prepare: haveClocks }, "online");
  await stage.bridge.stop();
  await shows(page, "unreachable");
  expect(await page.locator("#lasting").innerText()).toBe("Last known: online");
  await putForward(page, { wall: -HOUR, monotonic: 0 });
  await expect.poll(() => page.locator("#lasting").isVisible()).toBe(false);
});
