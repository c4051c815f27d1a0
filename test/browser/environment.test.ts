// Time zones, languages, translation, and a browser without JavaScript.
import type { CDPSession } from "playwright-core";
import { expect, test } from "vitest";
import { sampleDay } from "./support/situations.js";
import { setUpHarness, shows } from "./support/harness.js";

const harness = setUpHarness();
const MINUTE = 60_000;

const travel = (session: CDPSession, timezoneId: string): Promise<unknown> =>
  session.send("Emulation.setTimezoneOverride", { timezoneId });

test("follows the time zone while the pane is open, also on the axis and in the table", async () => {
  // Less than a minute, because the pane then renders each second and checks the time zone.
  const ageMs = 20_000;
  const since = Date.now() - ageMs;
  harness.bridge.history = sampleDay(Date.now(), "offline", ageMs);
  harness.bridge.setState("offline", ageMs);
  const context = await harness.context({ machineTimeZone: true });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await travel(session, "Europe/Paris");
  await page.goto(harness.bridge.url);
  await shows(page, "offline");
  await page.locator("#timeline-details-summary").click();
  await expect.poll(() => page.getByRole("table").getByRole("row").count()).toBeGreaterThan(5);

  const clock = (at: number, timeZone: string): string =>
    new Intl.DateTimeFormat("en-US", { timeStyle: "short", timeZone }).format(at);
  const texts = () => page.locator("main").innerText();
  for (const zone of ["Europe/Paris", "Asia/Tokyo", "America/New_York"]) {
    await travel(session, zone);
    const time = clock(since, zone).replace(/\s/g, "\\s");
    await expect.poll(() => page.locator("#timing").innerText()).toMatch(new RegExp(`since ${time} \\(`));
    // The first row of the table is the current state.
    await expect
      .poll(() => page.getByRole("table").getByRole("cell").first().innerText())
      .toMatch(new RegExp(`${time} –`));
    const begin = (await page.locator("#timeline-start").innerText()).replace(/^\w+ /, "");
    const now = Date.now() - 24 * 60 * MINUTE;
    const near = [-2, -1, 0, 1].map((minutes) => clock(now + minutes * MINUTE, zone));
    expect(near.map((text) => text.replace(/\s/g, " "))).toContain(begin.replace(/\s/g, " "));
    expect(await texts()).not.toContain("undefined");
  }
});

test("works with a language tag that Intl rejects", async () => {
  const page = await harness.open(
    {
      prepare: (opened) =>
        opened.addInitScript(() => {
          Object.defineProperty(navigator, "languages", { get: () => ["en-US@posix", "fr"] });
        }),
    },
    "online",
  );
  expect(await page.locator("#timing").innerText()).toMatch(/^since .+ \(\d+ sec\)$/);
  expect(await page.locator("html").getAttribute("lang")).toBe("en-US");
  expect(harness.errors).toEqual([]);
});

test("copies the real command in a browser that translates the page", async () => {
  harness.bridge.status = { state: "unknown", since: null, source: { status: "unavailable", reason: "agent-missing" } };
  const page = await harness.open({ permissions: ["clipboard-read", "clipboard-write"] }, "agent-missing");
  expect(await page.locator("#command").getAttribute("translate")).toBe("no");
  // As translators do: replace the texts by elements.
  await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found: Text[] = [];
    while (walker.nextNode()) if (walker.currentNode instanceof Text) found.push(walker.currentNode);
    for (const text of found) {
      if (text.data.trim() === "") continue;
      const translated = document.createElement("span");
      translated.textContent = `übersetzt: ${text.data}`;
      text.replaceWith(translated);
    }
  });
  expect(await page.locator("#command").innerText()).toContain("übersetzt");
  await page.locator("#copy").click();
  await expect.poll(() => page.locator("#copied").textContent()).toBe("Copied");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("outlook-offline-state install");
  harness.bridge.setState("offline");
  await shows(page, "offline");
  expect(await page.locator("#word").innerText()).toBe("Offline");
});

test("does not show the result of copying for another command", async () => {
  harness.bridge.status = { state: "unknown", since: null, source: { status: "unavailable", reason: "agent-missing" } };
  const page = await harness.open(
    {
      prepare: (opened) =>
        opened.addInitScript(() => {
          navigator.clipboard.writeText = () =>
            new Promise((resolve) => {
              Reflect.set(window, "written", resolve);
            });
        }),
    },
    "agent-missing",
  );
  await page.locator("#copy").click();
  await harness.bridge.stop();
  await shows(page, "unreachable");
  await page.evaluate(async () => {
    (Reflect.get(window, "written") as () => void)();
    await new Promise((resolve) => setTimeout(resolve, 0));
  });
  expect(await page.locator("#copy").innerText()).toBe("Copy");
  expect(await page.locator("#copied").textContent()).toBe("");
});

test("shows what it needs in both languages, and no state, without JavaScript", async () => {
  const context = await harness.context({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(harness.bridge.url);
  const text = await page.locator("body").innerText();
  expect(text).toMatch(/JavaScript is turned off[^]*Allow it for localhost/);
  expect(text).toMatch(/JavaScript est désactivé[^]*Autorisez-le pour localhost/);
  expect(await page.locator(".status").isVisible()).toBe(false);
  const { scrollWidth, clientWidth } = await page.locator("html").evaluate((html) => html);
  expect(scrollWidth).toBe(clientWidth);
});
