// Chromium, with pages that record when they receive and when they show a state.
import process from "node:process";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { findBrowser } from "../../tools/lib/browser.mjs";
import { sharedCertificates, temporaryFolder } from "./data-directory.mjs";

/** Runs in each page before its own scripts. Records messages, changes of the shown state, and the frames that show them. */
function record() {
  const seen = { messages: [], states: [], frames: [] };
  Object.defineProperty(globalThis, "seen", { value: seen });
  const onMessage = (data) => seen.messages.push([performance.now(), data]);
  const hook = (name, events) => {
    const Native = globalThis[name];
    globalThis[name] = class extends Native {
      constructor(...args) {
        super(...args);
        for (const event of events) this.addEventListener(event, ({ data }) => onMessage(data));
      }
    };
  };
  hook("WebSocket", ["message"]);
  hook("EventSource", ["change"]);
  const onMutation = () => {
    const pane = document.documentElement.dataset.state;
    const state = pane ?? document.getElementById("word")?.textContent ?? "unknown";
    if (state === seen.states.at(-1)?.[1]) return;
    seen.states.push([performance.now(), state]);
    // A message posted in a frame's callback is delivered after that frame was submitted.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        seen.frames.push([performance.now(), state]);
        port1.close();
      };
      port2.postMessage(null);
    });
  };
  new MutationObserver(onMutation).observe(document, {
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
      // Trusts only the certificate of the benchmarks, as if it were installed.
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

  /** Opens `url` and, unless `blank`, waits until it shows a state. */
  static async open(context, url, { blank = false } = {}) {
    const page = await context.newPage();
    await page.addInitScript(record);
    await page.goto(url);
    if (!blank) await page.waitForFunction(() => globalThis.seen.states.some(([, state]) => state !== "unknown"));
    const session = await context.newCDPSession(page);
    return new Page(page, session, await originOf(page, session));
  }

  /** What was recorded since the last call, with times on the monotonic clock in nanoseconds. */
  async take() {
    const { messages, states, frames } = await this.page.evaluate(() => ({
      messages: globalThis.seen.messages.splice(0),
      frames: globalThis.seen.frames.splice(0),
      states: globalThis.seen.states.splice(0, globalThis.seen.states.length - 1),
    }));
    const last = await this.page.evaluate(() => globalThis.seen.states.at(-1));
    const at = (ms) => this.originNs + ms * 1e6;
    return {
      messages: messages.map(([ms, data]) => ({ at: at(ms), ...parse(data) })),
      states: [...states, last].map(([ms, state]) => ({ at: at(ms), state })),
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

/** The origin of the page's clock on the monotonic clock, from the DevTools protocol; verified against our own clock. */
async function originOf(page, session) {
  await session.send("Performance.enable", { timeDomain: "timeTicks" });
  const { metrics } = await session.send("Performance.getMetrics");
  const originNs = metrics.find(({ name }) => name === "NavigationStart").value * 1e9;
  for (let index = 0; index < 20; index += 1) {
    const before = Number(process.hrtime.bigint());
    const now = originNs + (await page.evaluate(() => performance.now())) * 1e6;
    const after = Number(process.hrtime.bigint());
    const slack = 200_000; // the page's clock ticks every 100 us
    if (now < before - slack || now > after + slack)
      throw new Error("the page's clock does not agree with the monotonic clock");
  }
  return originNs;
}
