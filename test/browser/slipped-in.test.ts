// What somebody slips into the page does not run: the policy names what stands in it by hashes.
import { expect, test } from "vitest";
import { setStage, shows } from "./support/stage.js";

const stage = setStage();

test("a script, a handler and a style that were slipped into the page do nothing, and the pane is as ever", async () => {
  stage.bridge.slip = (html) =>
    html
      .replace("<body", "<style>h1{display:none}</style>$& onclick=\"document.title='clicked'\"")
      .replace("</body>", "<script>document.documentElement.dataset.slipped='in'</script>$&");
  const page = await stage.open({}, "online");
  await page.locator("h1").click();
  await expect.poll(() => page.title()).toContain("Online");
  expect(await page.locator("html").getAttribute("data-slipped")).toBeNull();
});

test.each([
  ["what connects", /<script>/],
  ["the pane's own script", /<script type=module>/],
])("the page's script does not run when it was changed: %s", async (_which, element) => {
  stage.bridge.slip = (html) => html.replace(element, "$&document.documentElement.dataset.slipped='in';");
  const page = await stage.open();
  await page.waitForFunction(() => document.readyState === "complete");
  expect(await page.locator("html").getAttribute("data-slipped")).toBeNull();
});

test("a page whose lines end as on Windows is taken as it is", async () => {
  stage.bridge.slip = (html) => html.replaceAll("\n", "\r\n");
  await shows(await stage.open(), "online");
});
