// What is downloaded before the state is shown, and that nothing moves afterwards.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Linter } from "eslint";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { PANE_FILES } from "./support/fake-bridge.js";
import { withOutlook } from "./support/fake-outlook.js";
import { sampleDay } from "./support/situations.js";
import { setUpHarness, shows } from "./support/harness.js";

const harness = setUpHarness();
const LIMIT_BYTES = 40 * 1024;

const files = readdirSync(PANE_FILES, { recursive: true, encoding: "utf8" });

test("has at most 40 KB of page, script and styles, compressed and without Office.js", () => {
  const own = files.filter((name) => /\.(html|js|css)$/.test(name) && !name.startsWith("office"));
  const bytes = own.reduce((sum, name) => sum + gzipSync(readFileSync(join(PANE_FILES, name))).length, 0);
  expect(own.sort()).toEqual(["service-worker.js", "taskpane.html"]);
  expect(bytes).toBeLessThanOrEqual(LIMIT_BYTES);
});

const html = readFileSync(join(PANE_FILES, "taskpane.html"), "utf8");

test("contains styles and scripts in the page and loads nothing else", () => {
  const elements = Array.from(html.matchAll(/<(script|style|link|body)\b[^>]*>/gi), ([element]) => element);
  const icon = elements.shift();
  expect(icon).toBe("<link rel=icon href=data:,>");
  expect(elements).toEqual(["<script>", "<style>", "<body>", "<script type=module>"]);
  const markup = html.replace(/<(script|style)\b[^]*?<\/\1>/gi, "");
  expect(markup).not.toMatch(/\son\w+=|\sstyle=|javascript:/i);
  expect(markup).not.toMatch(/(src|href)=["']?(https?:)?\/\//i);
});

test("has a small first script in ECMAScript 5, for old webviews", () => {
  const code = /<script>([^]*?)<\/script>/.exec(html)?.[1] ?? "";
  const messages = new Linter().verify(code, { languageOptions: { ecmaVersion: 5, sourceType: "script" } });
  expect(messages).toEqual([]);
  expect(code).toContain("old-webview");
  expect(code.length).toBeLessThanOrEqual(3072);
});

/** Every layout shift since the page was opened. */
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
  "has no layout shift while state, history and Office.js are loaded, at %i px",
  async (width) => {
    for (const [locale, theme] of [
      ["en-US", [0x0a0a0a, 0xffffff]],
      ["fr-FR", [0xffffff, 0]],
    ] as const) {
      harness.bridge.history = sampleDay(Date.now(), "offline", 720_000);
      harness.bridge.setState("offline", 720_000);
      const page = await harness.open({ width, outlook: { locale, theme } }, "offline");
      await page.locator("html[data-theme]").waitFor({ state: "attached" });
      await expect.poll(() => page.locator(".bar").count()).toBeGreaterThanOrEqual(9);
      expect(await shifts(page)).toEqual([]);
    }
  },
);

test("moves only the step, below a text of another length, when the state changes", async () => {
  harness.bridge.history = sampleDay(Date.now(), "online", 720_000);
  harness.bridge.setState("online", 720_000);
  const page = await harness.open({ outlook: { item: "none" } }, "online");
  await expect.poll(() => page.locator(".bar.offline").count()).toBe(2);
  harness.bridge.setState("offline");
  await shows(page, "offline");
  await harness.bridge.stop();
  await shows(page, "unreachable");
  await harness.bridge.start();
  await shows(page, "offline");
  harness.bridge.setState("online");
  await shows(page, "online");
  expect((await shifts(page)).filter((shift) => !/^0\.0\d+ DIV#step$/.test(shift))).toEqual([]);
  await expect
    .poll(() => withOutlook(page, (outlook) => outlook.calls.length, null), { timeout: 30_000 })
    .toBeGreaterThan(0);
});
