// Every row of what the person is told, in a real browser.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { LISTENING } from "./support/fake-bridge.js";
import { SITUATIONS } from "./support/situations.js";
import { setStage, shows } from "./support/stage.js";

const stage = setStage();

/** Soon after midnight it began on another day, which is said too. */
const SINCE = /since (?:[A-Z][a-z]{2} )?\d/;
/** The time of something that happened at another time than now. */
const AT = String.raw`(?: at \d+:\d\d\s[AP]M|, [A-Z][a-z]{2} \d+:\d\d\s[AP]M)`;
const line = (text: string): RegExp => new RegExp(`^${text}${AT}$`, "mu");

/** What must be read in each situation, beside the state. */
const SAYS: Readonly<Record<string, readonly RegExp[]>> = {
  online: [/Outlook is\s+Online/, /for 3 hours, 25 minutes/, SINCE],
  offline: [
    /Outlook is\s+Offline/,
    /for 12 minutes/,
    SINCE,
    /New messages will wait/,
    /stay in the Outbox until Outlook is online/,
    /Work Offline/,
  ],
  found: [/for at least 8 minutes/],
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
  "work-offline-chosen": [/Work Offline was chosen/, /click Work Offline\.$/m, line("3 messages in the Outbox")],
  "connection-lost": [/Connection to Exchange lost/, /Check your network/, line("Not connected to Exchange")],
  undecided: [/Waiting for Outlook’s state/],
  starting: [/looking for Outlook/],
  "outlook-not-running": [/is not running/, /Start classic Outlook/],
  stopped: [/is closing/],
  "agent-missing": [/COM Add-ins/, /outlook-offline-state install/],
  "agent-incompatible": [/another version/, /outlook-offline-state install/],
  "agent-untrusted": [/Not your Outlook/, /administrator/],
  "mapi-missing": [/Quick Repair/, /For support: 0x8004010F/],
  "open-failed": [/Restart Outlook/, /0x8004010F/],
  "no-notifications": [/reports no changes/],
  "advise-failed": [/Restart Outlook/, /0x80004002/],
  connecting: [/Just a moment/],
  unreachable: [
    /does not answer/,
    /outlook-offline-state start/,
    /Last known: offline/,
    /Try now/,
    /Next try in|Trying now/,
  ],
  busy: [/is busy/, /Try now/],
  rejected: [/refused this pane/, /is running/, /For support: HTTP 403/, /Try now/],
  "large-cookies": [/cookies for localhost/, /is running/, /HTTP 431/, /Try now/],
  refused: [/do not match/, /looked for its new files/, /Close every pane/],
  "other-outlook": [/does not report its state/, /classic Outlook for Windows/],
};

const NEEDS_NOTHING = ["online", "found", "limit-online", "connected", "starting", "connecting"];
/** What the pane may only say if it was read: that mail moves or waits, and a check mark. */
const CLAIMS = /is flowing|is waiting|as usual/;

test.each(SITUATIONS)("tells $name", async ({ name, row, state, arrange, then, outlook }) => {
  arrange(stage.bridge);
  const page = await stage.open(outlook === undefined ? {} : { outlook });
  if (then !== undefined) {
    await shows(page, state === "unknown" ? "offline" : row);
    await then(stage.bridge);
  }
  await shows(page, row);
  const text = await page.locator("main").innerText();
  for (const wanted of SAYS[name] ?? [/missing/]) expect(text).toMatch(wanted);

  // By shape, word, colour, title and icon; and never another state as the present one.
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
  // No dead end: where something is wrong there is a step.
  expect(await page.locator("#step").isVisible()).toBe(!NEEDS_NOTHING.includes(name));
  expect(stage.errors).toEqual([]);
  expect(stage.foreign).toEqual([]);
});

test("in Outlook the command is one that Windows can run as it is, and how to run it is said", async () => {
  const { port } = new URL(stage.bridge.url);
  const page = await stage.open({ outlook: {} }, "online");
  await stage.bridge.stop();
  await shows(page, "unreachable");
  expect(await page.locator("#command").innerText()).toBe(
    `"%LOCALAPPDATA%\\OutlookOfflineState\\app\\0.1.0\\outlook-offline-state.exe" start --port ${port}`,
  );
  expect(await page.locator("#step").innerText()).toMatch(/press Windows\+R, paste it, and press Enter/);
  // What to do is the one that stands out; that the pane tries by itself is said beside it.
  expect(await page.locator("button.primary:visible").allInnerTexts()).toEqual(["Copy"]);
});

test("an Outlook that has no state shows nothing that does not hold for it", async () => {
  const page = await stage.open({ outlook: { platform: "Web" } }, "other-outlook");
  expect(await page.locator("#timeline").isVisible()).toBe(false);
  expect(await page.locator("#details").isVisible()).toBe(false);
  // And the word stands in the middle beside its shape.
  const middle = (selector: string): Promise<number> =>
    page.locator(selector).evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return (top + bottom) / 2;
    });
  expect(Math.abs((await middle(".shape")) - (await middle(".words")))).toBeLessThan(1);
});

test("an old state is told as past, with its time, and never as present", async () => {
  stage.bridge.state("offline", 60_000);
  const page = await stage.open({}, "offline");
  stage.bridge.change({ state: "unknown", source: { status: "unavailable", reason: "outlook-not-running" } });
  await shows(page, "outlook-not-running");
  expect(await page.locator("#lasting").innerText()).toBe("Last known: offline");
  expect(await page.locator("#since").innerText()).toMatch(/^\d+ seconds? ago, \d+:\d\d/);
});

