// The content security policy contains hashes, so injected code does not run.
import { expect, test } from "vitest";
import { setUpHarness, shows } from "./support/harness.js";

const harness = setUpHarness();

test("blocks an injected script, event handler and style, and works", async () => {
  harness.bridge.transformPage = (html) =>
    html
      .replace("<body", "<style>h1{display:none}</style>$& onclick=\"document.title='clicked'\"")
      .replace("</body>", "<script>document.documentElement.dataset.injected='yes'</script>$&");
  const page = await harness.open({}, "online");
  await page.locator("h1").click();
  await expect.poll(() => page.title()).toContain("Online");
  expect(await page.locator("html").getAttribute("data-injected")).toBeNull();
});

test.each([
  ["the first script", /<script>/],
  ["the pane's own script", /<script type=module>/],
])("blocks a modified script: %s", async (_which, element) => {
  harness.bridge.transformPage = (html) => html.replace(element, "$&document.documentElement.dataset.injected='yes';");
  const page = await harness.open();
  await page.waitForFunction(() => document.readyState === "complete");
  expect(await page.locator("html").getAttribute("data-injected")).toBeNull();
});

test("accepts a page with Windows line endings", async () => {
  harness.bridge.transformPage = (html) => html.replaceAll("\n", "\r\n");
  await shows(await harness.open(), "online");
});
