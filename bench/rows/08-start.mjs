import process from "node:process";
import { BRIDGE_ENTRY } from "../../tools/lib/paths.mjs";
import { Page, startBrowser } from "../lib/browser.mjs";
import { Chain } from "../lib/chain.mjs";
import { output, Server, startUntil } from "../lib/child.mjs";
import { preparedHome, sharedCertificates } from "../lib/home.mjs";
import { compare, fact } from "../lib/measures.mjs";
import { interleaved, median } from "../lib/statistics.mjs";

export const title = "Start: process to Ready, and page to state shown";
export const method =
  "Start: from the creation of the process to its line `Ready`; the product has its certificates already, starts the simulated Outlook with it, and opens its history. The floor is a process with express, https and ws that listens. Page: from the navigation to the moment at which the document says the state, against a blank page of the bare server that shows the state in one word; the browser's cache is warm, as it is from the second time on. Openings come in two groups, those whose snapshot comes before the browser's first frame and those whose comes after it (the floor's: 34 and 54 ms), so that a median needs many of them. Stop: from SIGTERM until the process has ended, its simulated Outlook too, with three panes, of which one is a process that is stopped and answers nothing.";

export async function run({ rounds, scale }) {
  const home = await preparedHome();
  const env = { ...process.env, BENCH_CERTIFICATES: await sharedCertificates() };
  const bareFile = new URL("../servers/bare-ws.mjs", import.meta.url).pathname;
  const times = Math.max(1, Math.round(3 * scale));
  const openings = Math.max(1, Math.round(9 * scale));
  const several =
    (once, count = times) =>
    async () => {
      const found = [];
      for (let index = 0; index < count; index += 1) found.push(await once());
      return found;
    };
  const starting = {
    product: several(async () => {
      const chain = await Chain.start({ scheduled: false, home });
      await chain.end();
      return chain.run.tookMs;
    }),
    bare: several(async () => {
      const run = await startUntil(/^Ready/m, process.execPath, [bareFile], { env });
      await run.end();
      return run.tookMs;
    }),
  };
  const alone = (args) =>
    several(async () => {
      const begin = performance.now();
      await output(process.execPath, args);
      return performance.now() - begin;
    });
  await starting.product();
  await starting.bare();
  const node = median((await alone(["-e", "0"])()).concat(await alone(["-e", "0"])()));
  const modules = median(
    (await alone([BRIDGE_ENTRY, "--version"])()).concat(await alone([BRIDGE_ENTRY, "--version"])()),
  );
  const start = await interleaved(rounds, starting);

  const chain = await Chain.start({ scheduled: false, home });
  const bare = await startUntil(/^Ready: (\S+)/m, process.execPath, [bareFile], { env });
  const context = await startBrowser();
  const opening = (url) => several(() => untilShown(context, url), openings);
  const pages = { product: opening(chain.url), bare: opening(bare.line[1]) };
  await pages.product();
  await pages.bare();
  const page = await interleaved(rounds, pages);
  await context.close();
  await bare.end();
  await chain.end();
  const stops = [];
  for (let index = 0; index < rounds; index += 1) stops.push(await untilStopped(home));
  return {
    measures: [
      compare({
        what: "process start to Ready",
        against: "bare https+ws server",
        unit: "ms",
        product: start.product,
        other: start.bare,
        aim: { most: 1.3 },
      }),
      compare({
        what: "page open to state shown",
        against: "blank page from the bare server",
        unit: "ms",
        product: page.product,
        other: page.bare,
        aim: { most: 1.3 },
      }),
      fact("stop, the longest", Math.max(...stops), { unit: "ms", aim: "below 2000", met: Math.max(...stops) < 2000 }),
      fact("node itself, until it has ended", node, { unit: "ms" }),
      fact("the product's command line with all of its modules, until it has ended", modules, { unit: "ms" }),
    ],
  };
}

/** Milliseconds from the navigation until the document first says a state. */
async function untilShown(context, url) {
  const page = await Page.open(context, url);
  const ms = await page.page.evaluate(() => globalThis.seen.words.find(([, word]) => word !== "unknown")[0]);
  await page.close();
  return ms;
}

/** Milliseconds from SIGTERM until the product has ended. */
async function untilStopped(home) {
  const chain = await Chain.start({ scheduled: false, home });
  const env = { ...process.env, BENCH_CA: `${await sharedCertificates()}/ca.crt` };
  const panes = [1, 2, 3].map(() => new Server("ws-client.mjs", { env, args: [chain.feed] }));
  for (const pane of panes) await pane.ask("open");
  const [deaf, ...others] = panes;
  deaf.child.kill("SIGSTOP");
  const begin = performance.now();
  await chain.end();
  const ms = performance.now() - begin;
  deaf.child.kill("SIGKILL");
  await Promise.all(others.map((pane) => pane.end()));
  return ms;
}
