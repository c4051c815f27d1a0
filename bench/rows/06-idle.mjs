import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { Chain } from "../lib/chain.mjs";
import { Server } from "../lib/child.mjs";
import { preparedHome, sharedCertificates } from "../lib/home.mjs";
import { compare, fact } from "../lib/measures.mjs";
import { activityOf } from "../lib/procfs.mjs";

export const title = "Idle with 3 panes: processor time and wake-ups";
export const method =
  "The product as it runs, with three panes that only listen, beside a bare express+ws server with three clients and the same heartbeat. Both are counted in the same windows of 60 s (twelve heartbeats each), by the kernel.";

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
  const chain = await Chain.start({ scheduled: false, home: await preparedHome() });
  const bare = new Server("bare-ws.mjs", { env });
  const port = await bare.ask("port");
  const clients = [];
  for (let index = 0; index < PANES; index += 1) {
    for (const url of [chain.feed, `wss://localhost:${port}/feed`]) {
      const client = new Server("ws-client.mjs", { env, args: [url] });
      await client.ask("open");
      clients.push(client);
    }
  }
  try {
    await sleep(10_000 * Math.min(1, scale));
    const outlook = chain.outlookPid;
    const windows = [];
    for (let round = 0; round < rounds; round += 1) {
      const before = [outlook, chain.pid, bare.pid].map(activityOf);
      await sleep(WINDOW_MS * Math.min(1, scale));
      const after = [outlook, chain.pid, bare.pid].map(activityOf);
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
    const against = "bare express+ws with the same heartbeat";
    return {
      measures: [
        fact("wake-ups of Outlook's process with the agent, all windows", agentWakeUps, {
          aim: "0",
          met: agentWakeUps === 0,
        }),
        fact("processor time of Outlook's process with the agent, all windows", agentCpu, { unit: "ms" }),
        compare({
          what: "bridge: processor time in 60 s",
          against,
          unit: "ms",
          product: of(1, "cpuMs"),
          other: of(2, "cpuMs"),
          aim: { most: 1.1 },
        }),
        compare({
          what: "bridge: wake-ups in 60 s",
          against,
          unit: "",
          product: of(1, "wakeUps"),
          other: of(2, "wakeUps"),
          aim: { most: 1.1 },
        }),
      ],
    };
  } finally {
    await Promise.all([...clients, bare].map((server) => server.end()));
    await chain.end();
  }
}
