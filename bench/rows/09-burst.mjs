import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { Chain } from "../lib/chain.mjs";
import { Server } from "../lib/child.mjs";
import { preparedHome, sharedCertificates } from "../lib/home.mjs";
import { fact, growth } from "../lib/measures.mjs";
import { activityOf, memoryOf } from "../lib/procfs.mjs";
import { growthOf, median } from "../lib/statistics.mjs";

export const title = "A burst of 10,000 changes";
export const method =
  "Outlook's MAPI notifies of 10,000 changes, each round once as fast as it can and once within a second or two; a pane (a ws client) counts what it is told. Memory is what the bridge and Outlook hold after the second half of the bursts, against after the first half.";

const CHANGES = 10_000;
const PAUSE_MS = 0.05;
const SIZES = [100, 1000, 10_000];

export async function run({ rounds }) {
  const certificates = await sharedCertificates();
  const env = { ...process.env, BENCH_CA: `${certificates}/ca.crt` };
  const chain = await Chain.start({ home: await preparedHome() });
  const client = new Server("ws-client.mjs", { env, args: [chain.feed] });
  await client.ask("open");
  const outlook = chain.outlookPid;
  const burst = async (count, pauseMs = 0) => {
    await sleep(300);
    await client.ask("messages");
    const before = activityOf(chain.pid);
    const stamps = await chain.orders.notify(count, pauseMs);
    await sleep(500);
    const after = activityOf(chain.pid);
    const told = (await client.ask("messages")).filter(({ type }) => type === "change");
    const took = (stamps.at(-1).after - stamps[0].before) / 1e6;
    return {
      took,
      told: told.length,
      // An even number of changes ends where it began: then there may be nothing to tell in the end.
      right: told.length === 0 || told.at(-1).state === stamps.at(-1).state,
      gap: Math.min(...told.slice(1).map(({ at }, index) => (at - told[index].at) / 1e6)),
      within: told.length <= Math.ceil(took / 50) + 2,
      cpuMs: (after.cpuNs - before.cpuNs) / 1e6,
    };
  };
  const memory = () => ({ bridge: memoryOf(chain.pid).private, outlook: memoryOf(outlook).private });
  try {
    await burst(CHANGES);
    const bursts = [];
    const held = [memory()];
    for (let round = 0; round < 2 * rounds; round += 1) {
      bursts.push(await burst(CHANGES + 1));
      bursts.push(await burst(CHANGES + 1, PAUSE_MS));
      held.push(memory());
    }
    const points = [];
    for (const size of SIZES) {
      const costs = [];
      for (let round = 0; round < rounds; round += 1) costs.push((await burst(size + 1)).cpuMs);
      points.push([size, median(costs)]);
    }
    // V8 lets its young generation grow while it is busy: what counts is whether it goes on.
    const grown = (name) => (held[2 * rounds][name] - held[rounds][name]) / 1024;
    const inMb = (name) => held.map((one) => (one[name] / 2 ** 20).toFixed(1)).join(", ");
    const every = (name) => bursts.every((one) => one[name]);
    const flat = (kb) => ({ unit: "KB", aim: "flat: below 2 MB", met: kb < 2048 });
    return {
      measures: [
        fact("bursts after which the pane was right", bursts.filter(({ right }) => right).length, {
          aim: `all ${bursts.length}`,
          met: every("right"),
        }),
        fact("a burst without a pause lasted, at least", Math.min(...bursts.map(({ took }) => took)), { unit: "ms" }),
        fact("a burst with pauses lasted, at most", Math.max(...bursts.map(({ took }) => took)), { unit: "ms" }),
        fact("messages told to the pane, the most in a burst", Math.max(...bursts.map(({ told }) => told)), {
          aim: "at most 1 in 50 ms",
          met: every("within"),
        }),
        fact("shortest time between two messages", Math.min(...bursts.map(({ gap }) => gap)), { unit: "ms" }),
        fact(
          `memory of the bridge grew in the last ${2 * rounds} of ${4 * rounds} bursts by`,
          grown("bridge"),
          flat(grown("bridge")),
        ),
        fact(
          `memory of Outlook grew in the last ${2 * rounds} of ${4 * rounds} bursts by`,
          grown("outlook"),
          flat(grown("outlook")),
        ),
        fact("memory of the bridge after each two bursts, private", inMb("bridge"), { unit: "MB" }),
        growth("processor time of the bridge for one burst of N changes", "ms", points, growthOf(points)),
      ],
    };
  } finally {
    await client.end();
    await chain.end();
  }
}
