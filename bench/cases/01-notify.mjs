import { built } from "../lib/build.mjs";
import { output } from "../lib/processes.mjs";
import { temporaryFolder } from "../lib/data-directory.mjs";
import { compare, fact, median } from "../lib/measures.mjs";

export const title = "Notify() on Outlook's thread";
export const method =
  "The time until Notify() returns to the thread that calls it, with 150 us between calls. Baseline: store a value and signal a condition variable that a thread waits for. The cost of reading the clock is subtracted from both.";

export async function run({ rounds, scale }) {
  const calls = Math.round(4000 * scale);
  const text = await output(await built("notify"), [temporaryFolder(), String(rounds), String(calls)]);
  const samples = { product: [], baseline: [], polled: [], clock: [] };
  let costs = {};
  for (const line of text.trim().split("\n")) {
    const [series, round, value] = line.split(" ");
    if (series === "costs") costs = { calls: Number(round), ...JSON.parse(value) };
    else (samples[series][round] ??= []).push(Number(value));
  }
  const clock = median(samples.clock.flat());
  const net = (all) => all.map((round) => round.map((value) => Math.max(1, value - clock)));
  const [product, baseline, polled] = [samples.product, samples.baseline, samples.polled].map(net);
  const against = "one store and one signal of a condition variable";
  return {
    measures: [
      compare({ name: "p50", against, unit: "ns", product, baseline, target: { atMost: 2 } }),
      compare({ name: "p99", against, unit: "ns", product, baseline, target: { atMost: 4 }, at: 0.99 }),
      compare({
        name: "p50, signal by eventfd on both sides",
        against: "one store and one write to an eventfd that a thread polls",
        unit: "ns",
        product,
        baseline: polled,
      }),
      fact("allocations in all calls", costs.allocations, { target: "none", met: costs.allocations === 0 }),
      fact("read system calls", costs.reads, { target: "none", met: costs.reads === 0 }),
      fact("waits of the calling thread", costs.waits, { target: "none", met: costs.waits === 0 }),
      fact(`signals to the agent's thread in ${costs.calls} calls (8 bytes each, to an eventfd)`, costs.writes, {
        target: "at most one per call, and no other write",
        met: costs.writes <= costs.calls && costs.bytesWritten === 8 * costs.writes,
      }),
    ],
  };
}
