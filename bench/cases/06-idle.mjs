import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { Pipeline } from "../lib/pipeline.mjs";
import { Server } from "../lib/processes.mjs";
import { preparedDataDirectory, sharedCertificates } from "../lib/data-directory.mjs";
import { compare, fact } from "../lib/measures.mjs";
import { activityOf } from "../lib/procfs.mjs";

export const title = "Idle with 3 panes";
export const method =
  "Processor time and wake-ups in windows of 60 s, as counted by the kernel. Baseline: an express and ws server with three clients and the same heartbeat, in the same windows.";

const PANES = 3;
const WINDOW_MS = 60_000;

export async function run({ rounds, scale }) {
  const certificates = await sharedCertificates();
  const env = {
    ...process.env,
    BENCH_CERTIFICATES: certificates,
    BENCH_CA: `${certificates}/ca.crt`,
    BENCH_HEARTBEAT_MS: "5000",
  };
  const pipeline = await Pipeline.start({ scheduled: false, dataDirectory: await preparedDataDirectory() });
  const bare = new Server("bare-ws.mjs", { env });
  const port = await bare.request("port");
  const clients = [];
  for (let index = 0; index < PANES; index += 1) {
    for (const url of [pipeline.feed, `wss://localhost:${port}/feed`]) {
      const client = new Server("ws-client.mjs", { env, args: [url] });
      await client.request("open");
      clients.push(client);
    }
  }
  try {
    await sleep(10_000 * Math.min(1, scale));
    const outlook = pipeline.outlookPid;
    const windows = [];
    for (let round = 0; round < rounds; round += 1) {
      const before = [outlook, pipeline.pid, bare.pid].map(activityOf);
      await sleep(WINDOW_MS * Math.min(1, scale));
      const after = [outlook, pipeline.pid, bare.pid].map(activityOf);
      windows.push(
        after.map(({ cpuNs, wakeUps }, index) => ({
          cpuMs: (cpuNs - before[index].cpuNs) / 1e6,
          wakeUps: wakeUps - before[index].wakeUps,
        })),
      );
    }
    const of = (index, name) => windows.map((window) => [window[index][name]]);
    const agentWakeUps = windows.reduce((sum, [agent]) => sum + agent.wakeUps, 0);
    const agentCpu = windows.reduce((sum, [agent]) => sum + agent.cpuMs, 0);
    const against = "a bare express and ws server with the same heartbeat";
    return {
      measures: [
        fact("wake-ups of the process with the agent, in all windows", agentWakeUps, {
          target: "0",
          met: agentWakeUps === 0,
        }),
        fact("processor time of the process with the agent, in all windows", agentCpu, { unit: "ms" }),
        compare({
          name: "bridge: processor time in 60 s",
          against,
          unit: "ms",
          product: of(1, "cpuMs"),
          baseline: of(2, "cpuMs"),
          target: { atMost: 1.1 },
        }),
        compare({
          name: "bridge: wake-ups in 60 s",
          against,
          unit: "",
          product: of(1, "wakeUps"),
          baseline: of(2, "wakeUps"),
          target: { atMost: 1.1 },
        }),
      ],
    };
  } finally {
    await Promise.all([...clients, bare].map((server) => server.end()));
    await pipeline.end();
  }
}
