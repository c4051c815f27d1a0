// The pane and a bridge that comes and goes.
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { beHideable, hide, pendingTimers } from "./support/hiding.js";
import { setStage, shows } from "./support/stage.js";

const stage = setStage();

/** Lets no timer of the page fire any more, those that are set already too. */
async function freeze(page: Page): Promise<void> {
  await page.evaluate(() => {
    const last = window.setTimeout(() => undefined, 0);
    for (let id = 1; id <= last; id += 1) window.clearTimeout(id);
    window.setTimeout = (() => 0) as unknown as typeof window.setTimeout;
  });
}

test("recovers by itself when the bridge is started again", async () => {
  const page = await stage.open({}, "online");
  await stage.bridge.stop();
  await shows(page, "unreachable");
  stage.bridge.present = { ...stage.bridge.present, state: "offline" };
  await stage.bridge.start();
  await shows(page, "offline");
});

test("tries at once when the person asks, and says that it tries", async () => {
  const page = await stage.open({}, "online");
  await stage.bridge.stop();
  await expect
    .poll(() => page.locator("#next-try").innerText(), { timeout: 30_000 })
    .toMatch(/Next try in [345] seconds/);
  // From here on no timer fires any more: only who asks gets an answer.
  await freeze(page);
  await stage.bridge.start();
  await sleep(300);
  expect(stage.bridge.clients).toBe(0);
  await page.getByRole("button", { name: "Try now" }).click();
  await expect.poll(() => stage.bridge.clients, { timeout: 30_000 }).toBe(1);
});

