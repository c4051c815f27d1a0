// The notice in messages, through the real Office.js.
import type { BrowserContext, Page } from "playwright-core";
import { expect, test } from "vitest";
import { LISTENING } from "./support/fake-bridge.js";
import { withOutlook } from "./support/outlook-host.js";
import { setStage, shows } from "./support/stage.js";

const stage = setStage();

const notices = (page: Page): Promise<Record<string, string>> => withOutlook(page, (outlook) => outlook.notices, null);
const adds = (page: Page): Promise<number> =>
  withOutlook(page, (outlook) => outlook.calls.filter((id) => id === 33).length, null);

test("a message that is written while Outlook is offline says so, once, until Outlook is online", async () => {
  stage.bridge.state("offline");
  const page = await stage.open({ outlook: { item: "written" } }, "offline");
  await expect
    .poll(() => notices(page))
    .toEqual({ "outlook-offline-state": expect.stringMatching(/will wait in the Outbox/) as string });
  stage.bridge.state("online");
  await expect.poll(() => notices(page)).toEqual({});
  stage.bridge.state("offline");
  await shows(page, "offline");
  await page.waitForTimeout(300);
  expect(await adds(page)).toBe(1);
});

test("a message says nothing of an offline state whose end Outlook does not notify", async () => {
  const source = { ...LISTENING, notifies: { online: false, offline: true } };
  stage.bridge.state("offline");
  const page = await stage.open({ outlook: { item: "written" } }, "offline");
  await expect.poll(() => notices(page)).not.toEqual({});
  const at = Date.now();
  stage.bridge.change({ state: "unknown", since: at, source, lastKnown: { state: "offline", at } });
  await expect.poll(() => notices(page)).toEqual({});
  await shows(page, "was-offline");
  expect(await adds(page)).toBe(1);
});

test("the notice is in Outlook's language", async () => {
  stage.bridge.state("offline");
  const page = await stage.open({ outlook: { item: "written", locale: "fr-FR" } }, "offline");
  await expect
    .poll(() => notices(page))
    .toMatchObject({ "outlook-offline-state": expect.stringMatching(/Boîte d’envoi/) as string });
});

test("a message that is read gets none", async () => {
  stage.bridge.state("offline");
  const page = await stage.open({ outlook: { item: "read" } }, "offline");
  await page.waitForTimeout(1000);
  expect(await adds(page)).toBe(0);
});

test("in a pinned pane the next message gets its own", async () => {
  stage.bridge.state("offline");
  const page = await stage.open({ outlook: { item: "written" } }, "offline");
  await expect.poll(() => adds(page)).toBe(1);
  await withOutlook(
    page,
    (outlook) => {
      outlook.selectItem("written");
    },
    null,
  );
  await expect.poll(() => adds(page)).toBe(2);
});

test("the next message gets its own although Outlook never answers for the one before", async () => {
  const page = await stage.open({ outlook: { item: "written" } }, "online");
  await expect.poll(() => withOutlook(page, (outlook) => outlook.calls.filter((id) => id === 34).length, null)).toBe(1);
  await withOutlook(
    page,
    (outlook) => {
      outlook.swallow(33);
    },
    null,
  );
  stage.bridge.state("offline");
  await expect.poll(() => adds(page)).toBe(1);
  await withOutlook(
    page,
    (outlook) => {
      outlook.selectItem("written");
    },
    null,
  );
  await expect.poll(() => adds(page)).toBe(2);
  expect(Object.keys(await notices(page))).toEqual(["outlook-offline-state"]);
});

/** Opens the settings of a pane whose Office.js is held back until `letGo` is called; the mailbox says that the notice is wanted. */
async function openBeforeOffice(context: BrowserContext): Promise<{ page: Page; letGo: () => void }> {
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const page = await stage.openIn(
    context,
    {
      outlook: { roaming: { SettingsKey: '{"outlook-offline-state.composeNotice":"true"}' } },
      prepare: (opened) =>
        opened.route("**/office/office.js", async (route) => {
          await held;
          await route.continue();
        }),
    },
    "online",
  );
  await page.locator("#details-summary").click();
  return { page, letGo };
}

