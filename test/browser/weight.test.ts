// What the pane costs before it says something, and that nothing jumps afterwards.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Linter } from "eslint";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { PANE_FILES } from "./support/fake-bridge.js";
import { withOutlook } from "./support/outlook-host.js";
import { aDay } from "./support/situations.js";
import { setStage, shows } from "./support/stage.js";

const stage = setStage();
const LIMIT_BYTES = 40 * 1024;

const files = readdirSync(PANE_FILES, { recursive: true, encoding: "utf8" });

test("page, script and styles together have at most 40 KB compressed, besides Office.js", () => {
  const own = files.filter((name) => /\.(html|js|css)$/.test(name) && !name.startsWith("office"));
  const bytes = own.reduce((sum, name) => sum + gzipSync(readFileSync(join(PANE_FILES, name))).length, 0);
  expect(own.sort()).toEqual(["service-worker.js", "taskpane.html"]);
  expect(bytes).toBeLessThanOrEqual(LIMIT_BYTES);
});

const html = readFileSync(join(PANE_FILES, "taskpane.html"), "utf8");

test("the page has in itself what connects, its styles and its script, in this order, and has nothing else fetched", () => {
  const elements = Array.from(html.matchAll(/<(script|style|link|body)\b[^>]*>/gi), ([element]) => element);
  const icon = elements.shift();
  expect(icon).toBe("<link rel=icon href=data:,>");
  expect(elements).toEqual(["<script>", "<style>", "<body>", "<script type=module>"]);
  const markup = html.replace(/<(script|style)\b[^]*?<\/\1>/gi, "");
  expect(markup).not.toMatch(/\son\w+=|\sstyle=|javascript:/i);
  expect(markup).not.toMatch(/(src|href)=["']?(https?:)?\/\//i);
});

test("the script that runs first, also in old webviews, is small, and ECMAScript 5 as it is served", () => {
  const code = /<script>([^]*?)<\/script>/.exec(html)?.[1] ?? "";
  const messages = new Linter().verify(code, { languageOptions: { ecmaVersion: 5, sourceType: "script" } });
  expect(messages).toEqual([]);
  expect(code).toContain("new WebSocket(");
  expect(code.length).toBeLessThanOrEqual(3072);
});

/** Everything that has moved without the person's doing, from the page's beginning on. */
async function shifts(page: Page): Promise<string[]> {
  return page.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const found: string[] = [];
        const observer = new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) {
            const { value, sources } = entry as PerformanceEntry & { value: number; sources: { node: Node | null }[] };
            const names = sources.map(({ node }) => (node instanceof Element ? `${node.tagName}#${node.id}` : "?"));
            found.push(`${value} ${names.join(" ")}`);
          }
        });
        observer.observe({ type: "layout-shift", buffered: true });
        setTimeout(() => {
          observer.disconnect();
          resolve(found);
        }, 300);
      }),
  );
}

test.each([280, 320, 360])(
  "nothing jumps while the state, the history and Office.js come in, at %i px",
  async (width) => {
    for (const [locale, theme] of [
      ["en-US", [0x0a0a0a, 0xffffff]],
      ["fr-FR", [0xffffff, 0]],
    ] as const) {
      stage.bridge.history = aDay(Date.now(), "offline", 720_000);
      stage.bridge.state("offline", 720_000);
      const page = await stage.open({ width, outlook: { locale, theme } }, "offline");
      await page.locator("html[data-theme]").waitFor({ state: "attached" });
      await expect.poll(() => page.locator(".bar").count()).toBeGreaterThanOrEqual(9);
      expect(await shifts(page)).toEqual([]);
    }
  },
);

test("when states change, nothing moves but the step below a text that is longer or shorter", async () => {
  stage.bridge.history = aDay(Date.now(), "online", 720_000);
  stage.bridge.state("online", 720_000);
  const page = await stage.open({ outlook: { item: "none" } }, "online");
  await expect.poll(() => page.locator(".bar.offline").count()).toBe(2);
  stage.bridge.state("offline");
  await shows(page, "offline");
  await stage.bridge.stop();
  await shows(page, "unreachable");
  await stage.bridge.start();
  await shows(page, "offline");
  stage.bridge.state("online");
  await shows(page, "online");
  expect((await shifts(page)).filter((shift) => !/^0\.0\d+ DIV#step$/.test(shift))).toEqual([]);
  await expect
    .poll(() => withOutlook(page, (outlook) => outlook.calls.length, null), { timeout: 30_000 })
    .toBeGreaterThan(0);
});
