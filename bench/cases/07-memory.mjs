import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { built } from "../lib/build.mjs";
import { Pipeline } from "../lib/pipeline.mjs";
import { output, Server, startUntil } from "../lib/processes.mjs";
import { preparedDataDirectory, sharedCertificates, temporaryFolder } from "../lib/data-directory.mjs";
import { compare, fact, interleaved, median } from "../lib/measures.mjs";
import { memoryOf } from "../lib/procfs.mjs";

export const title = "Memory";
export const method =
  "Bridge: private memory (what would become free if the process ended) 3 s after it is ready, in a new process for each round. Baseline: an express and ws server over TLS. Per pane: what 100 panes add after a garbage collection, divided by 100. Agent: what it adds to its host process after 10,000 changes with one client.";

const PANES = 100;

export async function run({ rounds }) {
  const certificates = await sharedCertificates();
  const env = { ...process.env, BENCH_CERTIFICATES: certificates, BENCH_CA: `${certificates}/ca.crt` };
  const bareFile = new URL("../servers/bare-ws.mjs", import.meta.url).pathname;
  const afterStart = async (pid) => {
    await sleep(3000);
    return memoryOf(pid);
  };
  const atRest = await interleaved(rounds, {
    product: async () => {
      const pipeline = await Pipeline.start({ scheduled: false, dataDirectory: await preparedDataDirectory() });
      const found = await afterStart(pipeline.pid);
      await pipeline.end();
      return found;
    },
    bare: async () => {
      const { child, end } = await startUntil(/^Ready/m, process.execPath, [bareFile], { env });
      const found = await afterStart(child.pid);
      await end();
      return found;
    },
  });
  const perPane = (file, variables) => async () => {
    const server = new Server(file, { env: { ...env, ...variables }, execArgv: ["--expose-gc"] });
    const port = await server.request("port");
    const crowd = new Server("crowd.mjs", { env });
    await crowd.request("connect", { port, kind: "ws", count: 20 });
    const memory = async () => {
      await sleep(300);
      await server.request("memory");
      return memoryOf(server.pid).private;
    };
    const before = await memory();
    const added = new Server("crowd.mjs", { env });
    await added.request("connect", { port, kind: "ws", count: PANES });
    const after = await memory();
    await Promise.all([crowd.end(), added.end(), server.end()]);
    return [(after - before) / PANES / 1024];
  };
  const panes = await interleaved(rounds, {
    product: perPane("bridge.mjs", { BENCH_DATA_DIRECTORY: (await preparedDataDirectory()).path }),
    bare: perPane("bare-ws.mjs", {}),
  });
  const agent = [];
  for (let round = 0; round < rounds; round += 1)
    agent.push(JSON.parse(await output(await built("agent-memory"), [temporaryFolder()])));
  const mb = (all, name) => all.map((one) => [one[name] / 1024 / 1024]);
  const against = "a bare express and ws server over TLS";
  const agentKb = median(agent.map(({ afterChanges }) => afterChanges)) / 1024;
  const shared = { against, target: { atMost: 1.15 } };
  return {
    measures: [
      compare({
        ...shared,
        name: "bridge idle, private",
        unit: "MB",
        product: mb(atRest.product, "private"),
        baseline: mb(atRest.bare, "private"),
      }),
      compare({
        ...shared,
        name: "bridge idle, resident",
        unit: "MB",
        product: mb(atRest.product, "resident"),
        baseline: mb(atRest.bare, "resident"),
      }),
      compare({
        ...shared,
        ...{ name: "per pane, private", unit: "KB" },
        ...{ product: panes.product, baseline: panes.bare },
      }),
      fact("agent, private", agentKb, { unit: "KB", target: "at most 256", met: agentKb <= 256 }),
    ],
  };
}
