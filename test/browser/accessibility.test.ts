// axe-core in every situation, theme and language; keyboard; large text; contrast themes.
import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { sampleDay, SITUATIONS } from "./support/situations.js";
import { setUpHarness, shows } from "./support/harness.js";

const harness = setUpHarness();

async function axeViolations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { run } = Reflect.get(window, "axe") as typeof import("axe-core");
    const { violations } = await run(document, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")} ${failureSummary ?? ""}`),
    );
  });
}

/** Elements that overflow the page, or whose content is cut off. */
async function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const out = scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide, not ${clientWidth}`] : [];
    for (const element of document.querySelectorAll<HTMLElement>("main *:not(.announcement)")) {
      if (element.closest("svg") !== null || !element.checkVisibility()) continue;
      const { left, right } = element.getBoundingClientRect();
      if (
        left < -0.5 ||
        right > clientWidth + 0.5 ||
        element.scrollWidth > element.clientWidth + 1 + (element.clientWidth === 0 ? 9999 : 0)
      ) {
        out.push(`${element.tagName} #${element.id} .${element.className}`);
      }
    }
    return out;
  });
}

/** Words that are broken over lines. Commands and names are excluded, because they can be of any length. */
async function brokenWords(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const broken: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { currentNode: node } = walker;
      const element = node.parentElement;
      if (!(node instanceof Text) || element?.checkVisibility() !== true) continue;
      if (element.closest("code, dd, .announcement") !== null) continue;
      for (const match of node.data.matchAll(/[\p{L}\p{N}’']+/gu)) {
        const range = document.createRange();
        range.setStart(node, match.index);
        range.setEnd(node, match.index + match[0].length);
        const lines = new Set(Array.from(range.getClientRects(), ({ top }) => Math.round(top)));
        if (lines.size > 1) broken.push(`${match[0]} in #${element.id}`);
      }
    }
    return broken;
  });
}

/** CSS pixels; https://www.w3.org/TR/WCAG22/#target-size-minimum requires 24. */
const TARGET_PX = 32;

/** Click targets that are too small. */
async function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate((minimum) => {
    const small: string[] = [];
    for (const target of document.querySelectorAll("button, summary, input, label, a, [role=slider], [tabindex]")) {
      if (!target.checkVisibility()) continue;
      const { width, height } = target.getBoundingClientRect();
      if (width < minimum || height < minimum) small.push(`${target.tagName} #${target.id}: ${width} x ${height}`);
    }
    return small;
  }, TARGET_PX);
}

/** Brings an open pane from situation to situation; reconnects for those that are about connecting. */
async function* situations(page: Page): AsyncGenerator<string> {
  const { bridge } = harness;
  for (const { name, message, arrange, then, outlook } of SITUATIONS) {
    if (outlook !== undefined) continue;
    arrange(bridge);
    const reconnects = bridge.firstMessage !== "snapshot" || bridge.protocol !== 1 || bridge.refusal !== null;
    if (then !== undefined) await bridge.stop();
    else if (reconnects) bridge.closeAll(1001);
    else bridge.sendChange();
    await shows(page, message);
    yield name;
    [bridge.firstMessage, bridge.protocol, bridge.refusal] = ["snapshot", 1, null];
    if (then !== undefined) await bridge.start();
    if (message === "version-mismatch") await page.reload();
    else if (reconnects) bridge.closeAll(1001);
    if (!reconnects && then === undefined) continue;
    await page.waitForFunction(() => {
      window.dispatchEvent(new Event("online"));
      return document.documentElement.dataset["message"] !== "connecting";
    });
    await page
      .locator(
        'html:not([data-message="unreachable"], [data-message="busy"], [data-message="rejected"], [data-message="large-cookies"])',
      )
      .waitFor({ state: "attached" });
  }
}

const themes = ["light", "dark"] as const;
/** Browser options of each theme. Windows' contrast themes exist for dark and light. */
const LOOKS = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  "contrast on black": { colorScheme: "dark", forcedColors: "active" },
  "contrast on white": { colorScheme: "light", forcedColors: "active" },
} as const;
const looks = ["light", "dark", "contrast on black", "contrast on white"] as const;
const languages = ["en-US", "fr-FR"] as const;

