// A real Chromium, and pages that write down when they hear and when they show something.
import process from "node:process";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { findBrowser } from "../../tools/lib/browser.mjs";
import { sharedCertificates, temporaryFolder } from "./home.mjs";

/** Runs in each page before its own scripts: the first listener of every message, of the word's every change and its frame. */
function watch() {
  const seen = { messages: [], words: [], frames: [] };
  Object.defineProperty(globalThis, "seen", { value: seen });
  const heard = (data) => seen.messages.push([performance.now(), data]);
  const hook = (name, events) => {
    const Native = globalThis[name];
    globalThis[name] = class extends Native {
      constructor(...words) {
        super(...words);
        for (const event of events) this.addEventListener(event, ({ data }) => heard(data));
      }
    };
  };
  hook("WebSocket", ["message"]);
  hook("EventSource", ["change"]);
  const look = () => {
    const pane = document.documentElement.dataset.state;
    const word = pane ?? document.getElementById("word")?.textContent ?? "unknown";
    if (word === seen.words.at(-1)?.[1]) return;
    seen.words.push([performance.now(), word]);
    // A task that is asked for within a frame's callback comes when that frame has been handed on to be shown.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        seen.frames.push([performance.now(), word]);
        port1.close();
      };
      port2.postMessage(null);
    });
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributeFilter: ["data-state"],
  });
}

export async function startBrowser() {
  const leaf = new X509Certificate(readFileSync(join(await sharedCertificates(), "localhost.crt")));
  const key = createHash("sha256")
    .update(leaf.publicKey.export({ type: "spki", format: "der" }))
    .digest("base64");
  const context = await chromium.launchPersistentContext(temporaryFolder(), {
    executablePath: process.env.CHROMIUM ?? findBrowser(),
    viewport: { width: 320, height: 640 },
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // The certificate of the measurements is trusted, as an installed one is; no error is ignored.
      `--ignore-certificate-errors-spki-list=${key}`,
    ],
  });
  return context;
}

export class Page {
  constructor(page, session, originNs) {
    this.page = page;
    this.session = session;
    this.originNs = originNs;
  }

  /** Opens `url`, and waits until it shows a state, unless `blank`. */
  static async open(context, url, { blank = false } = {}) {
    const page = await context.newPage();
    await page.addInitScript(watch);
    await page.goto(url);
    if (!blank) await page.waitForFunction(() => globalThis.seen.words.some(([, word]) => word !== "unknown"));
    const session = await context.newCDPSession(page);
    return new Page(page, session, await originOf(page, session));
  }

  /** When messages came, words changed and their frames were drawn since the last question, on the clock of all processes. */
  async take() {
    const { messages, words, frames } = await this.page.evaluate(() => ({
      messages: globalThis.seen.messages.splice(0),
      frames: globalThis.seen.frames.splice(0),
      words: globalThis.seen.words.splice(0, globalThis.seen.words.length - 1),
    }));
    const last = await this.page.evaluate(() => globalThis.seen.words.at(-1));
    const at = (ms) => this.originNs + ms * 1e6;
    return {
      messages: messages.map(([ms, data]) => ({ at: at(ms), ...parse(data) })),
      words: [...words, last].map(([ms, state]) => ({ at: at(ms), state })),
      frames: frames.map(([ms, state]) => ({ at: at(ms), state })),
    };
  }

  async close() {
    await this.page.close();
  }
}

function parse(data) {
  const text = String(data);
  const from = text.search(/[[{]/);
  const value = from < 0 ? undefined : JSON.parse(text.slice(from));
  return Array.isArray(value) ? value[1] : (value ?? {});
}

/**
 * When the page's own clock began, on the monotonic clock: Chromium says it over the DevTools protocol. Held against our
 * own clock on both sides of a reading, because everything depends on it.
 */
async function originOf(page, session) {
  await session.send("Performance.enable", { timeDomain: "timeTicks" });
  const { metrics } = await session.send("Performance.getMetrics");
  const originNs = metrics.find(({ name }) => name === "NavigationStart").value * 1e9;
  for (let index = 0; index < 20; index += 1) {
    const before = Number(process.hrtime.bigint());
    const now = originNs + (await page.evaluate(() => performance.now())) * 1e6;
    const after = Number(process.hrtime.bigint());
    const slack = 200_000; // the page's clock ticks every 100 us
    if (now < before - slack || now > after + slack) throw new Error("the page's clock does not fit ours");
  }
  return originNs;
}
