// The last 24 hours as a picture, by pointer, by keyboard and as a table.
import { expect, test } from "vitest";
import { aDay } from "./support/situations.js";
import { setStage, shows } from "./support/stage.js";

const stage = setStage();
const MINUTE = 60_000;

function giveADay(): void {
  stage.bridge.history = aDay(Date.now(), "offline", 12 * MINUTE);
  stage.bridge.state("offline", 12 * MINUTE);
}

test("sums up how long and how often Outlook was offline", async () => {
  giveADay();
  const page = await stage.open({}, "offline");
  await expect.poll(() => page.locator("#timeline-summary").innerText()).toBe("Offline 3 times, 51 min");
});

test("draws each state as bars that differ by height, the drop of three minutes too", async () => {
  giveADay();
  const page = await stage.open({}, "offline");
  await expect.poll(() => page.locator(".bar").count()).toBeGreaterThanOrEqual(9);
  const heights = await page
    .locator(".bar")
    .evaluateAll((bars) =>
      bars.map((bar) => `${bar.getAttribute("class") ?? ""} ${bar.getBoundingClientRect().height}`),
    );
  expect(new Set(heights).size).toBe(3);
  expect(await page.locator(".bar.offline").count()).toBe(3);
  const widths = await page
    .locator(".bar.offline")
    .evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute("width"))));
  expect(Math.min(...widths)).toBeGreaterThanOrEqual(2);
});

test("says the exact times of what the pointer is on, and the legend otherwise", async () => {
  giveADay();
  const page = await stage.open({}, "offline");
  await expect.poll(() => page.locator(".bar.offline").count()).toBe(3);
  const first = await page.locator(".bar.offline").first().boundingBox();
  await page.mouse.move((first?.x ?? 0) + 2, (first?.y ?? 0) + 10);
  expect(await page.locator("#timeline-reading").innerText()).toMatch(/^Offline, .* – .*, 36 minutes$/);
  expect(await page.locator("#timeline-legend").isVisible()).toBe(false);
  await page.mouse.move(5, 5);
  expect(await page.locator("#timeline-legend").isVisible()).toBe(true);
});

test("is walked through by keyboard, and says where one is", async () => {
  giveADay();
  const page = await stage.open({}, "offline");
  await expect.poll(() => page.locator(".bar").count()).toBeGreaterThanOrEqual(9);
  const track = page.getByRole("slider");
  await track.focus();
  const value = () => track.getAttribute("aria-valuetext");
  expect(await value()).toMatch(/^Offline, .* – now, 12 minutes$/);
  await page.keyboard.press("ArrowLeft");
  expect(await value()).toMatch(/^Online, /);
  await page.keyboard.press("ArrowLeft");
  expect(await value()).toMatch(/^Offline, .*, 3 minutes$/);
  await page.keyboard.press("ArrowRight");
  expect(await value()).toMatch(/^Online, /);
  await page.keyboard.press("Home");
  expect(await value()).toMatch(/^Unknown, /);
  expect(await track.getAttribute("aria-valuenow")).toBe("1");
  await page.keyboard.press("ArrowLeft");
  expect(await track.getAttribute("aria-valuenow")).toBe("1");
  await page.keyboard.press("End");
  expect(await value()).toMatch(/ – now, /);
  expect(await page.locator("#timeline-reading").innerText()).toBe(await value());
});

test("stays on the span that is read when another one begins", async () => {
  giveADay();
  const page = await stage.open({}, "offline");
  await expect.poll(() => page.locator(".bar").count()).toBeGreaterThanOrEqual(9);
  const track = page.getByRole("slider");
  await track.focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  const reading = await track.getAttribute("aria-valuetext");
  stage.bridge.state("online");
  await shows(page, "online");
  expect(await track.getAttribute("aria-valuetext")).toBe(reading);
});

test("can be read as a table with headings", async () => {
  giveADay();
  const page = await stage.open({}, "offline");
  await expect.poll(() => page.locator(".bar").count()).toBeGreaterThanOrEqual(9);
  await page.getByText("Show as a table").click();
  const table = page.getByRole("table", { name: /newest first/ });
  // The browser says later that the part was opened, and then the table is filled.
  await expect.poll(() => table.getByRole("columnheader").allInnerTexts()).toEqual(["State", "Time", "Duration"]);
  expect(await table.getByRole("rowheader").allInnerTexts()).toEqual([
    "Offline",
    "Online",
    "Offline",
    "Online",
    "Unknown",
    "Online",
    "Offline",
    "Online",
    "Unknown",
  ]);
});

