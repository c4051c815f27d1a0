// The pane and a bridge that comes and goes.
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { beHideable, hide, pendingTimers } from "./support/hiding.js";
import { setStage, shows } from "./support/stage.js";

const stage = setStage();

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
    .poll(() => page.locator("#next-try").innerText(), { timeout: 15_000 })
    .toMatch(/Next try in [345] seconds/);
  await stage.bridge.start();
  await page.getByRole("button", { name: "Try now" }).click();
  await shows(page, "online", 2000);
});

test("counts down to the next try", async () => {
  const page = await stage.open({}, "online");
  // Written down in the page: a busy machine may not come to look in each second.
  await page.locator("#next-try").evaluate((next) => {
    const { dataset } = document.documentElement;
    new MutationObserver(() => (dataset["seen"] = `${dataset["seen"] ?? ""}${next.textContent}; `)).observe(next, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  await stage.bridge.stop();
  const seen = (): Promise<string | null> => page.locator("html").getAttribute("data-seen");
  await expect.poll(seen).toMatch(/in 3 seconds; [^;]*in 2 seconds; [^;]*in 1 second\b/);
});

test("tries at once when the network returns", async () => {
  const page = await stage.open({}, "online");
  await stage.bridge.stop();
  await expect.poll(() => page.locator("#next-try").innerText(), { timeout: 15_000 }).toMatch(/in [45] seconds/);
  await stage.bridge.start();
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await shows(page, "online", 2000);
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
  await expect.poll(() => stage.bridge.connects.length, { timeout: 10_000 }).toBeGreaterThan(1);
  await shows(page, "online");
});

test("runs no timer while it is hidden, in any state, and is right at once when it is seen again", async () => {
  const page = await stage.open({ prepare: beHideable }, "online");
  await sleep(1500);
  await hide(page, true);
  expect(await pendingTimers(page)).toBe(0);
  stage.bridge.state("offline", 5000);
  await shows(page, "offline");
  expect(await page.title()).toContain("Offline");
  expect(await pendingTimers(page)).toBe(0);
  await hide(page, false);
  expect(await page.locator("#lasting").innerText()).toMatch(/for [567] seconds/);

  await hide(page, true);
  await stage.bridge.stop();
  await page.locator('html[data-state="unknown"]').waitFor({ state: "attached" });
  expect(await pendingTimers(page)).toBe(0);
  await stage.bridge.start();
  await sleep(700);
  expect(stage.bridge.clients).toBe(0);
  await hide(page, false);
  await shows(page, "offline", 2000);
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
  const region = page.locator('[role="status"]');
  expect(await region.getAttribute("aria-live")).not.toBe("assertive");
  await expect.poll(() => region.textContent()).toMatch(/Outlook is Online/);
  await page.evaluate(() => {
    const said: string[] = [];
    Reflect.set(window, "said", said);
    const status = document.querySelector('[role="status"]');
    new MutationObserver(() => said.push(status?.textContent ?? "")).observe(status ?? document.body, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  stage.bridge.state("offline");
  await expect.poll(() => region.textContent()).toMatch(/Outlook is Offline.*Outbox/);
  // A bridge that is away for a moment, and flapping, are not read out.
  await stage.bridge.stop();
  await stage.bridge.start();
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
