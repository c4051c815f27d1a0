// What the machine and the browser around the pane may do: time zones, languages, translation, no scripts.
import type { CDPSession } from "playwright-core";
import { expect, test } from "vitest";
import { aDay } from "./support/situations.js";
import { setStage, shows } from "./support/stage.js";

const stage = setStage();
const MINUTE = 60_000;

const travel = (session: CDPSession, timezoneId: string): Promise<unknown> =>
  session.send("Emulation.setTimezoneOverride", { timezoneId });

test("clock times follow the time zone while the pane is open, on the axis and in the table too", async () => {
  // Less than a minute: the pane draws each second then, and looks at the zone no more often than it draws.
  const ageMs = 20_000;
  const since = Date.now() - ageMs;
  stage.bridge.history = aDay(Date.now(), "offline", ageMs);
  stage.bridge.state("offline", ageMs);
  const context = await stage.context({ machineTimeZone: true });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await travel(session, "Europe/Paris");
  await page.goto(stage.bridge.url);
  await shows(page, "offline");
  await page.locator("#timeline-details-summary").click();
  await expect.poll(() => page.getByRole("table").getByRole("row").count()).toBeGreaterThan(5);

  const clock = (at: number, timeZone: string): string =>
    new Intl.DateTimeFormat("en-US", { timeStyle: "short", timeZone }).format(at);
  const texts = () => page.locator("main").innerText();
  for (const zone of ["Europe/Paris", "Asia/Tokyo", "America/New_York"]) {
    await travel(session, zone);
    const time = clock(since, zone).replace(/\s/g, "\\s");
    await expect.poll(() => page.locator("#since").innerText()).toMatch(new RegExp(`${time}$`));
    // The first row of the table is the state of now, which began then.
    await expect
      .poll(() => page.getByRole("table").getByRole("cell").first().innerText())
      .toMatch(new RegExp(`${time} –`));
    const begin = (await page.locator("#timeline-begin").innerText()).replace(/^\w+ /, "");
    const now = Date.now() - 24 * 60 * MINUTE;
    const near = [-2, -1, 0, 1].map((minutes) => clock(now + minutes * MINUTE, zone));
    expect(near.map((text) => text.replace(/\s/g, " "))).toContain(begin.replace(/\s/g, " "));
    expect(await texts()).not.toContain("undefined");
  }
});

test("a language tag that Intl refuses leaves no time empty and throws nothing", async () => {
  const page = await stage.open(
    {
      prepare: (opened) =>
        opened.addInitScript(() => {
          Object.defineProperty(navigator, "languages", { get: () => ["en-US@posix", "fr"] });
        }),
    },
    "online",
  );
  expect(await page.locator("#lasting").innerText()).toMatch(/^for \d+ second/);
  expect(await page.locator("html").getAttribute("lang")).toBe("en-US");
  expect(stage.errors).toEqual([]);
});

test("a browser that translates leaves the command as it is, and the real one is copied", async () => {
  stage.bridge.present = { state: "unknown", since: null, source: { status: "unavailable", reason: "agent-missing" } };
  const page = await stage.open({ permissions: ["clipboard-read", "clipboard-write"] }, "agent-missing");
  expect(await page.locator("#command").getAttribute("translate")).toBe("no");
  // What a translator does that does not ask: it puts elements of its own in place of the texts.
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
  stage.bridge.state("offline");
  await shows(page, "offline");
  expect(await page.locator("#word").innerText()).toBe("Offline");
});

test("the answer to copying is not shown for another command that has come meanwhile", async () => {
  stage.bridge.present = { state: "unknown", since: null, source: { status: "unavailable", reason: "agent-missing" } };
  const page = await stage.open(
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
  await stage.bridge.stop();
  await shows(page, "unreachable");
  await page.evaluate(async () => {
    (Reflect.get(window, "written") as () => void)();
    await new Promise((resolve) => setTimeout(resolve, 0));
  });
  expect(await page.locator("#copy").innerText()).toBe("Copy");
  expect(await page.locator("#copied").textContent()).toBe("");
});

test("without JavaScript the page says what it needs, in both languages, and shows no state", async () => {
  const context = await stage.context({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(stage.bridge.url);
  const text = await page.locator("body").innerText();
  expect(text).toMatch(/JavaScript is turned off[^]*Allow it for localhost/);
  expect(text).toMatch(/JavaScript est désactivé[^]*Autorisez-le pour localhost/);
  expect(await page.locator(".present").isVisible()).toBe(false);
  const { scrollWidth, clientWidth } = await page.locator("html").evaluate((html) => html);
  expect(scrollWidth).toBe(clientWidth);
});
