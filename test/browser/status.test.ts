// Every situation in a real browser.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { LISTENING } from "./support/fake-bridge.js";
import { SITUATIONS } from "./support/situations.js";
import { setUpHarness, shows } from "./support/harness.js";

const harness = setUpHarness();

/** Soon after midnight, the start is on another day and has its name. */
const since = (duration: string): RegExp =>
  new RegExp(String.raw`^since (?:[A-Z][a-z]{2} )?\d+:\d\d\s[AP]M \(${duration}\)$`, "mu");
/** The time of a past event, with the day if it is not today. */
const AT = String.raw`(?: at \d+:\d\d\s[AP]M|, [A-Z][a-z]{2} \d+:\d\d\s[AP]M)`;
const line = (text: string): RegExp => new RegExp(`^${text}${AT}$`, "mu");

/** Texts that each situation must show. */
const TEXTS: Readonly<Record<string, readonly RegExp[]>> = {
  online: [/Outlook is\s+Online/, since("3 hr, 25 min")],
  offline: [
    /Outlook is\s+Offline/,
    since("12 min"),
    /New messages will wait/,
    /stay in the Outbox until Outlook is online/,
    /Work Offline/,
  ],
  "start-unknown": [/for at least 8 minutes/],
  "limit-online": [/Online/, /does not report when it comes back online/],
  "limit-offline": [/Offline/, /does not report when it goes offline/],
  "was-online": [
    /Outlook’s state is\s+Unknown/,
    line("Was online"),
    /^12 minutes ago$/m,
    /does not report when it goes offline/,
    /may be offline by now/,
    /read again when you open this pane/,
  ],
  "was-offline": [
    line("Was offline"),
    /does not report when it comes back online/,
    line("Work Offline was on"),
    line("1 message in the Outbox"),
  ],
  connected: [/Not working offline/, line("Connected to Exchange"), line("0 messages in the Outbox")],
  disconnected: [/Not connected to Exchange$/m, line("Not connected to Exchange"), line("1 message in the Outbox")],
  "work-offline-chosen": [/Work Offline is on$/m, /click Work Offline\.$/m, line("3 messages in the Outbox")],
  "connection-lost": [/Connection to Exchange lost/, /Check your network/, line("Not connected to Exchange")],
  "state-not-reported": [/Waiting for Outlook’s state/],
  starting: [/Looking for Outlook/],
  "outlook-not-running": [/Classic Outlook is closed/, /Start classic Outlook/],
  stopped: [/is closing/],
  "agent-missing": [/COM Add-ins/, /outlook-offline-state install/],
  "agent-incompatible": [/different version/, /outlook-offline-state install/],
  "agent-untrusted": [/Another program answered instead of Outlook/, /If this continues.*administrator/],
  "mapi-missing": [/Quick Repair/, /For support: 0x8004010F/],
  "open-failed": [/Restart Outlook/, /0x8004010F/],
  "no-notifications": [/reports no changes/],
  "advise-failed": [/Restart Outlook/, /0x80004002/],
  connecting: [/Connecting/],
  unreachable: [
    /Background program stopped/,
    /outlook-offline-state start/,
    /Last known: offline/,
    /Try now/,
    /Next try in|Trying now/,
  ],
  busy: [/is busy/, /Try now/],
  rejected: [/refused this pane/, /is running/, /For support: HTTP 403/, /Try now/],
  "large-cookies": [/cookies for localhost/, /is running/, /HTTP 431/, /Try now/],
  "version-mismatch": [/different version/, /looked for its new version/, /Close every pane/],
  "other-outlook": [/Not available here/, /Only classic Outlook for Windows reports its state/],
};

/** Situations without a step. */
const NO_STEP = ["online", "start-unknown", "limit-online", "connected", "starting", "connecting"];
/** Claims about mail that the pane cannot know. */
const CLAIMS = /is flowing|is waiting|as usual/;

