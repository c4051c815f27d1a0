import process from "node:process";
import { built } from "../lib/build.mjs";
import { Page, startBrowser } from "../lib/browser.mjs";
import { Chain, latencies } from "../lib/chain.mjs";
import { output, Server } from "../lib/child.mjs";
import { preparedHome, sharedCertificates } from "../lib/home.mjs";
import { compare, fact } from "../lib/measures.mjs";
import { interleaved, median } from "../lib/statistics.mjs";

export const title = "Notify() to the pane's message event";
export const method =
  "The whole product as `npm start` runs it, with a MAPI that notifies every 70 ms and writes down when; the receiver writes down when its message event came, by the same monotonic clock (Chromium's page clock ticks every 100 us). One receiver is connected at a time, on both sides; in the last line a ws client is connected too, and is sent to first. The bare hops have the same pace and the same bytes, and the sum of their medians is what the product is held against.";

const INTERVAL_MS = 70;

export async function run({ rounds, scale }) {
  const count = Math.round(60 * scale);
  const certificates = await sharedCertificates();
  const env = { ...process.env, BENCH_CERTIFICATES: certificates, BENCH_CA: `${certificates}/ca.crt` };
  const chain = await Chain.start({ home: await preparedHome() });
  const bare = new Server("bare-ws.mjs", { env });
  const barePort = await bare.ask("port");
  const hop = await built("unix-hop");
  const tsfn = new Server("tsfn-hop.mjs", { env: { ...env, BENCH_TSFN: await built("tsfn-hop.node") } });
  const barePage = `https://localhost:${barePort}/taskpane.html`;
  const client = new Server("ws-client.mjs", { env, args: [chain.feed] });
  const bareClient = new Server("ws-client.mjs", { env, args: [`wss://localhost:${barePort}/feed`] });
  const context = await startBrowser();

  const throughChain = async (take) => {
    await take();
    const stamps = await chain.orders.notify(count, INTERVAL_MS);
    return latencies(stamps, await take());
  };
  const throughWs = async (take) => {
    await take();
    const stamps = await bare.ask("schedule", { count, intervalMs: INTERVAL_MS });
    await new Promise((resolve) => setTimeout(resolve, 200));
    return latencies(
      stamps.map((before, index) => ({ before, state: index % 2 === 0 ? "offline" : "online" })),
      await take(),
    );
  };
  const toClient = (one, measure) => async () => {
    await one.ask("open");
    const found = await measure(() => one.ask("messages"));
    await one.ask("leave");
    return found;
  };
  const beside = (one, measure) => async () => {
    await one.ask("open");
    const found = await measure();
    await one.ask("leave");
    return found;
  };
  /** One page at a time: what is not measured does not run. */
  const inPage = (url, measure) => async () => {
    const page = await Page.open(context, url);
    const found = await measure(async () => (await page.take()).messages);
    await page.close();
    return found;
  };

  try {
    await toClient(client, throughChain)(); // warm-up
    await toClient(bareClient, throughWs)();
    const found = await interleaved(rounds, {
      chain: toClient(client, throughChain),
      chainPage: inPage(chain.url, throughChain),
      ws: toClient(bareClient, throughWs),
      wsPage: inPage(barePage, throughWs),
      chainBeside: beside(client, inPage(chain.url, throughChain)),
      wsBeside: beside(bareClient, inPage(barePage, throughWs)),
      unix: async () => numbers(await output(hop, [String(count), String(INTERVAL_MS * 1000)])),
      tsfn: async () => (await tsfn.ask("run", { count, intervalMs: INTERVAL_MS })).map((ns) => ns / 1e6),
    });
    const sum = (ws) =>
      found[ws].map((_, index) => [median(found.unix[index]) + median(found.tsfn[index]) + median(found[ws][index])]);
    const against = "the sum of the bare hops";
    const aim = { most: 1.3 };
    return {
      measures: [
        compare({ what: "to a ws client", against, unit: "ms", product: found.chain, other: sum("ws"), aim }),
        compare({ what: "to Chromium", against, unit: "ms", product: found.chainPage, other: sum("wsPage"), aim }),
        compare({
          ...{ what: "to Chromium, after a ws client of the same server", against, unit: "ms" },
          ...{ product: found.chainBeside, other: sum("wsBeside") },
        }),
        fact("bare Unix-socket hop between two C++ processes, p50", median(found.unix.flat()), { unit: "ms" }),
        fact("bare thread-safe-function hop, p50", median(found.tsfn.flat()), { unit: "ms" }),
        fact("bare ws hop over TLS to a ws client, p50", median(found.ws.flat()), { unit: "ms" }),
        fact("bare ws hop over TLS to Chromium, p50", median(found.wsPage.flat()), { unit: "ms" }),
      ],
    };
  } finally {
    await context.close();
    await Promise.all([client, bareClient, bare, tsfn].map((server) => server.end()));
    await chain.end();
  }
}

function numbers(text) {
  return text
    .trim()
    .split("\n")
    .map((line) => Number(line) / 1e6);
}