test("the last known state is still told when the pane is opened anew and knows nothing", async () => {
  const context = await stage.context();
  stage.bridge.state("offline", 60_000);
  const page = await stage.openIn(context, {}, "offline");
  await page.close();
  stage.bridge.change({ state: "unknown", source: { status: "unavailable", reason: "outlook-not-running" } });
  const again = await stage.openIn(context, {}, "outlook-not-running");
  expect(await again.locator("#lasting").innerText()).toBe("Last known: offline");
});

test("a state whose end Outlook does not notify turns grey at once, and is dated anew when it is confirmed", async () => {
  const accent = (): Promise<string> => page.locator("#word").evaluate((element) => getComputedStyle(element).color);
  const page = await stage.open({}, "online");
  const green = await accent();
  const source = { ...LISTENING, notifies: { online: true, offline: false } };
  const confirm = (agoMs: number): void => {
    const at = Date.now() - agoMs;
    stage.bridge.change({ state: "unknown", since: at, source, lastKnown: { state: "online", at } }, agoMs);
  };
  confirm(8 * 60_000);
  await shows(page, "was-online");
  expect(await accent()).not.toBe(green);
  expect(await page.locator("#word").innerText()).toBe("Unknown");
  await expect.poll(() => page.locator("#since").innerText()).toBe("8 minutes ago");
  confirm(60_000);
  await expect.poll(() => page.locator("#since").innerText()).toBe("1 minute ago");
  // And when the bridge is gone it is the past all the same, not a later one.
  await stage.bridge.stop();
  await shows(page, "unreachable");
  expect(await page.locator("#lasting").innerText()).toBe("Last known: online");
  expect(await page.locator("#since").innerText()).toMatch(/^1 minute ago/);
});

test("a state that was confirmed last is remembered, not the one that it ended, also by the next pane", async () => {
  const context = await stage.context();
  const source = { ...LISTENING, notifies: { online: true, offline: false } };
  stage.bridge.change({ state: "offline", source });
  const page = await stage.openIn(context, {}, "offline");
  // The message arrives a little after what it reports.
  const at = Date.now() - 50;
  stage.bridge.change({ state: "unknown", since: at, lastKnown: { state: "online", at } });
  await shows(page, "was-online");
  await expect
    .poll(() => page.evaluate(() => localStorage.getItem("outlook-offline-state.past")))
    .toBe(`online ${String(at)}`);
  const unavailable = { status: "unavailable", reason: "outlook-not-running" } as const;
  stage.bridge.change({ state: "unknown", lastKnown: undefined, source: unavailable });
  await shows(page, "outlook-not-running");
  expect(await page.locator("#lasting").innerText()).toBe("Last known: online");
  await page.close();
  const again = await stage.openIn(context, {}, "outlook-not-running");
  expect(await again.locator("#lasting").innerText()).toBe("Last known: online");
});

test("a message that claims a state whose end Outlook does not notify is not believed", async () => {
  const page = await stage.open({}, "online");
  stage.bridge.change({ state: "online", source: { ...LISTENING, notifies: { online: true, offline: false } } });
  await page.locator('html[data-state="unknown"]').waitFor({ state: "attached" });
});

test("what was read is dated in the person's language and time zone, and by its day if that is another", async () => {
  stage.bridge.wall = () => Date.UTC(2026, 2, 18, 14, 20);
  const prepare = (page: Page): Promise<void> => page.clock.install({ time: stage.bridge.wall() });
  const facts = async (locale: string, timezoneId: string, at: number): Promise<string[]> => {
    stage.bridge.present = { ...stage.bridge.present, reading: { at, connection: "connected", outboxItems: 3 } };
    const page = await stage.open({ locale, timezoneId, prepare }, "online");
    const texts = await page.locator("#facts li").allInnerTexts();
    return texts.map((text) => text.replace(/\s/gu, " "));
  };
  const today = Date.UTC(2026, 2, 18, 6, 43);
  stage.bridge.begun(60_000);
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
])("the messages in the Outbox are counted as the language does: %s", async (locale, texts) => {
  const page = await stage.open({ locale }, "online");
  for (const [index, outboxItems] of [0, 1, 3].entries()) {
    stage.bridge.change({ reading: { at: Date.now(), outboxItems } });
    await expect.poll(() => page.locator("#facts").innerText()).toContain(texts[index]);
    expect(await page.locator("#facts li").count()).toBe(1);
  }
  // Nothing of it stays when it is not known any more.
  stage.bridge.change({ reading: undefined });
  await expect.poll(() => page.locator("#facts").isVisible()).toBe(false);
});

test("time goes on ticking while nothing is sent", async () => {
  stage.bridge.begun(10_000);
  const page = await stage.open({}, "online");
  const seconds = async (): Promise<number> =>
    Number(/for (\d+) seconds/.exec(await page.locator("#lasting").innerText())?.[1]);
  const first = await seconds();
  expect(first).toBeGreaterThanOrEqual(10);
  await expect.poll(seconds, { timeout: 30_000 }).toBeGreaterThan(first + 1);
});

test("a clock that is set falsifies no duration", async () => {
  stage.bridge.begun(12 * 60_000, Date.now() - 3_600_000);
  const page = await stage.open({}, "online");
  expect(await page.locator("#lasting").innerText()).toBe("for 12 minutes");
});