test.each(SITUATIONS)("shows $name", async ({ name, message, state, arrange, then, outlook }) => {
  arrange(harness.bridge);
  const page = await harness.open(outlook === undefined ? {} : { outlook });
  if (then !== undefined) {
    await shows(page, state === "unknown" ? "offline" : message);
    await then(harness.bridge);
  }
  await shows(page, message);
  const text = await page.locator("main").innerText();
  for (const expected of TEXTS[name] ?? [/missing/]) expect(text).toMatch(expected);

  // By shape, word, color, title and icon; and never another state as the current one.
  expect(await page.locator("html").getAttribute("data-state")).toBe(state);
  const word = { online: "Online", offline: "Offline", unknown: "Unknown" }[state];
  expect(await page.locator("#word").innerText()).toBe(word);
  await expect.poll(() => page.title()).toContain(word);
  await expect.poll(() => page.locator('link[rel="icon"]').getAttribute("href")).toContain(`state-${state}`);
  const shapes = await page
    .locator(".shape g")
    .evaluateAll((all) =>
      all.filter((one) => getComputedStyle(one).display !== "none").map((one) => one.getAttribute("class")),
    );
  expect(shapes).toEqual([`when-${state}`]);
  expect(text).not.toMatch(CLAIMS);
  const check = await page
    .locator(".when-connected")
    .evaluate((mark) => [mark, mark.parentElement ?? mark].every((one) => getComputedStyle(one).display !== "none"));
  expect(check).toBe(state === "online" && name !== "disconnected");
  // Every problem has a step.
  expect(await page.locator("#step").isVisible()).toBe(!NO_STEP.includes(name));
  expect(harness.errors).toEqual([]);
  expect(harness.externalRequests).toEqual([]);
});

test("shows a command that Windows can run as it is, and how to run it, in Outlook", async () => {
  const { port } = new URL(harness.bridge.url);
  const page = await harness.open({ outlook: {} }, "online");
  await harness.bridge.stop();
  await shows(page, "unreachable");
  expect(await page.locator("#command").innerText()).toBe(
    `"%LOCALAPPDATA%\\OutlookOfflineState\\app\\0.1.0\\outlook-offline-state.exe" start --port ${port}`,
  );
  expect(await page.locator("#step").innerText()).toMatch(/press Windows\+R, paste it, and press Enter/);
  // The step has the primary button.
  expect(await page.locator("button.primary:visible").allInnerTexts()).toEqual(["Copy"]);
});

test("shows nothing about classic Outlook in another one", async () => {
  const page = await harness.open({ outlook: { platform: "Web" } }, "other-outlook");
  expect(await page.locator("#timeline").isVisible()).toBe(false);
  expect(await page.locator("#details").isVisible()).toBe(false);
  // The word is vertically centered beside its shape.
  const middle = (selector: string): Promise<number> =>
    page.locator(selector).evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return (top + bottom) / 2;
    });
  expect(Math.abs((await middle(".shape")) - (await middle(".words")))).toBeLessThan(1);
});

test("shows a last known state as the past, with its time", async () => {
  harness.bridge.setState("offline", 60_000);
  const page = await harness.open({}, "offline");
  harness.bridge.setStatus({ state: "unknown", source: { status: "unavailable", reason: "outlook-not-running" } });
  await shows(page, "outlook-not-running");
  expect(await page.locator("#timing").innerText()).toBe("Last known: offline");
  expect(await page.locator("#timing-detail").innerText()).toMatch(/^\d+ seconds? ago, \d+:\d\d/);
});

test("shows the last known state of an earlier pane", async () => {
  const context = await harness.context();
  harness.bridge.setState("offline", 60_000);
  const page = await harness.openIn(context, {}, "offline");
  await page.close();
  harness.bridge.setStatus({ state: "unknown", source: { status: "unavailable", reason: "outlook-not-running" } });
  const again = await harness.openIn(context, {}, "outlook-not-running");
  expect(await again.locator("#timing").innerText()).toBe("Last known: offline");
});

test("shows a state whose end Outlook does not notify in gray, with the time of its last confirmation", async () => {
  const accent = (): Promise<string> => page.locator("#word").evaluate((element) => getComputedStyle(element).color);
  const page = await harness.open({}, "online");
  const green = await accent();
  const source = { ...LISTENING, notifies: { online: true, offline: false } };
  const confirm = (agoMs: number): void => {
    const at = Date.now() - agoMs;
    harness.bridge.setStatus({ state: "unknown", since: at, source, lastKnown: { state: "online", at } }, agoMs);
  };
  confirm(8 * 60_000);
  await shows(page, "was-online");
  expect(await accent()).not.toBe(green);
  expect(await page.locator("#word").innerText()).toBe("Unknown");
  await expect.poll(() => page.locator("#timing-detail").innerText()).toBe("8 minutes ago");
  confirm(60_000);
  await expect.poll(() => page.locator("#timing-detail").innerText()).toBe("1 minute ago");
  // The time does not change when the bridge is stopped.
  await harness.bridge.stop();
  await shows(page, "unreachable");
  expect(await page.locator("#timing").innerText()).toBe("Last known: online");
  expect(await page.locator("#timing-detail").innerText()).toMatch(/^1 minute ago/);
});

