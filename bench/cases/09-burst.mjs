import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { Pipeline } from "../lib/pipeline.mjs";
import { Server } from "../lib/processes.mjs";
import { preparedDataDirectory, sharedCertificates } from "../lib/data-directory.mjs";
import { fact, growth, median } from "../lib/measures.mjs";
import { activityOf, memoryOf } from "../lib/procfs.mjs";

export const title = "A burst of 10,000 changes";
export const method =
  "The MAPI provider notifies 10,000 changes, in each round once without a pause and once within one or two seconds; a ws client counts its messages. Memory growth is that of the second half of the bursts.";

const CHANGES = 10_000;
const PAUSE_MS = 0.05;
const SIZES = [100, 1000, 10_000];

export async function run({ rounds }) {
  const certificates = await sharedCertificates();
  const env = { ...process.env, BENCH_CA: `${certificates}/ca.crt` };
  const pipeline = await Pipeline.start({ dataDirectory: await preparedDataDirectory() });
  const client = new Server("ws-client.mjs", { env, args: [pipeline.feed] });
  await client.request("open");
  const outlook = pipeline.outlookPid;
  const burst = async (count, pauseMs = 0) => {
    await sleep(300);
    await client.request("messages");
    const before = activityOf(pipeline.pid);
    const changes = await pipeline.mapi.notify(count, pauseMs);
    await sleep(500);
    const after = activityOf(pipeline.pid);
    const received = (await client.request("messages")).filter(({ type }) => type === "change");
    const took = (changes.at(-1).after - changes[0].before) / 1e6;
    return {
      took,
      received: received.length,
      // An even number of changes ends in the initial state: then the feed may have nothing to send.
      isCorrect: received.length === 0 || received.at(-1).state === changes.at(-1).state,
      gap: Math.min(...received.slice(1).map(({ at }, index) => (at - received[index].at) / 1e6)),
      isLimited: received.length <= Math.ceil(took / 50) + 2,
      cpuMs: (after.cpuNs - before.cpuNs) / 1e6,
    };
  };
  const memory = () => ({ bridge: memoryOf(pipeline.pid).private, outlook: memoryOf(outlook).private });
  try {
    await burst(CHANGES);
    const bursts = [];
    const readings = [memory()];
    for (let round = 0; round < 2 * rounds; round += 1) {
      bursts.push(await burst(CHANGES + 1));
      bursts.push(await burst(CHANGES + 1, PAUSE_MS));
      readings.push(memory());
    }
    const points = [];
    for (const size of SIZES) {
      const costs = [];
      for (let round = 0; round < rounds; round += 1) costs.push((await burst(size + 1)).cpuMs);
      points.push([size, median(costs)]);
    }
    // V8's young generation grows under load, so only growth in the second half of the bursts counts.
    const grown = (name) => (readings[2 * rounds][name] - readings[rounds][name]) / 1024;
    const inMb = (name) => readings.map((one) => (one[name] / 2 ** 20).toFixed(1)).join(", ");
    const every = (name) => bursts.every((one) => one[name]);
    const flat = (kb) => ({ unit: "KB", target: "below 2048 KB", met: kb < 2048 });
    return {
      measures: [
        fact("bursts after which the client had the right state", bursts.filter(({ isCorrect }) => isCorrect).length, {
          target: `all ${bursts.length}`,
          met: every("isCorrect"),
        }),
        fact("shortest burst without a pause", Math.min(...bursts.map(({ took }) => took)), { unit: "ms" }),
        fact("longest burst with pauses", Math.max(...bursts.map(({ took }) => took)), { unit: "ms" }),
        fact("most messages of a burst", Math.max(...bursts.map(({ received }) => received)), {
          target: "at most 1 per 50 ms",
          met: every("isLimited"),
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
        fact("private memory of the bridge after every two bursts", inMb("bridge"), { unit: "MB" }),
        growth("processor time of the bridge for one burst of N changes", "ms", points),
      ],
    };
  } finally {
    await client.end();
    await pipeline.end();
  }
}
