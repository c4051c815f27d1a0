// The plain page for engines that cannot run the pane.
import { expect, test } from "vitest";
import { setStage } from "./support/stage.js";

const stage = setStage();

test.each<[string, () => void]>([
  ["has no modern arrays", () => Reflect.deleteProperty(Array.prototype, "at")],
  ["has no lists by language", () => Reflect.deleteProperty(Intl, "ListFormat")],
  ["has no WebSocket", () => Reflect.deleteProperty(window, "WebSocket")],
])("says in both languages what is needed, in an engine that %s", async (_name, makeOld) => {
  const page = await stage.open({ prepare: (opened) => opened.addInitScript(makeOld) });
  await page.locator("#old-webview").waitFor();
  const text = await page.locator("body").innerText();
  expect(text).toMatch(/This Outlook is too old/);
  expect(text).toMatch(/Cet Outlook est trop ancien/);
  expect(text.match(/WebView2/g)?.length).toBeGreaterThanOrEqual(2);
  await page.waitForTimeout(500);
  expect(await page.locator("#old-webview").count()).toBe(1);
  expect(stage.errors).toEqual([]);
  expect(stage.bridge.clients).toBe(0);
});

test("is not shown to an engine that can run the pane", async () => {
  const page = await stage.open({}, "online");
  expect(await page.locator("#old-webview").count()).toBe(0);
});

test("an engine without modules and scripts of today still reads what is needed", async () => {
  // Trident runs the classic script and nothing else; this engine runs it with every other script taken away.
  stage.bridge.slip = (html) => html.replace(/<script type=module>[^]*?<\/script>/, "");
  const page = await stage.open({
    prepare: (opened) => opened.addInitScript(() => Reflect.deleteProperty(Array.prototype, "at")),
  });
  await page.locator("#old-webview").waitFor();
});
