import process from "node:process";
import { Page, startBrowser } from "../lib/browser.mjs";
import { latencies, Pipeline } from "../lib/pipeline.mjs";
import { Server } from "../lib/processes.mjs";
import { preparedDataDirectory, sharedCertificates } from "../lib/data-directory.mjs";
import { compare, fact, interleaved, median } from "../lib/measures.mjs";

export const title = "From Notify() until the page shows the state, compared with alternatives";
export const method =
  "All sides are connected to the same agent with the same native module, so only the way from there to the page differs. The product shows its complete pane; the alternatives show one word on an empty page. One page is open at a time. Measured is the change of the document that shows the state. Polling reads the state every second, as an add-in with only `NameSpace.Offline` has to.";

export async function run({ rounds, scale }) {
  const pipeline = await Pipeline.start({ dataDirectory: await preparedDataDirectory() });
  const env = {
    ...process.env,
    BENCH_CERTIFICATES: await sharedCertificates(),
    BENCH_DATA_DIRECTORY: pipeline.dataDirectory.path,
  };
  const context = await startBrowser();

  /** Latencies until the message event and until the frame, of the latest measurement. */
  let last = { received: [], framed: [] };
  const details = {};
  const detailed = (name, series) => async () => {
    const found = await series();
    const all = (details[name] ??= { received: [], framed: [] });
    all.received.push(...last.received);
    all.framed.push(...last.framed);
    return found;
  };
  const measure = async (url, count, intervalMs, jitterMs) => {
    const page = await Page.open(context, url, { blank: true });
    await new Promise((resolve) => setTimeout(resolve, 1300)); // at least one poll, and the page has settled
    await page.take();
    const changes = await pipeline.mapi.notify(count, intervalMs, jitterMs);
    if (intervalMs > 1000) await new Promise((resolve) => setTimeout(resolve, 1000));
    const { messages, states, frames } = await page.take();
    await page.close();
    if (intervalMs < 1000) last = { received: latencies(changes, messages), framed: latencies(changes, frames) };
    return latencies(changes, states);
  };
  const alternative = (file, count, intervalMs, jitterMs) => async () => {
    const server = new Server(file, { env });
    const url = `https://localhost:${await server.request("port")}/taskpane.html`;
    const found = await measure(url, count, intervalMs, jitterMs);
    await server.end();
    return found;
  };
  const count = Math.round(80 * scale);

  try {
    await measure(pipeline.url, 20, 70, 0);
    const found = await interleaved(rounds, {
      product: detailed("product", () => measure(pipeline.url, count, 70, 15)),
      sse: detailed("sse", alternative("sse.mjs", count, 70, 15)),
      socketIo: detailed("socketIo", alternative("socket-io.mjs", count, 70, 15)),
      polling: alternative("polling.mjs", Math.round(12 * scale), 1050, 450),
    });
    const against = [
      ["polling every second", found.polling, { atLeast: 100 }],
      ["SSE (better-sse)", found.sse, { atLeast: 1 }],
      ["socket.io", found.socketIo, { atLeast: 1 }],
    ];
    return {
      measures: [
        ...against.flatMap(([name, baseline, target]) =>
          [0.5, 0.99].map((at) =>
            compare({
              name: `p${at * 100} ahead of ${name}`,
              against: name,
              unit: "ms",
              product: found.product,
              baseline,
              at,
              target: at === 0.99 ? { atLeast: 1 } : target,
            }),
          ),
        ),
        ...[
          ["received", "until the message event"],
          ["framed", "until the frame that shows it"],
        ].flatMap(([kind, name]) =>
          [
            ["product", "the product's pane"],
            ["sse", "better-sse's page"],
            ["socketIo", "socket.io's page"],
          ].map(([side, page]) => fact(`${name}: ${page}, p50`, median(details[side][kind]), { unit: "ms" })),
        ),
      ],
    };
  } finally {
    await context.close();
    await pipeline.end();
  }
}