test("counts down to the next try", async () => {
  const page = await stage.open({}, "online");
  await stage.bridge.stop();
  // Each text is kept as it comes: a slow machine looks too seldom to see every second.
  await page.evaluate(() => {
    const said: string[] = [];
    Reflect.set(window, "said", said);
    const next = document.getElementById("next-try");
    new MutationObserver(() => said.push(next?.textContent ?? "")).observe(next ?? document.body, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  const said = async (): Promise<string> =>
    (await page.evaluate(() => Reflect.get(window, "said") as string[])).join(", ");
  await expect
    .poll(said, { timeout: 30_000 })
    .toMatch(/Next try in 3 seconds, Next try in 2 seconds, Next try in 1 second, /);
});

test("tries at once when the network returns", async () => {
  const page = await stage.open({}, "online");
  await stage.bridge.stop();
  await expect.poll(() => page.locator("#next-try").innerText(), { timeout: 30_000 }).toMatch(/in [45] seconds/);
  await freeze(page);
  await stage.bridge.start();
  await sleep(300);
  expect(stage.bridge.clients).toBe(0);
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await expect.poll(() => stage.bridge.clients, { timeout: 30_000 }).toBe(1);
});

test("is unknown at once when the bridge says that it stops", async () => {
  const page = await stage.open({}, "online");
  await stage.bridge.stop(1001);
  await page.locator('html[data-state="unknown"]').waitFor({ state: "attached" });
});

test("is unknown when heartbeats stop, and recovers", async () => {
  stage.bridge.heartbeatMs = 200;
  await stage.bridge.stop();
  await stage.bridge.start();
  stage.bridge.hush();
  const page = await stage.open({}, "online");
  await expect.poll(() => stage.bridge.connects.length, { timeout: 30_000 }).toBeGreaterThan(1);
  await shows(page, "online");
});

test("runs no timer while it is hidden, in any state, and is right at once when it is seen again", async () => {
  const page = await stage.open({ prepare: beHideable }, "online");
  await hide(page, true);
  await expect.poll(() => pendingTimers(page), { timeout: 30_000 }).toBe(0);
  stage.bridge.state("offline", 5000);
  await shows(page, "offline");
  expect(await page.title()).toContain("Offline");
  expect(await pendingTimers(page)).toBe(0);
  await hide(page, false);
  const [, seconds] = /for (\d+) seconds/.exec(await page.locator("#lasting").innerText()) ?? [];
  expect(Number(seconds)).toBeGreaterThanOrEqual(5);

  await hide(page, true);
  await stage.bridge.stop();
  await page.locator('html[data-state="unknown"]').waitFor({ state: "attached" });
  await expect.poll(() => pendingTimers(page), { timeout: 30_000 }).toBe(0);
  await stage.bridge.start();
  await sleep(700);
  expect(stage.bridge.clients).toBe(0);
  await hide(page, false);
  await shows(page, "offline");
});

test("shows the right duration at once when it comes back from the background", async () => {
  await stage.bridge.stop();
  stage.bridge.heartbeatMs = 60_000;
  await stage.bridge.start();
  const page = await stage.open({ prepare: beHideable }, "online");
  await hide(page, true);
  const before = await page.locator("#lasting").innerText();
  await sleep(2200);
  expect(await page.locator("#lasting").innerText()).toBe(before);
  await hide(page, false);
  expect(await page.locator("#lasting").innerText()).not.toBe(before);
});

test("announces a change once, politely, and what passes in a moment not at all", async () => {
  const page = await stage.open({}, "online");
  const region = page.locator("#announcement");
  expect(await region.getAttribute("aria-live")).not.toBe("assertive");
  await expect.poll(() => region.textContent()).toMatch(/Outlook is Online/);
  expect(await region.getAttribute("role")).toBe("status");
  await page.evaluate(() => {
    const said: string[] = [];
    Reflect.set(window, "said", said);
    const status = document.getElementById("announcement");
    new MutationObserver(() => said.push(status?.textContent ?? "")).observe(status ?? document.body, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  stage.bridge.state("offline");
  await expect.poll(() => region.textContent()).toMatch(/Outlook is Offline.*Outbox/);
  // A bridge that is away for a moment, and flapping, are not read out.
  const connects = stage.bridge.connects.length;
  stage.bridge.closeAll(1001);
  await expect.poll(() => stage.bridge.connects.length, { timeout: 30_000 }).toBe(connects + 1);
  await shows(page, "offline");
  for (const state of ["online", "offline", "online", "offline"] as const) stage.bridge.state(state);
  await sleep(1000);
  const said = await page.evaluate(() => Reflect.get(window, "said") as string[]);
  expect(said.filter((text) => text.includes("Offline"))).toHaveLength(1);
  expect(said).toHaveLength(1);
});

test("takes no focus away when the state changes", async () => {
  const page = await stage.open({}, "online");
  await page.locator("#timeline-track").focus();
  stage.bridge.state("offline");
  await shows(page, "offline");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("timeline-track");
});

test("says that cookies are too large when they are, not that the bridge does not run, and recovers", async () => {
  const context = await stage.context({ width: 320 });
  const page = await stage.openIn(context, {}, "online");
  // What other programs on https://localhost store there; cookies do not distinguish ports.
  const cookies = Array.from({ length: 5 }, (_, index) => ({ name: `other-${index}`, value: "x".repeat(4000) }));
  await context.addCookies(cookies.map((cookie) => ({ ...cookie, url: "https://localhost" })));
  stage.bridge.closeAll(1001);
  await shows(page, "large-cookies");
  expect(await page.locator("#diagnosis").innerText()).toBe("For support: HTTP 431");
  expect(await page.locator("#command").isVisible()).toBe(false);
  await context.clearCookies();
  await page.getByRole("button", { name: "Try now" }).click();
  await shows(page, "online");
});

test("says that there are too many panes when the bridge refuses one more, and recovers", async () => {
  const page = await stage.open({}, "online");
  stage.bridge.full = true;
  stage.bridge.closeAll(1001);
  await shows(page, "busy");
  stage.bridge.full = false;
  await page.getByRole("button", { name: "Try now" }).click();
  await shows(page, "online");
});
