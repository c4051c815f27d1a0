import process from "node:process";
import { BRIDGE_ENTRY } from "../../tools/lib/paths.mjs";
import { Page, startBrowser } from "../lib/browser.mjs";
import { Pipeline } from "../lib/pipeline.mjs";
import { output, Server, startUntil } from "../lib/processes.mjs";
import { preparedDataDirectory, sharedCertificates } from "../lib/data-directory.mjs";
import { compare, fact, interleaved, median } from "../lib/measures.mjs";

export const title = "Start and stop";
export const method =
  "Start: from creating the process to its line `Ready`, with existing certificates; the product starts the simulator and opens the history. Baseline: a server with express, https and ws. Page: from navigation until the document shows the state, with a warm cache. Baseline: an empty page of the bare server that shows the state in one word. Stop: from SIGTERM until the bridge and the simulator have ended, with three panes, one of which is suspended.";

export async function run({ rounds, scale }) {
  const dataDirectory = await preparedDataDirectory();
  const env = { ...process.env, BENCH_CERTIFICATES: await sharedCertificates() };
  const bareFile = new URL("../servers/bare-ws.mjs", import.meta.url).pathname;
  const times = Math.max(1, Math.round(3 * scale));
  const openings = Math.max(1, Math.round(9 * scale));
  const several =
    (once, count = times) =>
    async () => {
      const results = [];
      for (let index = 0; index < count; index += 1) results.push(await once());
      return results;
    };
  const starting = {
    product: several(async () => {
      const pipeline = await Pipeline.start({ scheduled: false, dataDirectory });
      await pipeline.end();
      return pipeline.run.tookMs;
    }),
    bare: several(async () => {
      const run = await startUntil(/^Ready/m, process.execPath, [bareFile], { env });
      await run.end();
      return run.tookMs;
    }),
  };
  const duration = (args) =>
    several(async () => {
      const begin = performance.now();
      await output(process.execPath, args);
      return performance.now() - begin;
    });
  await starting.product();
  await starting.bare();
  const node = median((await duration(["-e", "0"])()).concat(await duration(["-e", "0"])()));
  const modules = median(
    (await duration([BRIDGE_ENTRY, "--version"])()).concat(await duration([BRIDGE_ENTRY, "--version"])()),
  );
  const start = await interleaved(rounds, starting);

  const pipeline = await Pipeline.start({ scheduled: false, dataDirectory });
  const bare = await startUntil(/^Ready: (\S+)/m, process.execPath, [bareFile], { env });
  const context = await startBrowser();
  const opening = (url) => several(() => untilShown(context, url), openings);
  const pages = { product: opening(pipeline.url), bare: opening(bare.line[1]) };
  await pages.product();
  await pages.bare();
  const page = await interleaved(rounds, pages);
  await context.close();
  await bare.end();
  await pipeline.end();
  const stops = [];
  for (let index = 0; index < rounds; index += 1) stops.push(await untilStopped(dataDirectory));
  return {
    measures: [
      compare({
        name: "process start to Ready",
        against: "a bare https and ws server",
        unit: "ms",
        product: start.product,
        baseline: start.bare,
        target: { atMost: 1.3 },
      }),
      compare({
        name: "page open to state shown",
        against: "an empty page of the bare server",
        unit: "ms",
        product: page.product,
        baseline: page.bare,
        target: { atMost: 1.3 },
      }),
      fact("slowest stop", Math.max(...stops), {
        unit: "ms",
        target: "below 2000",
        met: Math.max(...stops) < 2000,
      }),
      fact("`node -e 0`", node, { unit: "ms" }),
      fact("`outlook-offline-state --version`", modules, { unit: "ms" }),
    ],
  };
}

/** Milliseconds from navigation until the document shows a state. */
async function untilShown(context, url) {
  const page = await Page.open(context, url);
  const ms = await page.page.evaluate(() => globalThis.seen.states.find(([, state]) => state !== "unknown")[0]);
  await page.close();
  return ms;
}

/** Milliseconds from SIGTERM until the product has exited. */
async function untilStopped(dataDirectory) {
  const pipeline = await Pipeline.start({ scheduled: false, dataDirectory });
  const env = { ...process.env, BENCH_CA: `${await sharedCertificates()}/ca.crt` };
  const panes = [1, 2, 3].map(() => new Server("ws-client.mjs", { env, args: [pipeline.feed] }));
  for (const pane of panes) await pane.request("open");
  const [suspended, ...others] = panes;
  suspended.child.kill("SIGSTOP");
  const begin = performance.now();
  await pipeline.end();
  const ms = performance.now() - begin;
  suspended.child.kill("SIGKILL");
  await Promise.all(others.map((pane) => pane.end()));
  return ms;
}
