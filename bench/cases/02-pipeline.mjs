import process from "node:process";
import { built } from "../lib/build.mjs";
import { Page, startBrowser } from "../lib/browser.mjs";
import { latencies, Pipeline } from "../lib/pipeline.mjs";
import { output, Server } from "../lib/processes.mjs";
import { preparedDataDirectory, sharedCertificates } from "../lib/data-directory.mjs";
import { compare, fact, interleaved, median } from "../lib/measures.mjs";

export const title = "From Notify() to the pane's message event";
export const method =
  "The whole product, as `npm start` runs it, with a MAPI provider that notifies every 70 ms. The receiver, a ws client or Chromium, records when its message event fires. Baseline: the sum of the medians of three bare hops with the same pace and bytes: a Unix socket between two C++ processes, a call from a native thread to JavaScript, and ws over TLS. One receiver is connected at a time; in the last line of the table a ws client is connected as well, and is sent to first.";

const INTERVAL_MS = 70;

export async function run({ rounds, scale }) {
  const count = Math.round(60 * scale);
  const certificates = await sharedCertificates();
  const env = { ...process.env, BENCH_CERTIFICATES: certificates, BENCH_CA: `${certificates}/ca.crt` };
  const pipeline = await Pipeline.start({ dataDirectory: await preparedDataDirectory() });
  const bare = new Server("bare-ws.mjs", { env });
  const barePort = await bare.request("port");
  const hop = await built("unix-hop");
  const tsfn = new Server("tsfn-hop.mjs", { env: { ...env, BENCH_TSFN: await built("tsfn-hop.node") } });
  const barePage = `https://localhost:${barePort}/taskpane.html`;
  const client = new Server("ws-client.mjs", { env, args: [pipeline.feed] });
  const bareClient = new Server("ws-client.mjs", { env, args: [`wss://localhost:${barePort}/feed`] });
  const context = await startBrowser();

  const throughPipeline = async (take) => {
    await take();
    const changes = await pipeline.mapi.notify(count, INTERVAL_MS);
    return latencies(changes, await take());
  };
  const throughWs = async (take) => {
    await take();
    const changes = await bare.request("schedule", { count, intervalMs: INTERVAL_MS });
    await new Promise((resolve) => setTimeout(resolve, 200));
    return latencies(
      changes.map((before, index) => ({ before, state: index % 2 === 0 ? "offline" : "online" })),
      await take(),
    );
  };
  const toClient = (one, measure) => async () => {
    await one.request("open");
    const found = await measure(() => one.request("messages"));
    await one.request("close");
    return found;
  };
  const beside = (one, measure) => async () => {
    await one.request("open");
    const found = await measure();
    await one.request("close");
    return found;
  };
  /** Only the page that is measured is open. */
  const inPage = (url, measure) => async () => {
    const page = await Page.open(context, url);
    const found = await measure(async () => (await page.take()).messages);
    await page.close();
    return found;
  };

  try {
    await toClient(client, throughPipeline)(); // warm-up
    await toClient(bareClient, throughWs)();
    const found = await interleaved(rounds, {
      pipeline: toClient(client, throughPipeline),
      pipelinePage: inPage(pipeline.url, throughPipeline),
      ws: toClient(bareClient, throughWs),
      wsPage: inPage(barePage, throughWs),
      pipelineBeside: beside(client, inPage(pipeline.url, throughPipeline)),
      wsBeside: beside(bareClient, inPage(barePage, throughWs)),
      unix: async () => numbers(await output(hop, [String(count), String(INTERVAL_MS * 1000)])),
      tsfn: async () => (await tsfn.request("run", { count, intervalMs: INTERVAL_MS })).map((ns) => ns / 1e6),
    });
    const sum = (ws) =>
      found[ws].map((_, index) => [median(found.unix[index]) + median(found.tsfn[index]) + median(found[ws][index])]);
    const against = "the sum of the bare hops";
    const target = { atMost: 1.3 };
    return {
      measures: [
        compare({ name: "to a ws client", against, unit: "ms", product: found.pipeline, baseline: sum("ws"), target }),
        compare({
          name: "to Chromium",
          against,
          unit: "ms",
          product: found.pipelinePage,
          baseline: sum("wsPage"),
          target,
        }),
        compare({
          ...{ name: "to Chromium, with a ws client connected as well", against, unit: "ms" },
          ...{ product: found.pipelineBeside, baseline: sum("wsBeside") },
        }),
        fact("bare Unix-socket hop between two C++ processes, p50", median(found.unix.flat()), { unit: "ms" }),
        fact("bare native-thread-to-JavaScript hop, p50", median(found.tsfn.flat()), { unit: "ms" }),
        fact("bare ws hop over TLS to a ws client, p50", median(found.ws.flat()), { unit: "ms" }),
        fact("bare ws hop over TLS to Chromium, p50", median(found.wsPage.flat()), { unit: "ms" }),
      ],
    };
  } finally {
    await context.close();
    await Promise.all([client, bareClient, bare, tsfn].map((server) => server.end()));
    await pipeline.end();
  }
}

function numbers(text) {
  return text
    .trim()
    .split("\n")
    .map((line) => Number(line) / 1e6);
}
