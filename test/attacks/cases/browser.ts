// Rows 1, 18, 21 and 33 in a real browser. Its own WebSocket is used, because the browser's rules for other sites are under test.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { trustAuthority } from "../../browser/support/certificates.js";
import { startChromium } from "../../browser/support/chromium.js";
import type { BridgeProcess } from "../../support/bridge-process.js";
import { createFolder, removeFolder } from "../../support/temporary-folder.js";
import type { Attack } from "./attack.js";

/** Runs `action` in a page of another site, in a browser that trusts the bridge's certificate. */
async function fromEvilPage(
  bridge: BridgeProcess,
  action: (page: Page, ours: string) => Promise<string>,
): Promise<string> {
  const folder = createFolder();
  trustAuthority(join(bridge.dataDirectory, "certificates", "ca.crt"), folder);
  const evil = createServer((_request, response) => {
    response.setHeader("Content-Type", "text/html").end("<!doctype html><title>evil</title><body>");
  }).listen(0, "127.0.0.1");
  await once(evil, "listening");
  const browser = await startChromium(folder);
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(evil.address() as AddressInfo).port}/`);
    return await action(page, `localhost:${bridge.port}`);
  } finally {
    await browser.close();
    evil.close();
    removeFolder(folder);
  }
}

const inBrowser = (
  row: number,
  attempt: string,
  response: string,
  action: (page: Page, ours: string) => Promise<string>,
): Attack => ({ row, attempt, response, run: (bridge) => fromEvilPage(bridge, action) });

export const browserAttacks: readonly Attack[] = [
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
      // A frame is about:blank until its navigation is committed.
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
    "only the pane's own run",
    async (page, ours) => {
      await page.goto(`https://${ours}/taskpane.html`);
      await page.locator("html[data-message]").waitFor();
      const own = await page.evaluate(() => getComputedStyle(document.body).display === "flex");
      const executed = await page.evaluate(async () => {
        const executed: string[] = [];
        Reflect.set(window, "injected", (name: string) => executed.push(name));
        const add = (tag: string, text: string, attributes: Readonly<Record<string, string>> = {}): HTMLElement => {
          const element = Object.assign(document.createElement(tag), { textContent: text });
          for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
          document.body.append(element);
          return element;
        };
        add("script", "injected('script')");
        add("script", "injected('module')", { type: "module" });
        add("button", "", { onclick: "injected('onclick')" }).click();
        add("a", "", { href: "javascript:injected('javascript:')" }).click();
        add("style", "body { display: table }");
        try {
          // setTimeout with a string is a form of eval().
          Reflect.apply(setTimeout, window, ["injected('eval')", 0]);
        } catch {
          // Blocked, as required.
        }
        await new Promise((resolve) => setTimeout(resolve, 500));
        if (getComputedStyle(document.body).display === "table") executed.push("style");
        return executed;
      });
      if (executed.length > 0) return `these run: ${executed.join(", ")}`;
      return own ? "only the pane's own run" : "the pane's own style is missing";
    },
  ),
];
