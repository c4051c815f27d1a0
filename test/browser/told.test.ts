// Every row of what the person is told, in a real browser.
import { expect, test } from "vitest";
import { SITUATIONS } from "./support/situations.js";
import { setStage, shows } from "./support/stage.js";

const stage = setStage();

/** Soon after midnight it began on another day, which is said too. */
const SINCE = /since (?:[A-Z][a-z]{2} )?\d/;

/** What must be read in each situation, beside the state. */
const SAYS: Readonly<Record<string, readonly RegExp[]>> = {
  online: [/Outlook is\s+Online/, /for 3 hours, 25 minutes/, SINCE],
  offline: [
    /Outlook is\s+Offline/,
    /for 12 minutes/,
    SINCE,
    /wait in the Outbox until Outlook is online/,
    /Work Offline/,
  ],
  found: [/for at least 8 minutes/],
  "limit-online": [/Offline/, /does not report when it comes back online/],
  "limit-offline": [/Online/, /does not report when it goes offline/],
  "limit-both": [/does not report changes/],
  undecided: [/has not said yet/],
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
  refused: [/do not match/, /looked for its new files/, /Close every pane/],
  "other-outlook": [/does not report its state/, /classic Outlook for Windows/],
};

const NEEDS_NOTHING = ["online", "found", "limit-offline", "limit-both", "starting", "connecting"];

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
