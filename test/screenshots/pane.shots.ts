// The images in docs/images: `npm run screenshots`. Not tests, but they use the harness of the browser tests.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { FakeOutlookOptions } from "../browser/support/fake-outlook.js";
import { sampleDay, SITUATIONS, type Situation } from "../browser/support/situations.js";
import { setUpHarness, shows, type Opening } from "../browser/support/harness.js";
import { grid, save } from "./images.js";

const harness = setUpHarness({
  // Outlook uses Segoe UI, which only Windows has; Open Sans is the most similar font in Debian.
  prepareHome: (home) => {
    mkdirSync(join(home, ".config", "fontconfig"), { recursive: true });
    writeFileSync(
      join(home, ".config", "fontconfig", "fonts.conf"),
      `<?xml version="1.0"?><fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>
      <alias binding="same"><family>Segoe UI</family><prefer><family>Open Sans</family></prefer></alias></fontconfig>`,
    );
  },
});

/** A fixed time, so that the images change only when the pane does. */
const NOW = new Date("2026-03-18T14:20:00Z");
const MINUTE = 60_000;

interface Options {
  readonly theme: "light" | "dark" | "contrast";
  readonly width?: number;
  readonly locale?: string;
  readonly scale?: number;
  readonly then?: (page: Page) => Promise<unknown>;
}

/** A screenshot of one situation. */
async function screenshot(
  situation: Situation,
  { theme, width = 320, locale = "en-GB", scale = 1, then }: Options,
): Promise<Buffer> {
  const { bridge } = harness;
  bridge.wall = () => NOW.getTime();
  const earlier = situation.message.startsWith("was-") ? "unknown" : "online";
  const last = situation.state === "offline" || situation.name === "unreachable" ? "offline" : earlier;
  bridge.history = sampleDay(NOW.getTime(), last, 12 * MINUTE);
  situation.arrange(bridge);
  const outlook: FakeOutlookOptions = { ...situation.outlook, locale };
  const opening: Opening = {
    width,
    height: 740,
    timezoneId: "Europe/London",
    deviceScaleFactor: scale,
    colorScheme: theme === "light" ? "light" : "dark",
    forcedColors: theme === "contrast" ? "active" : "none",
    outlook,
    prepare: (page) => page.clock.install({ time: NOW }),
  };
  const page = await harness.open(opening);
  if (situation.then !== undefined) {
    await shows(page, situation.state === "unknown" ? "offline" : situation.message);
    await page.waitForTimeout(800);
    await situation.then(bridge);
  }
  await shows(page, situation.message);
  if (["online", "offline"].includes(situation.state)) await page.locator(".bar").nth(5).waitFor({ state: "attached" });
  await page.waitForTimeout(500);
  await then?.(page);
  await page.locator("#command").evaluate((command) => {
    // Hides the random port of the fake bridge.
    for (const part of command.childNodes) {
      if (part instanceof Text) part.data = part.data.replace(/ --port.*/, "");
    }
  });
  const image = await page.screenshot({ animations: "disabled", fullPage: true });
  await harness.reset();
  await harness.newBridge();
  return image;
}

const situationNamed = (name: string): Situation => {
  const found = SITUATIONS.find((situation) => situation.name === name);
  if (found === undefined) throw new Error(`no situation ${name}`);
  return found;
};

const BACKGROUND = { light: 0xdddddd, dark: 0x101010, contrast: 0x404040 } as const;

test.each(["light", "dark", "contrast"] as const)("saves every situation, %s", { timeout: 300_000 }, async (theme) => {
  const images: Buffer[] = [];
  for (const situation of SITUATIONS) images.push(await screenshot(situation, { theme }));
  save(`states-${theme}`, grid(images, 6, BACKGROUND[theme]));
  expect(images).toHaveLength(SITUATIONS.length);
});

test.each(["light", "dark"] as const)(
  "saves three situations for the README, %s",
  { timeout: 120_000 },
  async (theme) => {
    const images: Buffer[] = [];
    for (const name of ["online", "offline", "unreachable"]) {
      images.push(await screenshot(situationNamed(name), { theme, scale: 1.5 }));
    }
    save(`pane-${theme}`, grid(images, 3, BACKGROUND[theme]));
  },
);

test("saves every width, in both languages", { timeout: 120_000 }, async () => {
  const images: Buffer[] = [];
  for (const locale of ["en-GB", "fr-FR"]) {
    for (const width of [280, 320, 360])
      images.push(await screenshot(situationNamed("offline"), { theme: "light", width, locale }));
  }
  save("widths", grid(images, 3, BACKGROUND.light));
});

test("saves the timeline, its table and the settings", { timeout: 120_000 }, async () => {
  const select = async (page: Page): Promise<void> => {
    await page.locator("#timeline-track").focus();
    for (const key of ["ArrowLeft", "ArrowLeft"]) await page.keyboard.press(key);
  };
  const expand = async (page: Page): Promise<void> => {
    await page.locator("#timeline-details-summary").click();
    await page.locator("#timeline-table").scrollIntoViewIfNeeded();
  };
  const settings = async (page: Page): Promise<void> => {
    await page.locator("#details-summary").click();
    await page.locator("dl").scrollIntoViewIfNeeded();
  };
  const images: Buffer[] = [];
  for (const theme of ["light", "dark", "contrast"] as const) {
    for (const then of [select, expand, settings])
      images.push(await screenshot(situationNamed("online"), { theme, then }));
  }
  save("timeline", grid(images, 3, 0x808080));
});