test("grows with each change, though many changes make few requests", async () => {
  giveADay();
  const page = await stage.open({}, "offline");
  await expect.poll(() => page.locator(".bar").count()).toBeGreaterThanOrEqual(9);
  const before = stage.bridge.asked.filter((path) => path.startsWith("/history")).length;
  for (let count = 0; count < 50; count += 1) {
    stage.bridge.state(count % 2 === 0 ? "online" : "offline");
    await page.waitForTimeout(10);
  }
  await page.waitForTimeout(1000);
  const asked = stage.bridge.asked.filter((path) => path.startsWith("/history")).length - before;
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThanOrEqual(5);
});

test("does without a history, and shows what it does not know as unknown", async () => {
  stage.bridge.begun(30 * MINUTE);
  const page = await stage.open({}, "online");
  await expect.poll(() => page.locator("#timeline-summary").innerText()).toBe("Not seen offline");
  const states = await page.locator(".bar").evaluateAll((bars) => bars.map((bar) => bar.getAttribute("class")));
  expect(states).toEqual(["bar unknown", "bar online"]);
});

test.each(["not JSON", '{"protocol":1,"now":5,"from":1,"spans":[]}', '{"protocol":2}'])(
  "does not believe a history that is wrong: %s",
  async (body) => {
    stage.bridge.begun(30 * MINUTE);
    const page = await stage.open(
      { prepare: (opened) => opened.route("**/history*", (route) => route.fulfill({ body })) },
      "online",
    );
    await page.waitForTimeout(800);
    expect(await page.locator(".bar.offline").count()).toBe(0);
    expect(await page.locator("#timeline-summary").innerText()).toBe("Not seen offline");
    expect(stage.errors).toEqual([]);
  },
);

test("says on the axis where the day begins, its middle and now", async () => {
  giveADay();
  const page = await stage.open({ locale: "en-GB" }, "offline");
  await expect.poll(() => page.locator("#timeline-end").innerText()).toBe("now");
  expect(await page.locator("#timeline-begin").innerText()).toMatch(/^\w{3} \d\d:\d\d$/);
  expect(await page.locator("#timeline-middle").innerText()).toMatch(/^(\w{3} )?\d\d:\d\d$/);
  const middle = await page.locator("#timeline-middle").boundingBox();
  const track = await page.locator("#timeline-track").boundingBox();
  expect((middle?.x ?? 0) + (middle?.width ?? 0) / 2).toBeCloseTo((track?.x ?? 0) + (track?.width ?? 0) / 2, 0);
  // Where the text is large there is no room for three.
  await page.evaluate(() => {
    document.documentElement.style.fontSize = "175%";
  });
  expect(await page.locator("#timeline-middle").isVisible()).toBe(false);
});

test("shows what has just begun wide enough to be seen", async () => {
  giveADay();
  const page = await stage.open({}, "offline");
  stage.bridge.change({ state: "unknown", since: null, source: { status: "unavailable", reason: "stopped" } });
  await shows(page, "stopped");
  const last = page.locator(".bar.unknown").last();
  await expect.poll(() => last.getAttribute("x")).toBe("285");
  expect(await last.getAttribute("width")).toBe("3");
});

test("shows time without the bridge as unknown", async () => {
  giveADay();
  const page = await stage.open({}, "offline");
  await expect.poll(() => page.locator(".bar").count()).toBeGreaterThanOrEqual(9);
  await stage.bridge.stop();
  await shows(page, "unreachable");
  expect(await page.locator(".bar").last().getAttribute("class")).toBe("bar unknown");
});

test("Escape ends the reading of the timeline, by keyboard and under the pointer", async () => {
  stage.bridge.history = aDay(Date.now(), "offline", 720_000);
  stage.bridge.state("offline", 720_000);
  const page = await stage.open({}, "offline");
  await expect.poll(() => page.locator(".bar").count()).toBeGreaterThanOrEqual(9);
  const reading = page.locator("#timeline-reading");
  const marker = () => page.locator("#timeline-marker").getAttribute("visibility");
  const track = page.locator("#timeline-track");

  await track.focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  expect([await reading.isVisible(), await marker()]).toEqual([true, "visible"]);
  await page.keyboard.press("Escape");
  expect([await reading.isVisible(), await marker()]).toEqual([false, "hidden"]);
  expect(await page.locator("#timeline-legend").isVisible()).toBe(true);
  // The focus stays, and reading begins at the newest again.
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("timeline-track");
  await page.keyboard.press("ArrowLeft");
  expect(await reading.innerText()).toMatch(/^Online, /);

  await page.keyboard.press("Tab");
  const box = await track.boundingBox();
  await page.mouse.move((box?.x ?? 0) + 20, (box?.y ?? 0) + 10);
  expect(await reading.isVisible()).toBe(true);
  await page.keyboard.press("Escape");
  expect([await reading.isVisible(), await marker()]).toEqual([false, "hidden"]);

  // Where nothing is read, Escape stays Outlook's.
  const prevented = await page.evaluate(() => {
    const event = new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
    return event.defaultPrevented;
  });
  expect(prevented).toBe(false);
});
