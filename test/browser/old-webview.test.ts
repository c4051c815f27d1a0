// The static page for engines that cannot run the pane.
import { expect, test } from "vitest";
import { setUpHarness } from "./support/harness.js";

const harness = setUpHarness();

test.each<[string, () => void]>([
  ["has no Array.prototype.at", () => Reflect.deleteProperty(Array.prototype, "at")],
  ["has no Intl.ListFormat", () => Reflect.deleteProperty(Intl, "ListFormat")],
  ["has no WebSocket", () => Reflect.deleteProperty(window, "WebSocket")],
])("shows what is needed in both languages, in an engine that %s", async (_name, makeOld) => {
  const page = await harness.open({ prepare: (opened) => opened.addInitScript(makeOld) });
  await page.locator("#old-webview").waitFor();
  const text = await page.locator("body").innerText();
  expect(text).toMatch(/This Outlook is too old/);
  expect(text).toMatch(/Cet Outlook est trop ancien/);
  expect(text.match(/WebView2/g)?.length).toBeGreaterThanOrEqual(2);
  await page.waitForTimeout(500);
  expect(await page.locator("#old-webview").count()).toBe(1);
  expect(harness.errors).toEqual([]);
  expect(harness.bridge.clients).toBe(0);
});

test("is not shown in an engine that can run the pane", async () => {
  const page = await harness.open({}, "online");
  expect(await page.locator("#old-webview").count()).toBe(0);
});

test("is shown in an engine without modules", async () => {
  // Trident runs only the classic script, so the test removes every other one.
  harness.bridge.transformPage = (html) => html.replace(/<script type=module>[^]*?<\/script>/, "");
  const page = await harness.open({
    prepare: (opened) => opened.addInitScript(() => Reflect.deleteProperty(Array.prototype, "at")),
  });
  await page.locator("#old-webview").waitFor();
});
