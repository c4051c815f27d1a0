import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { built } from "../lib/build.mjs";
import { Chain } from "../lib/chain.mjs";
import { output, Server, startUntil } from "../lib/child.mjs";
import { preparedHome, sharedCertificates, temporaryFolder } from "../lib/home.mjs";
import { compare, fact } from "../lib/measures.mjs";
import { memoryOf } from "../lib/procfs.mjs";
import { interleaved, median } from "../lib/statistics.mjs";

export const title = "Memory: the bridge at rest and for each pane, and the agent";
export const method =
  "At rest: private memory (what would be free if the process ended) of the product's process 3 s after it is ready, against a bare express+ws server over TLS, each started anew in each round. For each pane: what 100 panes add to heap and buffers of V8 and to private memory, after a garbage collection, divided by 100. The agent: what it adds to the private memory of the process that hosts it, after 10,000 changes with a client.";

const PANES = 100;

export async function run({ rounds }) {
  const certificates = await sharedCertificates();
  const env = { ...process.env, BENCH_CERTIFICATES: certificates, BENCH_CA: `${certificates}/ca.crt` };
  const bareFile = new URL("../servers/bare-ws.mjs", import.meta.url).pathname;
  const rest = async (pid) => {
    await sleep(3000);
    return memoryOf(pid);
  };
  const atRest = await interleaved(rounds, {
    product: async () => {
      const chain = await Chain.start({ scheduled: false, home: await preparedHome() });
      const found = await rest(chain.pid);
      await chain.end();
      return found;
    },
    bare: async () => {
      const { child, end } = await startUntil(/^Ready/m, process.execPath, [bareFile], { env });
      const found = await rest(child.pid);
      await end();
      return found;
    },
  });
  const perPane = (file, more) => async () => {
    const server = new Server(file, { env: { ...env, ...more }, execArgv: ["--expose-gc"] });
    const port = await server.ask("port");
    const crowd = new Server("crowd.mjs", { env });
    await crowd.ask("connect", { port, kind: "ws", count: 20 });
    const held = async () => {
      await sleep(300);
      await server.ask("memory");
      return memoryOf(server.pid).private;
    };
    const before = await held();
    const more100 = new Server("crowd.mjs", { env });
    await more100.ask("connect", { port, kind: "ws", count: PANES });
    const after = await held();
    await Promise.all([crowd.end(), more100.end(), server.end()]);
    return [(after - before) / PANES / 1024];
  };
  const panes = await interleaved(rounds, {
    product: perPane("product.mjs", { BENCH_HOME: (await preparedHome()).path }),
    bare: perPane("bare-ws.mjs", {}),
  });
  const agent = [];
  for (let round = 0; round < rounds; round += 1)
    agent.push(JSON.parse(await output(await built("agent-memory"), [temporaryFolder()])));
  const mb = (all, name) => all.map((one) => [one[name] / 1024 / 1024]);
  const against = "bare express+ws over TLS";
  const agentKb = median(agent.map(({ afterChanges }) => afterChanges)) / 1024;
  const shared = { against, aim: { most: 1.15 } };
  return {
    measures: [
      compare({
        ...shared,
        what: "bridge at rest, private",
        unit: "MB",
        product: mb(atRest.product, "private"),
        other: mb(atRest.bare, "private"),
      }),
      compare({
        ...shared,
        what: "bridge at rest, resident",
        unit: "MB",
        product: mb(atRest.product, "resident"),
        other: mb(atRest.bare, "resident"),
      }),
      compare({ ...shared, what: "for each pane, private", unit: "KB", product: panes.product, other: panes.bare }),
      fact("agent, private", agentKb, { unit: "KB", aim: "at most 256", met: agentKb <= 256 }),
    ],
  };
}