// Colors do not depend on the language, so one theme is enough for labels and line breaks.
test.each([...looks.map((look) => [look, "en-US"] as const), ["light", "fr-FR"] as const])(
  "has no axe violation in any situation, %s, %s",
  { timeout: 180_000 },
  async (look, locale) => {
    harness.bridge.history = sampleDay(Date.now(), "online", 9e6);
    const page = await harness.open({ ...LOOKS[look], locale }, "online");
    await page.locator("#timeline-details-summary").click();
    await page.locator("#details-summary").click();
    const found: string[] = [];
    let count = 0;
    for await (const name of situations(page)) {
      count += 1;
      found.push(...(await axeViolations(page)).map((finding) => `${name}: ${finding}`));
      for (const width of [280, 320, 360]) {
        await page.setViewportSize({ width, height: 760 });
        const all = [...(await brokenWords(page)), ...(await overflowing(page)), ...(await smallTargets(page))];
        found.push(...all.map((finding) => `${name} at ${width} px: ${finding}`));
      }
    }
    expect(found).toEqual([]);
    expect(count).toBe(SITUATIONS.length - 1);
  },
);

test("changes colors without a transition when the state or the theme changes", async () => {
  const page = await harness.open({}, "online");
  await page.evaluate(() => {
    document.addEventListener("transitionrun", ({ target, propertyName }) => {
      document.body.dataset["faded"] = `${target instanceof Element ? target.id : ""} ${propertyName}`;
    });
  });
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    for await (const name of situations(page)) {
      expect(await page.evaluate(() => document.body.dataset["faded"]), name).toBeUndefined();
    }
  }
});

test.each([280, 320, 360])("has no axe violation at %i px, expanded and collapsed, in both themes", async (width) => {
  harness.bridge.history = sampleDay(Date.now(), "offline", 720_000);
  harness.bridge.setState("offline", 720_000);
  for (const colorScheme of themes) {
    const page = await harness.open({ colorScheme, width }, "offline");
    expect(await axeViolations(page)).toEqual([]);
    await page.locator("#timeline-details-summary").click();
    await page.locator("#details-summary").click();
    expect(await axeViolations(page)).toEqual([]);
  }
});

test("has no axe violation in another Outlook and in old webviews", async () => {
  const other = await harness.open({ outlook: { platform: "Web" } }, "other-outlook");
  expect(await axeViolations(other)).toEqual([]);
  const old = await harness.open({
    prepare: (page) => page.addInitScript(() => Reflect.deleteProperty(Array.prototype, "at")),
  });
  await old.locator("#old-webview").waitFor();
  expect(await axeViolations(old)).toEqual([]);
});

test("reaches every control with Tab, in reading order, with visible focus", async () => {
  harness.bridge.status = { state: "unknown", since: null, source: { status: "unavailable", reason: "agent-missing" } };
  const page = await harness.open({}, "agent-missing");
  const reached: string[] = [];
  for (let count = 0; count < 6; count += 1) {
    await page.keyboard.press("Tab");
    const { id, outline } = await page.evaluate(() => {
      const focused = document.activeElement ?? document.body;
      return { id: focused.id, outline: getComputedStyle(focused).outlineStyle };
    });
    reached.push(id);
    if (id !== "") expect([id, outline]).toEqual([id, "solid"]);
  }
  expect(reached.slice(0, 4)).toEqual(["copy", "timeline-track", "timeline-details-summary", "details-summary"]);
});

