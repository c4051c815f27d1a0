// The notice in messages, with the real Office.js.
import type { BrowserContext, Page } from "playwright-core";
import { expect, test } from "vitest";
import { LISTENING } from "./support/fake-bridge.js";
import { withOutlook } from "./support/fake-outlook.js";
import { setUpHarness, shows } from "./support/harness.js";

const harness = setUpHarness();

const notices = (page: Page): Promise<Record<string, string>> => withOutlook(page, (outlook) => outlook.notices, null);
const adds = (page: Page): Promise<number> =>
  withOutlook(page, (outlook) => outlook.calls.filter((id) => id === 33).length, null);

test("shows a notice in a message that is written while Outlook is offline, once", async () => {
  harness.bridge.setState("offline");
  const page = await harness.open({ outlook: { item: "written" } }, "offline");
  await expect
    .poll(() => notices(page))
    .toEqual({ "outlook-offline-state": expect.stringMatching(/will wait in the Outbox/) as string });
  harness.bridge.setState("online");
  await expect.poll(() => notices(page)).toEqual({});
  harness.bridge.setState("offline");
  await shows(page, "offline");
  await page.waitForTimeout(300);
  expect(await adds(page)).toBe(1);
});

test("removes the notice if only the last known state is available", async () => {
  const source = { ...LISTENING, notifies: { online: false, offline: true } };
  harness.bridge.setState("offline");
  const page = await harness.open({ outlook: { item: "written" } }, "offline");
  await expect.poll(() => notices(page)).not.toEqual({});
  const at = Date.now();
  harness.bridge.setStatus({ state: "unknown", since: at, source, lastKnown: { state: "offline", at } });
  await expect.poll(() => notices(page)).toEqual({});
  await shows(page, "was-offline");
  expect(await adds(page)).toBe(1);
});

test("uses Outlook's language for the notice", async () => {
  harness.bridge.setState("offline");
  const page = await harness.open({ outlook: { item: "written", locale: "fr-FR" } }, "offline");
  await expect
    .poll(() => notices(page))
    .toMatchObject({ "outlook-offline-state": expect.stringMatching(/Boîte d’envoi/) as string });
});

test("shows no notice in a message that is read", async () => {
  harness.bridge.setState("offline");
  const page = await harness.open({ outlook: { item: "read" } }, "offline");
  await page.waitForTimeout(1000);
  expect(await adds(page)).toBe(0);
});

test("shows a notice in the next message of a pinned pane", async () => {
  harness.bridge.setState("offline");
  const page = await harness.open({ outlook: { item: "written" } }, "offline");
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

test("shows a notice in the next message if Outlook never calls back for the previous one", async () => {
  const page = await harness.open({ outlook: { item: "written" } }, "online");
  await expect.poll(() => withOutlook(page, (outlook) => outlook.calls.filter((id) => id === 34).length, null)).toBe(1);
  await withOutlook(
    page,
    (outlook) => {
      outlook.swallow(33);
    },
    null,
  );
  harness.bridge.setState("offline");
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

/** Opens a pane whose Office.js is delayed until `release` is called; in the mailbox the notice is switched on. */
async function openBeforeOffice(context: BrowserContext): Promise<{ page: Page; release: () => void }> {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const page = await harness.openIn(
    context,
    {
      outlook: { roaming: { SettingsKey: '{"outlook-offline-state.composeNotice":"true"}' } },
      prepare: (opened) =>
        opened.route("**/office/office.js", async (route) => {
          await released;
          await route.continue();
        }),
    },
    "online",
  );
  await page.locator("#details-summary").click();
  return { page, release };
}

const roaming = (page: Page): Promise<Record<string, string>> => withOutlook(page, (outlook) => outlook.roaming, null);
const OFF = { SettingsKey: '{"outlook-offline-state.composeNotice":"false"}' };

test("saves a setting that was changed before Office.js was ready", async () => {
  const { page, release } = await openBeforeOffice(await harness.context({ serviceWorkers: "block" }));
  await page.getByRole("switch").click();
  release();
  await expect.poll(() => roaming(page)).toEqual(OFF);
  expect(await page.getByRole("switch").isChecked()).toBe(false);
});

test("saves a setting that was changed in a pane that was closed before Office.js was ready", async () => {
  const context = await harness.context({ serviceWorkers: "block" });
  const first = await openBeforeOffice(context);
  await first.page.getByRole("switch").click();
  await first.page.close();
  first.release();
  const next = await openBeforeOffice(context);
  next.release();
  await expect.poll(() => roaming(next.page)).toEqual(OFF);
  expect(await next.page.getByRole("switch").isChecked()).toBe(false);
});

test("does not overwrite a setting that another pane changed while Office.js was loading", async () => {
  const context = await harness.context({ serviceWorkers: "block" });
  const one = await openBeforeOffice(context);
  const other = await openBeforeOffice(context);
  one.release();
  await one.page.waitForFunction(() => typeof Reflect.get(window, "Office") === "object");
  await one.page.getByRole("switch").click();
  await expect.poll(() => roaming(one.page)).toEqual(OFF);
  await expect.poll(() => other.page.getByRole("switch").isChecked()).toBe(false);
  await other.page.evaluate(() => {
    document.title = "read";
  });
  other.release();
  await expect.poll(() => withOutlook(other.page, (outlook) => outlook.calls.length, null)).toBeGreaterThan(0);
  harness.bridge.setStatus({});
  await expect.poll(() => other.page.title()).toContain("Online");
  expect(await other.page.getByRole("switch").isChecked()).toBe(false);
});

test("can be switched off by keyboard, at once and permanently", async () => {
  harness.bridge.setState("offline");
  const context = await harness.context();
  const page = await harness.openIn(context, { outlook: { item: "written" } }, "offline");
  await expect.poll(() => notices(page)).not.toEqual({});
  await page.locator("#details-summary").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("compose-notice");
  await page.keyboard.press("Space");
  await expect.poll(() => notices(page)).toEqual({});

  // The setting is kept for later panes.
  const later = await harness.openIn(context, { outlook: { item: "written" } }, "offline");
  await later.waitForTimeout(1000);
  expect(await adds(later)).toBe(0);
  await later.locator("#details-summary").click();
  expect(await later.getByRole("switch").isChecked()).toBe(false);
  // A change in one pane applies to all at once.
  await later.getByRole("switch").click();
  await expect.poll(() => notices(later)).not.toEqual({});
  await expect.poll(() => page.getByRole("switch").isChecked()).toBe(true);
});

test("applies the setting of the mailbox on another computer", async () => {
  harness.bridge.setState("offline");
  const page = await harness.open({ outlook: { item: "written" } }, "offline");
  await expect.poll(() => notices(page)).not.toEqual({});
  await page.locator("#details-summary").click();
  await page.getByRole("switch").click();
  const saved = (): Promise<Record<string, string>> => withOutlook(page, (outlook) => outlook.roaming, null);
  await expect.poll(saved).toEqual({ SettingsKey: '{"outlook-offline-state.composeNotice":"false"}' });

  const elsewhere = await harness.open({ outlook: { item: "written", roaming: await saved() } }, "offline");
  await elsewhere.locator("#details-summary").click();
  await expect.poll(() => elsewhere.getByRole("switch").isChecked()).toBe(false);
  // A notice that was shown before the setting was read is removed too.
  await expect.poll(() => notices(elsewhere)).toEqual({});
});
