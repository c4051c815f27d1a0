// Rows 1, 18, 21 and 33 once more, as a real browser carries them out.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { trustAuthority } from "../../browser/support/certificates.js";
import { startChromium } from "../../browser/support/chromium.js";
import { freshHome, type BridgeProcess } from "../../support/bridge-process.js";
import type { Attack } from "../attack.js";

/** Opens a page of another site in a browser that trusts the bridge's certificate, and lets it try something. */
async function fromEvilPage(
  bridge: BridgeProcess,
  attempt: (page: Page, ours: string) => Promise<string>,
): Promise<string> {
  const folder = freshHome();
  trustAuthority(join(bridge.home, "certificates", "ca.crt"), folder.path);
  const evil = createServer((_request, response) => {
    response.setHeader("Content-Type", "text/html").end("<!doctype html><title>evil</title><body>");
  }).listen(0, "127.0.0.1");
  await once(evil, "listening");
  const browser = await startChromium(folder.path);
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(evil.address() as AddressInfo).port}/`);
    return await attempt(page, `localhost:${bridge.port}`);
  } finally {
    await browser.close();
    evil.close();
    folder.remove();
  }
}

const inBrowser = (
  row: number,
  tried: string,
  answer: string,
  attempt: (page: Page, ours: string) => Promise<string>,
): Attack => ({ row, tried, answer, run: (bridge) => fromEvilPage(bridge, attempt) });

export const inBrowsers: readonly Attack[] = [
  inBrowser(1, "Chromium: new WebSocket() on another site's page", "close 1006, no message", (page, ours) =>
    page.evaluate(
      (url) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(url, "offline-state.v1");
          let messages = 0;
          socket.onmessage = () => (messages += 1);
          socket.onclose = ({ code }) => {
            resolve(`close ${code}, ${messages === 0 ? "no message" : "a message"}`);
          };
        }),
      `wss://${ours}/feed`,
    ),
  ),
  inBrowser(18, "Chromium: fetch, <img>, <script>, <link> of our addresses", "nothing loads", (page, ours) =>
    page.evaluate(async (origin) => {
      const loads = (make: () => HTMLElement): Promise<boolean> =>
        new Promise((resolve) => {
          const element = make();
          element.onload = () => {
            resolve(true);
          };
          element.onerror = () => {
            resolve(false);
          };
          document.body.append(element);
        });
      const fetched = async (path: string, mode: RequestMode): Promise<boolean> => {
        try {
          return (await fetch(`https://${origin}${path}`, { mode })).type === "basic";
        } catch {
          return false;
        }
      };
      const found: [string, boolean][] = [
        ["fetch", await fetched("/healthz", "cors")],
        ["fetch without CORS", await fetched("/healthz", "no-cors")],
        ["img", await loads(() => Object.assign(new Image(), { src: `https://${origin}/healthz` }))],
        [
          "script",
          await loads(() =>
            Object.assign(document.createElement("script"), { src: `https://${origin}/history?hours=1` }),
          ),
        ],
        [
          "link",
          await loads(() =>
            Object.assign(document.createElement("link"), {
              rel: "stylesheet",
              href: `https://${origin}/taskpane.html`,
            }),
          ),
        ],
      ];
      const loaded = found.filter(([, yes]) => yes).map(([name]) => name);
      return loaded.length === 0 ? "nothing loads" : loaded.join(", ");
    }, ours),
  ),
  inBrowser(
    21,
    "Chromium: an <iframe> with the pane on another site's page",
    "the frame stays empty",
    async (page, ours) => {
      await page.evaluate((url) => {
        document.body.append(Object.assign(document.createElement("iframe"), { src: url }));
      }, `https://${ours}/taskpane.html`);
      const shown = (): string[] => page.frames().flatMap((frame) => (frame === page.mainFrame() ? [] : [frame.url()]));
      // A frame is about:blank until it is known what it shows.
      const limit = performance.now() + 30_000;
      while (shown().every((address) => !/^(?:chrome-error|https):/.test(address)) && performance.now() < limit)
        await page.waitForTimeout(50);
      const addresses = shown();
      const empty = addresses.length === 1 && addresses[0]?.startsWith("chrome-error:") === true;
      return empty ? "the frame stays empty" : `the frame shows ${addresses.join()}`;
    },
  ),
  inBrowser(
    33,
    "Chromium: <script>, onclick, javascript:, eval(), <style> within the page",
    "none counts, and the pane's own do",
    async (page, ours) => {
      await page.goto(`https://${ours}/taskpane.html`);
      await page.locator("html[data-row]").waitFor();
      const own = await page.evaluate(() => getComputedStyle(document.body).display === "flex");
      const counted = await page.evaluate(async () => {
        const counts: string[] = [];
        Reflect.set(window, "slipped", (name: string) => counts.push(name));
        const add = (tag: string, text: string, attributes: Readonly<Record<string, string>> = {}): HTMLElement => {
          const element = Object.assign(document.createElement(tag), { textContent: text });
          for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
          document.body.append(element);
          return element;
        };
        add("script", "slipped('script')");
        add("script", "slipped('module')", { type: "module" });
        add("button", "", { onclick: "slipped('onclick')" }).click();
        add("a", "", { href: "javascript:slipped('javascript:')" }).click();
        add("style", "body { display: table }");
        try {
          // A timer with a text is eval() by another name.
          Reflect.apply(setTimeout, window, ["slipped('eval')", 0]);
        } catch {
          // That is what is wanted.
        }
        await new Promise((resolve) => setTimeout(resolve, 500));
        if (getComputedStyle(document.body).display === "table") counts.push("style");
        return counts;
      });
      if (counted.length > 0) return `these count: ${counted.join(", ")}`;
      return own ? "none counts, and the pane's own do" : "the pane's own style does not count";
    },
  ),
];
