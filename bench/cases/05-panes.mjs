import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { Server } from "../lib/processes.mjs";
import { preparedDataDirectory, sharedCertificates } from "../lib/data-directory.mjs";
import { compare, fact, growth, median } from "../lib/measures.mjs";

export const title = "One change to N panes";
export const method =
  "The time until the last pane has received all bytes. The source is a stub; access control, limits and log are active, only the limit of 64 panes is raised. The clients make real TLS and WebSocket connections and then count bytes without decrypting them.";

const SIZES = [1, 10, 100, 1000];

export async function run({ rounds, scale }) {
  const certificates = await sharedCertificates();
  const env = { ...process.env, BENCH_CERTIFICATES: certificates, BENCH_CA: `${certificates}/ca.crt` };
  const dataDirectory = await preparedDataDirectory();
  const servers = {
    product: new Server("bridge.mjs", { env: { ...env, BENCH_DATA_DIRECTORY: dataDirectory.path } }),
    ws: new Server("bare-ws.mjs", { env }),
    "socket.io": new Server("socket-io.mjs", { env: without(env, "BENCH_DATA_DIRECTORY") }),
  };
  const measures = [];
  const points = [];
  const serialisations = { changes: 0, others: 0 };
  const shares = [];
  let index = 0;
  try {
    for (const size of SIZES) {
      const count = Math.max(5, Math.round((size >= 1000 ? 12 : 25) * scale));
      const crowds = {};
      for (const [name, server] of Object.entries(servers)) {
        crowds[name] = new Server("crowd.mjs", { env });
        const kind = name === "socket.io" ? name : "ws";
        await crowds[name].request("connect", { port: await server.request("port"), kind, count: size });
      }
      const once = async (name) => {
        await sleep(55);
        await crowds[name].request("expect", { bytes: 150 });
        const arrival = crowds[name].request("arrival");
        const change = await servers[name].request("change", { index: (index += 1) });
        const { last, cpuUs } = await arrival;
        return { ms: (last - change.at) / 1e6, cpuMs: cpuUs / 1000, change };
      };
      const names = Object.keys(servers);
      const found = Object.fromEntries(names.map((name) => [name, Array.from({ length: rounds }, () => [])]));
      // One change of each side in turn, so that other load on the machine affects all of them.
      for (let number = -3; number < rounds * count; number += 1) {
        for (let turn = 0; turn < names.length; turn += 1) {
          const side = names[(((number + turn) % names.length) + names.length) % names.length];
          const one = await once(side);
          if (number < 0) continue; // warm-up
          found[side][Math.floor(number / count)].push(one.ms);
          if (side === "product") {
            for (const kind of Object.keys(serialisations)) {
              serialisations[kind] = Math.max(serialisations[kind], one.change.serialised[kind]);
            }
          }
          if (size === 1000) shares.push(one.cpuMs / one.ms);
        }
      }
      const name = `${size} ${size === 1 ? "pane" : "panes"}`;
      const shared = { name, unit: "ms", product: found.product };
      measures.push(compare({ ...shared, against: "bare ws", baseline: found.ws, target: { atMost: 1.1 } }));
      measures.push(compare({ ...shared, against: "uncompressed socket.io", baseline: found["socket.io"] }));
      points.push([size, median(found.product.flat())]);
      for (const crowd of Object.values(crowds)) {
        await crowd.request("close");
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
      fact("calls of JSON.stringify for one change, with any number of panes", serialisations.changes, {
        target: "1",
        met: serialisations.changes === 1,
      }),
      fact("other calls of JSON.stringify for one change (log)", serialisations.others),
      fact("1000 panes: share of the time in which the client process was busy", share, {
        target: "below 0.9",
        met: share < 0.9,
      }),
      growth("one change to N panes", "ms", points, points.slice(1)),
    ],
  };
}

function without(env, name) {
  return Object.fromEntries(Object.entries(env).filter(([key]) => key !== name));
}