test("saves the state that was confirmed last for the next pane", async () => {
  const context = await harness.context();
  const source = { ...LISTENING, notifies: { online: true, offline: false } };
  harness.bridge.setStatus({ state: "offline", source });
  const page = await harness.openIn(context, {}, "offline");
  // The message arrives a little later than the event.
  const at = Date.now() - 50;
  harness.bridge.setStatus({ state: "unknown", since: at, lastKnown: { state: "online", at } });
  await shows(page, "was-online");
  await expect
    .poll(() => page.evaluate(() => localStorage.getItem("outlook-offline-state.past")))
    .toBe(`online ${String(at)}`);
  const unavailable = { status: "unavailable", reason: "outlook-not-running" } as const;
  harness.bridge.setStatus({ state: "unknown", lastKnown: undefined, source: unavailable });
  await shows(page, "outlook-not-running");
  expect(await page.locator("#timing").innerText()).toBe("Last known: online");
  await page.close();
  const again = await harness.openIn(context, {}, "outlook-not-running");
  expect(await again.locator("#timing").innerText()).toBe("Last known: online");
});

test("rejects a message with a state whose end Outlook does not notify", async () => {
  const page = await harness.open({}, "online");
  harness.bridge.setStatus({ state: "online", source: { ...LISTENING, notifies: { online: true, offline: false } } });
  await page.locator('html[data-state="unknown"]').waitFor({ state: "attached" });
});

test("shows the time of a reading in the user's language and time zone, with the day if it is not today", async () => {
  harness.bridge.wall = () => Date.UTC(2026, 2, 18, 14, 20);
  const prepare = (page: Page): Promise<void> => page.clock.install({ time: harness.bridge.wall() });
  const facts = async (locale: string, timezoneId: string, at: number): Promise<string[]> => {
    harness.bridge.status = { ...harness.bridge.status, reading: { at, connection: "connected", outboxItems: 3 } };
    const page = await harness.open({ locale, timezoneId, prepare }, "online");
    const texts = await page.locator("#facts li").allInnerTexts();
    return texts.map((text) => text.replace(/\s/gu, " "));
  };
  const today = Date.UTC(2026, 2, 18, 6, 43);
  harness.bridge.setAge(60_000);
  expect(await facts("en-US", "Europe/Paris", today)).toEqual([
    "Connected to Exchange at 7:43 AM",
    "3 messages in the Outbox at 7:43 AM",
  ]);
  expect(await facts("fr-FR", "America/New_York", today)).toEqual([
    "Connecté à Exchange à 02:43",
    "3 messages dans la Boîte d’envoi à 02:43",
  ]);
  expect(await facts("fr-FR", "Europe/Paris", today - 86_400_000)).toEqual([
    "Connecté à Exchange, mar. 07:43",
    "3 messages dans la Boîte d’envoi, mar. 07:43",
  ]);
});

test.each([
  ["en-US", ["0 messages in the Outbox", "1 message in the Outbox", "3 messages in the Outbox"]],
  ["fr-FR", ["0 message dans la Boîte d’envoi", "1 message dans la Boîte d’envoi", "3 messages dans la Boîte d’envoi"]],
])("uses the plural forms of the language for the messages in the Outbox: %s", async (locale, texts) => {
  const page = await harness.open({ locale }, "online");
  for (const [index, outboxItems] of [0, 1, 3].entries()) {
    harness.bridge.setStatus({ reading: { at: Date.now(), outboxItems } });
    await expect.poll(() => page.locator("#facts").innerText()).toContain(texts[index]);
    expect(await page.locator("#facts li").count()).toBe(1);
  }
  // It is removed when it is no longer known.
  harness.bridge.setStatus({ reading: undefined });
  await expect.poll(() => page.locator("#facts").isVisible()).toBe(false);
});

test("updates the duration while nothing is sent", async () => {
  harness.bridge.setAge(10_000);
  const page = await harness.open({}, "online");
  const seconds = async (): Promise<number> =>
    Number(/\((\d+) sec\)/.exec(await page.locator("#timing").innerText())?.[1]);
  const first = await seconds();
  expect(first).toBeGreaterThanOrEqual(10);
  await expect.poll(seconds, { timeout: 30_000 }).toBeGreaterThan(first + 1);
});

test("shows the right duration after the clock was set", async () => {
  harness.bridge.setAge(12 * 60_000, Date.now() - 3_600_000);
  const page = await harness.open({}, "online");
  expect(await page.locator("#timing").innerText()).toMatch(/\(12 min\)$/);
});