const roaming = (page: Page): Promise<Record<string, string>> => withOutlook(page, (outlook) => outlook.roaming, null);
const OFF = { SettingsKey: '{"outlook-offline-state.composeNotice":"false"}' };

test("a choice made before Office.js is ready counts, and the mailbox gets it", async () => {
  const { page, letGo } = await openBeforeOffice(await stage.context({ serviceWorkers: "block" }));
  await page.getByRole("switch").click();
  letGo();
  await expect.poll(() => roaming(page)).toEqual(OFF);
  expect(await page.getByRole("switch").isChecked()).toBe(false);
});

test("a choice in a pane that was closed before Office.js was ready counts in the next pane, and the mailbox gets it", async () => {
  const context = await stage.context({ serviceWorkers: "block" });
  const first = await openBeforeOffice(context);
  await first.page.getByRole("switch").click();
  await first.page.close();
  first.letGo();
  const next = await openBeforeOffice(context);
  next.letGo();
  await expect.poll(() => roaming(next.page)).toEqual(OFF);
  expect(await next.page.getByRole("switch").isChecked()).toBe(false);
});

test("a choice made in another pane while Office.js loads is not overwritten by what the mailbox held before", async () => {
  const context = await stage.context({ serviceWorkers: "block" });
  const one = await openBeforeOffice(context);
  const other = await openBeforeOffice(context);
  one.letGo();
  await one.page.waitForFunction(() => typeof Reflect.get(window, "Office") === "object");
  await one.page.getByRole("switch").click();
  await expect.poll(() => roaming(one.page)).toEqual(OFF);
  await expect.poll(() => other.page.getByRole("switch").isChecked()).toBe(false);
  await other.page.evaluate(() => {
    document.title = "read";
  });
  other.letGo();
  await expect.poll(() => withOutlook(other.page, (outlook) => outlook.calls.length, null)).toBeGreaterThan(0);
  stage.bridge.change({});
  await expect.poll(() => other.page.title()).toContain("Online");
  expect(await other.page.getByRole("switch").isChecked()).toBe(false);
});

test("it can be switched off by keyboard, at once and for good", async () => {
  stage.bridge.state("offline");
  const context = await stage.context();
  const page = await stage.openIn(context, { outlook: { item: "written" } }, "offline");
  await expect.poll(() => notices(page)).not.toEqual({});
  await page.locator("#details-summary").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("compose-notice");
  await page.keyboard.press("Space");
  await expect.poll(() => notices(page)).toEqual({});

  // Another pane, later: the choice is kept.
  const later = await stage.openIn(context, { outlook: { item: "written" } }, "offline");
  await later.waitForTimeout(1000);
  expect(await adds(later)).toBe(0);
  await later.locator("#details-summary").click();
  expect(await later.getByRole("switch").isChecked()).toBe(false);
  // And switched on there, it is on in the first pane too, at once.
  await later.getByRole("switch").click();
  await expect.poll(() => notices(later)).not.toEqual({});
  await expect.poll(() => page.getByRole("switch").isChecked()).toBe(true);
});

test("the choice goes with the mailbox to another computer", async () => {
  stage.bridge.state("offline");
  const page = await stage.open({ outlook: { item: "written" } }, "offline");
  await expect.poll(() => notices(page)).not.toEqual({});
  await page.locator("#details-summary").click();
  await page.getByRole("switch").click();
  const kept = (): Promise<Record<string, string>> => withOutlook(page, (outlook) => outlook.roaming, null);
  await expect.poll(kept).toEqual({ SettingsKey: '{"outlook-offline-state.composeNotice":"false"}' });

  const elsewhere = await stage.open({ outlook: { item: "written", roaming: await kept() } }, "offline");
  await elsewhere.locator("#details-summary").click();
  await expect.poll(() => elsewhere.getByRole("switch").isChecked()).toBe(false);
  // By then a notice that was put there before the mailbox was asked has gone too.
  await expect.poll(() => notices(elsewhere)).toEqual({});
});
