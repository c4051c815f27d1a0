// The pictures in docs/images: `npm run screenshots`. Not a test; it uses what the browser tests use.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { OutlookOptions } from "../browser/support/outlook-host.js";
import { aDay, SITUATIONS, type Situation } from "../browser/support/situations.js";
import { setStage, shows, type Opening } from "../browser/support/stage.js";
import { grid, save } from "./pictures.js";

const stage = setStage({
  // Outlook's face is Segoe UI, which only Windows has; this is the nearest that Debian has.
  prepareHome: (home) => {
    mkdirSync(join(home, ".config", "fontconfig"), { recursive: true });
    writeFileSync(
      join(home, ".config", "fontconfig", "fonts.conf"),
      `<?xml version="1.0"?><fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>
      <alias binding="same"><family>Segoe UI</family><prefer><family>Open Sans</family></prefer></alias></fontconfig>`,
    );
  },
});

/** A Wednesday, so that the pictures change only when the pane does. */
const NOW = new Date("2026-03-18T14:20:00Z");
const MINUTE = 60_000;

interface Look {
  readonly theme: "light" | "dark" | "contrast";
  readonly width?: number;
  readonly locale?: string;
  readonly scale?: number;
  readonly then?: (page: Page) => Promise<unknown>;
}

/** One pane in one situation. */
async function picture(
  situation: Situation,
  { theme, width = 320, locale = "en-GB", scale = 1, then }: Look,
): Promise<Buffer> {
  const { bridge } = stage;
  bridge.wall = () => NOW.getTime();
  const past = situation.row.startsWith("was-") ? "unknown" : "online";
  const last = situation.state === "offline" || situation.name === "unreachable" ? "offline" : past;
  bridge.history = aDay(NOW.getTime(), last, 12 * MINUTE);
  situation.arrange(bridge);
  const outlook: OutlookOptions = { ...situation.outlook, locale };
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
  const page = await stage.open(opening);
  if (situation.then !== undefined) {
    await shows(page, situation.state === "unknown" ? "offline" : situation.row);
    await page.waitForTimeout(800);
    await situation.then(bridge);
  }
  await shows(page, situation.row);
  if (["online", "offline"].includes(situation.state)) await page.locator(".bar").nth(5).waitFor({ state: "attached" });
  await page.waitForTimeout(500);
  await then?.(page);
  await page.locator("#command").evaluate((command) => {
    // The product's own port needs no word; that of this bridge is any.
    for (const part of command.childNodes) {
      if (part instanceof Text) part.data = part.data.replace(/ --port.*/, "");
    }
  });
  const taken = await page.screenshot({ animations: "disabled", fullPage: true });
  await stage.clear();
  await stage.freshBridge();
  return taken;
}

const named = (name: string): Situation => {
  const found = SITUATIONS.find((situation) => situation.name === name);
  if (found === undefined) throw new Error(`there is no situation ${name}`);
  return found;
};

const GROUND = { light: 0xdddddd, dark: 0x101010, contrast: 0x404040 } as const;

test.each(["light", "dark", "contrast"] as const)("every state, %s", { timeout: 300_000 }, async (theme) => {
  const pictures: Buffer[] = [];
  for (const situation of SITUATIONS) pictures.push(await picture(situation, { theme }));
  save(`states-${theme}`, grid(pictures, 6, GROUND[theme]));
  expect(pictures).toHaveLength(SITUATIONS.length);
});

test.each(["light", "dark"] as const)(
  "the three that matter, for the README, %s",
  { timeout: 120_000 },
  async (theme) => {
    const pictures: Buffer[] = [];
    for (const name of ["online", "offline", "unreachable"]) {
      pictures.push(await picture(named(name), { theme, scale: 1.5 }));
    }
    save(`pane-${theme}`, grid(pictures, 3, GROUND[theme]));
  },
);

test("every width, in both languages", { timeout: 120_000 }, async () => {
  const pictures: Buffer[] = [];
  for (const locale of ["en-GB", "fr-FR"]) {
    for (const width of [280, 320, 360])
      pictures.push(await picture(named("offline"), { theme: "light", width, locale }));
  }
  save("widths", grid(pictures, 3, GROUND.light));
});

test("the timeline, read by keyboard and as a table, and the settings", { timeout: 120_000 }, async () => {
  const read = async (page: Page): Promise<void> => {
    await page.locator("#timeline-track").focus();
    for (const key of ["ArrowLeft", "ArrowLeft"]) await page.keyboard.press(key);
  };
  const unfold = async (page: Page): Promise<void> => {
    await page.locator("#timeline-details-summary").click();
    await page.locator("#timeline-table").scrollIntoViewIfNeeded();
  };
  const settings = async (page: Page): Promise<void> => {
    await page.locator("#details-summary").click();
    await page.locator("dl").scrollIntoViewIfNeeded();
  };
  const pictures: Buffer[] = [];
  for (const theme of ["light", "dark", "contrast"] as const) {
    for (const then of [read, unfold, settings]) pictures.push(await picture(named("online"), { theme, then }));
  }
  save("timeline", grid(pictures, 3, 0x808080));
});
