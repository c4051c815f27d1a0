// Office.js as Outlook's webview runs it, on a machine without a network.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { setStage, shows } from "./support/stage.js";
import { withOutlook } from "./support/outlook-host.js";

const stage = setStage();

/** Waits for Office.onReady, as a page does that has Office.js. */
async function ready(page: Page): Promise<unknown> {
  await page.waitForFunction(() => typeof Reflect.get(window, "Office") === "object");
  return page.evaluate(async () => {
    const { onReady } = Reflect.get(window, "Office") as { onReady: () => Promise<object> };
    return { ...(await onReady()) };
  });
}

test.each([
  ["en-US", "Outlook is"],
  ["fr-FR", "Outlook est"],
  ["fr-CA", "Outlook est"],
  ["de-DE", "Outlook is"],
])("is ready in an Outlook in %s, with no request leaving the machine", async (locale, lead) => {
  const page = await stage.open({ outlook: { locale } }, "online");
  expect(await ready(page)).toMatchObject({ host: "Outlook", platform: "PC" });
  expect(await page.locator("#lead").innerText()).toBe(lead);
  expect(stage.bridge.asked).toContain("/office/office.js");
  expect(stage.foreign).toEqual([]);
  expect(stage.errors).toEqual([]);
});

test("the state is on screen before Office.js is asked for", async () => {
  const page = await stage.open({ outlook: {} }, "online");
  await ready(page);
  const order = stage.bridge.asked.map((path) => path.replace(/\?.*/, ""));
  expect(order.indexOf("/office/office.js")).toBeGreaterThan(order.findIndex((path) => path.endsWith(".css")));
  const drawnAt = await page.evaluate(() => performance.getEntriesByName("state-drawn")[0]?.startTime ?? Infinity);
  const askedAt = await page.evaluate(
    () => performance.getEntriesByType("resource").find(({ name }) => name.endsWith("/office.js"))?.startTime ?? 0,
  );
  expect(drawnAt).toBeLessThan(askedAt);
});

test("does not load Office.js where there is no Outlook", async () => {
  const page = await stage.open({}, "online");
  await page.waitForTimeout(1500);
  // What the page has loaded: the service worker keeps Office.js for later all the same.
  const loaded = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
  expect(loaded.filter((name) => name.includes("/office/"))).toEqual([]);
});

test("works without Office.js: it cannot be loaded", async () => {
  const page = await stage.open(
    { outlook: { locale: "fr-FR" }, prepare: (opened) => opened.route("**/office/**", (route) => route.abort()) },
    "online",
  );
  stage.bridge.state("offline");
  await shows(page, "offline");
  expect(await page.locator("#word").innerText()).toBe("Hors connexion");
});

test("follows Outlook's theme and its changes, whatever the system's is", async () => {
  const page = await stage.open({ colorScheme: "light", outlook: { theme: [0x0a0a0a, 0xffffff] } }, "online");
  const html = page.locator("html");
  await page.locator('html[data-theme="dark"]').waitFor({ state: "attached" });
  const ground = () => html.evaluate((element) => getComputedStyle(element).backgroundColor);
  expect(await ground()).toBe("rgb(10, 10, 10)");
  await withOutlook(
    page,
    (outlook) => {
      outlook.changeTheme(0xffffff, 0x000000);
    },
    null,
  );
  await page.locator('html[data-theme="light"]').waitFor({ state: "attached" });
  expect(await ground()).toBe("rgb(255, 255, 255)");
  // A ground on which the pane's texts would be hard to read is not taken over; dark or light still is.
  await withOutlook(
    page,
    (outlook) => {
      outlook.changeTheme(0x6a6a6a, 0xffffff);
    },
    null,
  );
  await page.locator('html[data-theme="dark"]').waitFor({ state: "attached" });
  expect(await ground()).toBe("rgb(41, 41, 41)");
});

test("follows the system's theme where Outlook tells none", async () => {
  const page = await stage.open({ colorScheme: "dark", outlook: {} }, "online");
  await ready(page);
  const ground = () => page.locator("html").evaluate((element) => getComputedStyle(element).backgroundColor);
  expect(await ground()).toBe("rgb(41, 41, 41)");
  await page.emulateMedia({ colorScheme: "light" });
  expect(await ground()).toBe("rgb(255, 255, 255)");
});

test("bears that there is no item, and that another one comes", async () => {
  const page = await stage.open({ outlook: { item: "none" } }, "online");
  await ready(page);
  await withOutlook(
    page,
    (outlook) => {
      outlook.selectItem("read");
    },
    null,
  );
  await withOutlook(
    page,
    (outlook) => {
      outlook.selectItem("none");
    },
    null,
  );
  stage.bridge.state("offline");
  await shows(page, "offline");
  expect(stage.errors).toEqual([]);
});