test("copies the command by keyboard and announces it", async () => {
  harness.bridge.status = { state: "unknown", since: null, source: { status: "unavailable", reason: "agent-missing" } };
  const page = await harness.open({ permissions: ["clipboard-read", "clipboard-write"] }, "agent-missing");
  await page.getByRole("button", { name: "Copy command" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Copied" }).waitFor();
  expect(await page.locator("#copied").textContent()).toBe("Copied");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("outlook-offline-state install");
});

test("selects the command and shows the shortcut if the clipboard is not available", async () => {
  harness.bridge.status = { state: "unknown", since: null, source: { status: "unavailable", reason: "agent-missing" } };
  const page = await harness.open(
    {
      prepare: (opened) =>
        opened.addInitScript(() => {
          navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
        }),
    },
    "agent-missing",
  );
  await page.getByRole("button", { name: "Copy command" }).click();
  await page.getByRole("button", { name: "Press Ctrl+C" }).waitFor();
  expect(await page.evaluate(() => String(getSelection()))).toBe("outlook-offline-state install");
  expect(await page.locator("#copied").textContent()).toBe("Press Ctrl+C");
});

test("has headings and a main landmark", async () => {
  harness.bridge.setState("offline");
  const page = await harness.open({}, "offline");
  expect(await page.getByRole("heading", { level: 1 }).innerText()).toMatch(/Outlook is\s+Offline/);
  expect(await page.getByRole("heading", { level: 2 }).allInnerTexts()).toEqual([
    "New messages will wait",
    "Last 24 hours",
  ]);
  expect(await page.getByRole("main").count()).toBe(1);
  expect(await page.locator("html").getAttribute("lang")).toBe("en-US");
});

test.each(languages)("does not cut off text at 200 %, %s", { timeout: 180_000 }, async (locale) => {
  harness.bridge.history = sampleDay(Date.now(), "online", 9e6);
  const page = await harness.open({ locale }, "online");
  await page.locator("#timeline-details-summary").click();
  await page.locator("#details-summary").click();
  await page.evaluate(() => {
    document.documentElement.style.fontSize = "175%";
  });
  // The table has another layout then, and keeps its roles.
  expect(await page.getByRole("table").getByRole("row").first().getByRole("columnheader").count()).toBe(3);
  expect(await page.getByRole("table").getByRole("row").nth(1).getByRole("cell").count()).toBe(2);
  const found: string[] = [];
  for await (const name of situations(page)) {
    for (const width of [280, 320, 360]) {
      await page.setViewportSize({ width, height: 760 });
      const all = [...(await brokenWords(page)), ...(await overflowing(page)), ...(await smallTargets(page))];
      found.push(...all.map((one) => `${name} at ${width} px: ${one}`));
    }
  }
  expect(found).toEqual([]);
});

/** Widths in CSS pixels of panes zoomed by up to 200 %. */
const ZOOMED = [140, 160, 180, 213, 256];

test.each(languages)(
  "has no overflow and no broken word when zoomed to 200 %, %s",
  { timeout: 180_000 },
  async (locale) => {
    harness.bridge.history = sampleDay(Date.now(), "online", 9e6);
    // In Outlook, because commands are longest there.
    const page = await harness.open(
      { locale, outlook: { locale }, width: 160, height: 380, deviceScaleFactor: 2 },
      "online",
    );
    await page.locator("#timeline-details-summary").click();
    await page.locator("#details-summary").click();
    const found: string[] = [];
    const check = async (name: string): Promise<void> => {
      for (const width of ZOOMED) {
        await page.setViewportSize({ width, height: 380 });
        const all = [...(await brokenWords(page)), ...(await overflowing(page)), ...(await smallTargets(page))];
        found.push(...all.map((one) => `${name} at ${width} px: ${one}`));
      }
    };
    for await (const name of situations(page)) await check(name);
    await harness.reset();
    await harness.newBridge();
    const outlook = { locale, platform: "Web" };
    const other = await harness.open({ locale, outlook, width: 160, height: 380 }, "other-outlook");
    expect([...(await brokenWords(other)), ...(await overflowing(other))]).toEqual([]);
    expect(found).toEqual([]);
  },
);

test("distinguishes states by shape and pattern in a Windows contrast theme", async () => {
  harness.bridge.history = sampleDay(Date.now(), "offline", 720_000);
  harness.bridge.setState("offline", 720_000);
  const page = await harness.open({ forcedColors: "active", colorScheme: "dark" }, "offline");
  await expect.poll(() => page.locator(".bar").count()).toBeGreaterThanOrEqual(9);
  expect(await axeViolations(page)).toEqual([]);
  const paint = (selector: string): Promise<string> =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => `${getComputedStyle(element).fill} ${getComputedStyle(element).stroke}`);
  const bars = [await paint(".bar.online"), await paint(".bar.offline"), await paint(".bar.unknown")];
  expect(new Set(bars).size).toBe(3);
  const system = await page.evaluate(() => {
    const probe = document.createElement("i");
    probe.style.color = "CanvasText";
    document.body.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  });
  expect(await paint(".shape .when-offline .solid")).toContain(system);
  expect(await paint(".bar.offline")).toContain(system);
});

test("has no animation with reduced motion", async () => {
  const page = await harness.open({ reducedMotion: "reduce" }, "online");
  const moving = await page.evaluate(
    () =>
      Array.from(document.querySelectorAll("*")).filter((element) => {
        const { transitionProperty, animationName } = getComputedStyle(element);
        return transitionProperty !== "none" || animationName !== "none";
      }).length,
  );
  expect(moving).toBe(0);
});
