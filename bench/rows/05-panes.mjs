import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { Server } from "../lib/child.mjs";
import { preparedHome, sharedCertificates } from "../lib/home.mjs";
import { compare, fact, growth } from "../lib/measures.mjs";
import { growthOf, median } from "../lib/statistics.mjs";

export const title = "One change to N panes: time to the last";
export const method =
  "A change is told to the feed (to the bare servers: sent to all) and the time is taken until the last pane has its bytes. The product's gate, limits and log are on; only its limit of 64 panes is lifted. The crowd of panes makes real TLS and WebSocket connections and then counts bytes without decrypting them, so that it is no bottleneck.";

const SIZES = [1, 10, 100, 1000];

export async function run({ rounds, scale }) {
  const certificates = await sharedCertificates();
  const env = { ...process.env, BENCH_CERTIFICATES: certificates, BENCH_CA: `${certificates}/ca.crt` };
  const home = await preparedHome();
  const servers = {
    product: new Server("product.mjs", { env: { ...env, BENCH_HOME: home.path } }),
    ws: new Server("bare-ws.mjs", { env }),
    "socket.io": new Server("socket-io.mjs", { env: without(env, "BENCH_HOME") }),
  };
  const measures = [];
  const points = [];
  const most = { changes: 0, others: 0 };
  const shares = [];
  let index = 0;
  try {
    for (const size of SIZES) {
      const count = Math.max(5, Math.round((size >= 1000 ? 12 : 25) * scale));
      const crowds = {};
      for (const [name, server] of Object.entries(servers)) {
        crowds[name] = new Server("crowd.mjs", { env });
        const kind = name === "socket.io" ? name : "ws";
        await crowds[name].ask("connect", { port: await server.ask("port"), kind, count: size });
      }
      const once = async (name) => {
        await sleep(55);
        await crowds[name].ask("expect", { bytes: 150 });
        const come = crowds[name].ask("come");
        const told = await servers[name].ask("tell", { index: (index += 1) });
        const { last, cpuUs } = await come;
        return { ms: (last - told.at) / 1e6, cpuMs: cpuUs / 1000, told };
      };
      const names = Object.keys(servers);
      const found = Object.fromEntries(names.map((name) => [name, Array.from({ length: rounds }, () => [])]));
      // One change of each in turn: what else the machine does in a moment then meets all of them.
      for (let number = -3; number < rounds * count; number += 1) {
        for (let turn = 0; turn < names.length; turn += 1) {
          const name = names[(((number + turn) % names.length) + names.length) % names.length];
          const one = await once(name);
          if (number < 0) continue; // warm-up
          found[name][Math.floor(number / count)].push(one.ms);
          if (name === "product") {
            for (const kind of Object.keys(most)) most[kind] = Math.max(most[kind], one.told.serialised[kind]);
          }
          if (size === 1000) shares.push(one.cpuMs / one.ms);
        }
      }
      const what = `${size} ${size === 1 ? "pane" : "panes"}`;
      const shared = { what, unit: "ms", product: found.product };
      measures.push(compare({ ...shared, against: "bare ws", other: found.ws, aim: { most: 1.1 } }));
      measures.push(compare({ ...shared, against: "uncompressed socket.io", other: found["socket.io"] }));
      points.push([size, median(found.product.flat())]);
      for (const crowd of Object.values(crowds)) {
        await crowd.ask("leave");
        await crowd.end();
      }
      await sleep(500);
    }
  } finally {
    await Promise.all(Object.values(servers).map((server) => server.end()));
  }
  const share = median(shares);
  return {
    measures: [
      ...measures,
      fact("serialisations of one change, however many panes", most.changes, { aim: "1", met: most.changes === 1 }),
      fact("other serialisations with it: of its source, for its line in the log", most.others),
      fact("share of the time to the last of 1,000 for which the crowd's process was busy", share, {
        aim: "below 1: the client is not the bottleneck",
        met: share < 0.9,
      }),
      growth("one change to N panes", "ms", points, growthOf(points.slice(1))),
    ],
  };
}

function without(env, name) {
  return Object.fromEntries(Object.entries(env).filter(([key]) => key !== name));
}
