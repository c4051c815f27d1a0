// The real Office.js with a fake Outlook, without a network.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { setUpHarness, shows } from "./support/harness.js";
import { withOutlook } from "./support/fake-outlook.js";

const harness = setUpHarness();

/** Waits for Office.onReady. */
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
])("is ready in an Outlook in %s, without a request to another host", async (locale, lead) => {
  const page = await harness.open({ outlook: { locale } }, "online");
  expect(await ready(page)).toMatchObject({ host: "Outlook", platform: "PC" });
  expect(await page.locator("#lead").innerText()).toBe(lead);
  expect(harness.bridge.requests).toContain("/office/office.js");
  expect(harness.externalRequests).toEqual([]);
  expect(harness.errors).toEqual([]);
});

test("renders the state before it requests Office.js", async () => {
  const page = await harness.open({ outlook: {} }, "online");
  await ready(page);
  const order = harness.bridge.requests.map((path) => path.replace(/\?.*/, ""));
  expect(order.indexOf("/office/office.js")).toBeGreaterThan(order.findIndex((path) => path.endsWith(".css")));
  const renderedAt = await page.evaluate(
    () => performance.getEntriesByName("state-rendered")[0]?.startTime ?? Infinity,
  );
  const requestedAt = await page.evaluate(
    () => performance.getEntriesByType("resource").find(({ name }) => name.endsWith("/office.js"))?.startTime ?? 0,
  );
  expect(renderedAt).toBeLessThan(requestedAt);
});

test("does not load Office.js outside of Outlook", async () => {
  const page = await harness.open({}, "online");
  await page.waitForTimeout(1500);
  // By the page; the service worker caches Office.js in any case.
  const loaded = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
  expect(loaded.filter((name) => name.includes("/office/"))).toEqual([]);
});

test("works if Office.js cannot be loaded", async () => {
  const page = await harness.open(
    { outlook: { locale: "fr-FR" }, prepare: (opened) => opened.route("**/office/**", (route) => route.abort()) },
    "online",
  );
  harness.bridge.setState("offline");
  await shows(page, "offline");
  expect(await page.locator("#word").innerText()).toBe("Hors connexion");
});

test("follows Outlook's theme and its changes, not the system's", async () => {
  const page = await harness.open({ colorScheme: "light", outlook: { theme: [0x0a0a0a, 0xffffff] } }, "online");
  const html = page.locator("html");
  await page.locator('html[data-theme="dark"]').waitFor({ state: "attached" });
  const background = () => html.evaluate((element) => getComputedStyle(element).backgroundColor);
  expect(await background()).toBe("rgb(10, 10, 10)");
  await withOutlook(
    page,
    (outlook) => {
      outlook.changeTheme(0xffffff, 0x000000);
    },
    null,
  );
  await page.locator('html[data-theme="light"]').waitFor({ state: "attached" });
  expect(await background()).toBe("rgb(255, 255, 255)");
  // A background on which texts are hard to read is not used; dark or light still is.
  await withOutlook(
    page,
    (outlook) => {
      outlook.changeTheme(0x6a6a6a, 0xffffff);
    },
    null,
  );
  await page.locator('html[data-theme="dark"]').waitFor({ state: "attached" });
  expect(await background()).toBe("rgb(41, 41, 41)");
});

test("follows the system's theme if Outlook has none", async () => {
  const page = await harness.open({ colorScheme: "dark", outlook: {} }, "online");
  await ready(page);
  const background = () => page.locator("html").evaluate((element) => getComputedStyle(element).backgroundColor);
  expect(await background()).toBe("rgb(41, 41, 41)");
  await page.emulateMedia({ colorScheme: "light" });
  expect(await background()).toBe("rgb(255, 255, 255)");
});

test("works without an item, and when another one is selected", async () => {
  const page = await harness.open({ outlook: { item: "none" } }, "online");
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
  harness.bridge.setState("offline");
  await shows(page, "offline");
  expect(harness.errors).toEqual([]);
});
