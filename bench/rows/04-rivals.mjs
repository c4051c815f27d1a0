import process from "node:process";
import { Page, startBrowser } from "../lib/browser.mjs";
import { Chain, latencies } from "../lib/chain.mjs";
import { Server } from "../lib/child.mjs";
import { preparedHome, sharedCertificates } from "../lib/home.mjs";
import { compare, fact } from "../lib/measures.mjs";
import { interleaved, median } from "../lib/statistics.mjs";

export const title = "From Notify() until the page shows it, against other ways to know";
export const method =
  "One agent tells all of them; a rival gets the state by the product's own native module, so that only the way from there to the page differs, and its page is blank but for one word. One page is open at a time, and the product's is the real pane, with everything that it draws; its bridge runs on without a pane while a rival is measured. The moment is the change of the document that shows the state (the word; in the pane, what colour, shape and word follow); it is observed in the same way on every page, and so is the frame that comes after it. Polling reads the state each second, as an add-in polls NameSpace.Offline, from its own memory, at random phases.";

export async function run({ rounds, scale }) {
  const chain = await Chain.start({ home: await preparedHome() });
  const env = { ...process.env, BENCH_CERTIFICATES: await sharedCertificates(), BENCH_HOME: chain.home.path };
  const context = await startBrowser();

  /** The same until the page's message event, and until the frame; of the side that was measured last. */
  let last = { heard: [], framed: [] };
  const until = {};
  const hearing = (name, series) => async () => {
    const found = await series();
    const all = (until[name] ??= { heard: [], framed: [] });
    all.heard.push(...last.heard);
    all.framed.push(...last.framed);
    return found;
  };
  const measure = async (url, count, intervalMs, jitterMs) => {
    const page = await Page.open(context, url, { blank: true });
    await new Promise((resolve) => setTimeout(resolve, 1300)); // a poll has passed, and what a page does once it is open
    await page.take();
    const stamps = await chain.orders.notify(count, intervalMs, jitterMs);
    if (intervalMs > 1000) await new Promise((resolve) => setTimeout(resolve, 1000));
    const { messages, words, frames } = await page.take();
    await page.close();
    if (intervalMs < 1000) last = { heard: latencies(stamps, messages), framed: latencies(stamps, frames) };
    return latencies(stamps, words);
  };
  const rival = (file, count, intervalMs, jitterMs) => async () => {
    const server = new Server(file, { env });
    const url = `https://localhost:${await server.ask("port")}/taskpane.html`;
    const found = await measure(url, count, intervalMs, jitterMs);
    await server.end();
    return found;
  };
  const count = Math.round(80 * scale);

  try {
    await measure(chain.url, 20, 70, 0);
    const found = await interleaved(rounds, {
      product: hearing("product", () => measure(chain.url, count, 70, 15)),
      sse: hearing("sse", rival("sse.mjs", count, 70, 15)),
      socketIo: hearing("socketIo", rival("socket-io.mjs", count, 70, 15)),
      polling: rival("polling.mjs", Math.round(12 * scale), 1050, 450),
    });
    const against = [
      ["polling each second", found.polling, { least: 100 }],
      ["SSE (better-sse)", found.sse, { least: 1 }],
      ["socket.io", found.socketIo, { least: 1 }],
    ];
    return {
      measures: [
        ...against.flatMap(([name, other, aim]) =>
          [0.5, 0.99].map((at) =>
            compare({
              what: `p${at * 100} ahead of ${name}`,
              against: name,
              unit: "ms",
              product: found.product,
              other,
              at,
              aim: at === 0.99 ? { least: 1 } : aim,
            }),
          ),
        ),
        ...[
          ["heard", "until the message event"],
          ["framed", "until the frame that shows it is drawn"],
        ].flatMap(([kind, what]) =>
          [
            ["product", "the product's pane"],
            ["sse", "better-sse's page"],
            ["socketIo", "socket.io's page"],
          ].map(([name, whose]) => fact(`${what}: ${whose}, p50`, median(until[name][kind]), { unit: "ms" })),
        ),
      ],
    };
  } finally {
    await context.close();
    await chain.end();
  }
}
