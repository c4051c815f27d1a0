// The timeline: by pointer, by keyboard and as a table.
import { expect, test } from "vitest";
import { sampleDay } from "./support/situations.js";
import { setUpHarness, shows } from "./support/harness.js";

const harness = setUpHarness();
const MINUTE = 60_000;

function useSampleDay(): void {
  harness.bridge.history = sampleDay(Date.now(), "offline", 12 * MINUTE);
  harness.bridge.setState("offline", 12 * MINUTE);
}

test("summarizes how long and how often Outlook was offline", async () => {
  useSampleDay();
  const page = await harness.open({}, "offline");
  await expect.poll(() => page.locator("#timeline-summary").innerText()).toBe("Offline 3 times, 51 min");
});

test("renders bars whose height depends on the state, also for a drop of three minutes", async () => {
  useSampleDay();
  const page = await harness.open({}, "offline");
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

test("shows the exact times of the span under the pointer, and the legend otherwise", async () => {
  useSampleDay();
  const page = await harness.open({}, "offline");
  await expect.poll(() => page.locator(".bar.offline").count()).toBe(3);
  const first = await page.locator(".bar.offline").first().boundingBox();
  await page.mouse.move((first?.x ?? 0) + 2, (first?.y ?? 0) + 10);
  expect(await page.locator("#timeline-selection").innerText()).toMatch(/^Offline, .* – .*, 36 minutes$/);
  expect(await page.locator("#timeline-legend").isVisible()).toBe(false);
  await page.mouse.move(5, 5);
  expect(await page.locator("#timeline-legend").isVisible()).toBe(true);
});

test("selects spans by keyboard", async () => {
  useSampleDay();
  const page = await harness.open({}, "offline");
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
  expect(await page.locator("#timeline-selection").innerText()).toBe(await value());
});

test("keeps the selected span when another one starts", async () => {
  useSampleDay();
  const page = await harness.open({}, "offline");
  await expect.poll(() => page.locator(".bar").count()).toBeGreaterThanOrEqual(9);
  const track = page.getByRole("slider");
  await track.focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  const reading = await track.getAttribute("aria-valuetext");
  harness.bridge.setState("online");
  await shows(page, "online");
  expect(await track.getAttribute("aria-valuetext")).toBe(reading);
});

test("shows a table with headings", async () => {
  useSampleDay();
  const page = await harness.open({}, "offline");
  await expect.poll(() => page.locator(".bar").count()).toBeGreaterThanOrEqual(9);
  await page.getByText("Show as a table").click();
  const table = page.getByRole("table", { name: /newest first/ });
  // The table is filled after the asynchronous toggle event.
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

test("requests the history a few times for many changes", async () => {
  useSampleDay();
  const page = await harness.open({}, "offline");
  await expect.poll(() => page.locator(".bar").count()).toBeGreaterThanOrEqual(9);
  const before = harness.bridge.requests.filter((path) => path.startsWith("/history")).length;
  for (let count = 0; count < 50; count += 1) {
    harness.bridge.setState(count % 2 === 0 ? "online" : "offline");
    await page.waitForTimeout(10);
  }
  await page.waitForTimeout(1000);
  const requests = harness.bridge.requests.filter((path) => path.startsWith("/history")).length - before;
  expect(requests).toBeGreaterThan(0);
  expect(requests).toBeLessThanOrEqual(5);
});

test("shows time without data as unknown", async () => {
  harness.bridge.setAge(30 * MINUTE);
  const page = await harness.open({}, "online");
  await expect.poll(() => page.locator("#timeline-summary").innerText()).toBe("No offline time recorded");
  const states = await page.locator(".bar").evaluateAll((bars) => bars.map((bar) => bar.getAttribute("class")));
  expect(states).toEqual(["bar unknown", "bar online"]);
});

test.each(["not JSON", '{"protocol":1,"now":5,"from":1,"spans":[]}', '{"protocol":2}'])(
  "ignores an invalid history: %s",
  async (body) => {
    harness.bridge.setAge(30 * MINUTE);
    const page = await harness.open(
      { prepare: (opened) => opened.route("**/history*", (route) => route.fulfill({ body })) },
      "online",
    );
    await page.waitForTimeout(800);
    expect(await page.locator(".bar.offline").count()).toBe(0);
    expect(await page.locator("#timeline-summary").innerText()).toBe("No offline time recorded");
    expect(harness.errors).toEqual([]);
  },
);

test("labels start, middle and end of the axis", async () => {
  useSampleDay();
  const page = await harness.open({ locale: "en-GB" }, "offline");
  await expect.poll(() => page.locator("#timeline-end").innerText()).toBe("now");
  expect(await page.locator("#timeline-start").innerText()).toMatch(/^\w{3} \d\d:\d\d$/);
  expect(await page.locator("#timeline-middle").innerText()).toMatch(/^(\w{3} )?\d\d:\d\d$/);
  const middle = await page.locator("#timeline-middle").boundingBox();
  const track = await page.locator("#timeline-track").boundingBox();
  expect((middle?.x ?? 0) + (middle?.width ?? 0) / 2).toBeCloseTo((track?.x ?? 0) + (track?.width ?? 0) / 2, 0);
  // With large text there is no room for three labels.
  await page.evaluate(() => {
    document.documentElement.style.fontSize = "175%";
  });
  expect(await page.locator("#timeline-middle").isVisible()).toBe(false);
});

test("shows a state that has just started wide enough", async () => {
  useSampleDay();
  const page = await harness.open({}, "offline");
  harness.bridge.setStatus({ state: "unknown", since: null, source: { status: "unavailable", reason: "stopped" } });
  await shows(page, "stopped");
  const last = page.locator(".bar.unknown").last();
  await expect.poll(() => last.getAttribute("x")).toBe("285");
  expect(await last.getAttribute("width")).toBe("3");
});

test("shows time without the bridge as unknown", async () => {
  useSampleDay();
  const page = await harness.open({}, "offline");
  await expect.poll(() => page.locator(".bar").count()).toBeGreaterThanOrEqual(9);
  await harness.bridge.stop();
  await shows(page, "unreachable");
  expect(await page.locator(".bar").last().getAttribute("class")).toBe("bar unknown");
});

test("ends the selection with Escape, by keyboard and under the pointer", async () => {
  harness.bridge.history = sampleDay(Date.now(), "offline", 720_000);
  harness.bridge.setState("offline", 720_000);
  const page = await harness.open({}, "offline");
  await expect.poll(() => page.locator(".bar").count()).toBeGreaterThanOrEqual(9);
  const selection = page.locator("#timeline-selection");
  const marker = () => page.locator("#timeline-marker").getAttribute("visibility");
  const track = page.locator("#timeline-track");

  await track.focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  expect([await selection.isVisible(), await marker()]).toEqual([true, "visible"]);
  await page.keyboard.press("Escape");
  expect([await selection.isVisible(), await marker()]).toEqual([false, "hidden"]);
  expect(await page.locator("#timeline-legend").isVisible()).toBe(true);
  // The focus stays, and the selection restarts at the newest span.
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("timeline-track");
  await page.keyboard.press("ArrowLeft");
  expect(await selection.innerText()).toMatch(/^Online, /);

  await page.keyboard.press("Tab");
  const box = await track.boundingBox();
  await page.mouse.move((box?.x ?? 0) + 20, (box?.y ?? 0) + 10);
  expect(await selection.isVisible()).toBe(true);
  await page.keyboard.press("Escape");
  expect([await selection.isVisible(), await marker()]).toEqual([false, "hidden"]);

  // Without a selection, Escape is left to Outlook.
  const prevented = await page.evaluate(() => {
    const event = new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
    return event.defaultPrevented;
  });
  expect(prevented).toBe(false);
});
