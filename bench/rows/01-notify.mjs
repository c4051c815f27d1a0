import { built } from "../lib/build.mjs";
import { output } from "../lib/child.mjs";
import { temporaryFolder } from "../lib/home.mjs";
import { compare, fact } from "../lib/measures.mjs";

export const title = "Notify() on Outlook's thread: time until it returns";
export const method =
  "A thread of Outlook's calls the agent's sink with a change, and rests 150 us. The floor stores a value and signals a condition variable for which a thread waits. Reading the clock costs both the same, and is taken off both.";

export async function run({ rounds, scale }) {
  const calls = Math.round(4000 * scale);
  const text = await output(await built("notify"), [temporaryFolder(), String(rounds), String(calls)]);
  const samples = { product: [], floor: [], polled: [], clock: [] };
  let costs = {};
  for (const line of text.trim().split("\n")) {
    const [who, round, value] = line.split(" ");
    if (who === "costs") costs = { calls: Number(round), ...JSON.parse(value) };
    else (samples[who][round] ??= []).push(Number(value));
  }
  const clock = samples.clock.flat().sort((a, b) => a - b)[Math.floor(samples.clock.flat().length / 2)];
  const net = (all) => all.map((round) => round.map((value) => Math.max(1, value - clock)));
  const [product, floor, polled] = [samples.product, samples.floor, samples.polled].map(net);
  const against = "one store and one signal of a condition variable";
  return {
    measures: [
      compare({ what: "p50", against, unit: "ns", product, other: floor, aim: { most: 2 } }),
      compare({ what: "p99", against, unit: "ns", product, other: floor, aim: { most: 4 }, at: 0.99 }),
      compare({
        what: "p50, signal by eventfd on both sides",
        against: "one store and one write to an eventfd that a thread polls",
        unit: "ns",
        product,
        other: polled,
      }),
      fact("allocations in all calls", costs.allocations, { aim: "none", met: costs.allocations === 0 }),
      fact("system calls that read", costs.reads, { aim: "none", met: costs.reads === 0 }),
      fact("times the thread waited", costs.waits, { aim: "none", met: costs.waits === 0 }),
      fact(`signals to the agent's thread in ${costs.calls} calls (8 bytes each, to an eventfd)`, costs.writes, {
        aim: "at most one a call, and nothing else is written",
        met: costs.writes <= costs.calls && costs.bytesWritten === 8 * costs.writes,
      }),
    ],
  };
}
