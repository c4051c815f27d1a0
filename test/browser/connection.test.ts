// The pane while the bridge stops and starts.
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { makeHideable, hide, pendingTimers } from "./support/page-visibility.js";
import { setUpHarness, shows } from "./support/harness.js";

const harness = setUpHarness();

/** Cancels all timers of the page, and prevents new ones. */
async function freeze(page: Page): Promise<void> {
  await page.evaluate(() => {
    const last = window.setTimeout(() => undefined, 0);
    for (let id = 1; id <= last; id += 1) window.clearTimeout(id);
    window.setTimeout = (() => 0) as unknown as typeof window.setTimeout;
  });
}

test("reconnects when the bridge is started again", async () => {
  const page = await harness.open({}, "online");
  await harness.bridge.stop();
  await shows(page, "unreachable");
  harness.bridge.status = { ...harness.bridge.status, state: "offline" };
  await harness.bridge.start();
  await shows(page, "offline");
});

test("retries at once when the user asks for it", async () => {
  const page = await harness.open({}, "online");
  await harness.bridge.stop();
  await expect
    .poll(() => page.locator("#next-attempt").innerText(), { timeout: 30_000 })
    .toMatch(/Next try in [345] seconds/);
  // From now on only the button can cause an attempt.
  await freeze(page);
  await harness.bridge.start();
  await sleep(300);
  expect(harness.bridge.clients).toBe(0);
  await page.getByRole("button", { name: "Try now" }).click();
  await expect.poll(() => harness.bridge.clients, { timeout: 30_000 }).toBe(1);
});

test("counts down to the next attempt", async () => {
  const page = await harness.open({}, "online");
  await harness.bridge.stop();
  // Records each text, because polling on a slow machine misses some.
  await page.evaluate(() => {
    const texts: string[] = [];
    Reflect.set(window, "texts", texts);
    const next = document.getElementById("next-attempt");
    new MutationObserver(() => texts.push(next?.textContent ?? "")).observe(next ?? document.body, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  const texts = async (): Promise<string> =>
    (await page.evaluate(() => Reflect.get(window, "texts") as string[])).join(", ");
  await expect
    .poll(texts, { timeout: 30_000 })
    .toMatch(/Next try in 3 seconds, Next try in 2 seconds, Next try in 1 second, /);
});

test("retries at once when the network is back", async () => {
  const page = await harness.open({}, "online");
  await harness.bridge.stop();
  await expect.poll(() => page.locator("#next-attempt").innerText(), { timeout: 30_000 }).toMatch(/in [45] seconds/);
  await freeze(page);
  await harness.bridge.start();
  await sleep(300);
  expect(harness.bridge.clients).toBe(0);
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await expect.poll(() => harness.bridge.clients, { timeout: 30_000 }).toBe(1);
});

test("shows unknown at once when the bridge shuts down", async () => {
  const page = await harness.open({}, "online");
  await harness.bridge.stop(1001);
  await page.locator('html[data-state="unknown"]').waitFor({ state: "attached" });
});

test("reconnects when heartbeats stop", async () => {
  harness.bridge.heartbeatMs = 200;
  await harness.bridge.stop();
  await harness.bridge.start();
  harness.bridge.stopHeartbeats();
  const page = await harness.open({}, "online");
  await expect.poll(() => harness.bridge.connectTimes.length, { timeout: 30_000 }).toBeGreaterThan(1);
  await shows(page, "online");
});

test("runs no timer while hidden, and is current at once when visible again", async () => {
  const page = await harness.open({ prepare: makeHideable }, "online");
  await hide(page, true);
  await expect.poll(() => pendingTimers(page), { timeout: 30_000 }).toBe(0);
  harness.bridge.setState("offline", 5000);
  await shows(page, "offline");
  expect(await page.title()).toContain("Offline");
  expect(await pendingTimers(page)).toBe(0);
  await hide(page, false);
  const [, seconds] = /\((\d+) sec\)/.exec(await page.locator("#timing").innerText()) ?? [];
  expect(Number(seconds)).toBeGreaterThanOrEqual(5);

  await hide(page, true);
  await harness.bridge.stop();
  await page.locator('html[data-state="unknown"]').waitFor({ state: "attached" });
  await expect.poll(() => pendingTimers(page), { timeout: 30_000 }).toBe(0);
  await harness.bridge.start();
  await sleep(700);
  expect(harness.bridge.clients).toBe(0);
  await hide(page, false);
  await shows(page, "offline");
});

test("shows the right duration at once when visible again", async () => {
  await harness.bridge.stop();
  harness.bridge.heartbeatMs = 60_000;
  await harness.bridge.start();
  const page = await harness.open({ prepare: makeHideable }, "online");
  await hide(page, true);
  const before = await page.locator("#timing").innerText();
  await sleep(2200);
  expect(await page.locator("#timing").innerText()).toBe(before);
  await hide(page, false);
  expect(await page.locator("#timing").innerText()).not.toBe(before);
});

test("announces a change once, and a short interruption not at all", async () => {
  const page = await harness.open({}, "online");
  const region = page.locator("#announcement");
  expect(await region.getAttribute("aria-live")).not.toBe("assertive");
  await expect.poll(() => region.textContent()).toMatch(/Outlook is Online/);
  expect(await region.getAttribute("role")).toBe("status");
  await page.evaluate(() => {
    const texts: string[] = [];
    Reflect.set(window, "texts", texts);
    const live = document.getElementById("announcement");
    new MutationObserver(() => texts.push(live?.textContent ?? "")).observe(live ?? document.body, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  harness.bridge.setState("offline");
  await expect.poll(() => region.textContent()).toMatch(/Outlook is Offline.*Outbox/);
  // A short interruption and quick changes are not announced.
  const connections = harness.bridge.connectTimes.length;
  harness.bridge.closeAll(1001);
  await expect.poll(() => harness.bridge.connectTimes.length, { timeout: 30_000 }).toBe(connections + 1);
  await shows(page, "offline");
  for (const state of ["online", "offline", "online", "offline"] as const) harness.bridge.setState(state);
  await sleep(1000);
  const announced = await page.evaluate(() => Reflect.get(window, "texts") as string[]);
  expect(announced.filter((text) => text.includes("Offline"))).toHaveLength(1);
  expect(announced).toHaveLength(1);
});

test("keeps the focus when the state changes", async () => {
  const page = await harness.open({}, "online");
  await page.locator("#timeline-track").focus();
  harness.bridge.setState("offline");
  await shows(page, "offline");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("timeline-track");
});

test("shows that cookies are too large, and recovers", async () => {
  const context = await harness.context({ width: 320 });
  const page = await harness.openIn(context, {}, "online");
  // Cookies of other programs on https://localhost; cookies do not distinguish ports.
  const cookies = Array.from({ length: 5 }, (_, index) => ({ name: `other-${index}`, value: "x".repeat(4000) }));
  await context.addCookies(cookies.map((cookie) => ({ ...cookie, url: "https://localhost" })));
  harness.bridge.closeAll(1001);
  await shows(page, "large-cookies");
  expect(await page.locator("#diagnosis").innerText()).toBe("For support: HTTP 431");
  expect(await page.locator("#command").isVisible()).toBe(false);
  await context.clearCookies();
  await page.getByRole("button", { name: "Try now" }).click();
  await shows(page, "online");
});

test("shows that there are too many panes, and recovers", async () => {
  const page = await harness.open({}, "online");
  harness.bridge.full = true;
  harness.bridge.closeAll(1001);
  await shows(page, "busy");
  harness.bridge.full = false;
  await page.getByRole("button", { name: "Try now" }).click();
  await shows(page, "online");
});
