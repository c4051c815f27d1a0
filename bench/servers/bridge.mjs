// The bridge with a source that the benchmark controls, so that only the feed and the server are measured. The limit of 64 panes
// is raised, and heartbeats are disabled by a long interval.
import process from "node:process";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { listening, nowNs, serve, stateAt } from "./common.mjs";

const load = (file) => import(fromRoot("dist/bridge/src", file));
const { createBridge } = await load("bridge.js");
const { prepareDataDirectory, resolveDataDirectory } = await load("data-directory.js");
const { openLog } = await load("log/log.js");
const { sameUser } = await load("server/peer-check.js");
const { loadNativeModule } = await load("native-module.js");

const MANY = 2000;
const dataDirectory = resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: process.env.BENCH_DATA_DIRECTORY } });
prepareDataDirectory(dataDirectory);
const { log } = openLog(dataDirectory);
let report = () => undefined;
let number = 1;
let serialised = { changes: 0, others: 0 };

const bridge = await createBridge({
  dataDirectory,
  log,
  port: 0,
  version: "bench",
  paneFolder: fromRoot("dist/pane"),
  peer: sameUser(loadNativeModule()),
  limits: { panes: MANY, connections: MANY },
  feed: { heartbeatMs: Number(process.env.BENCH_HEARTBEAT_MS ?? 3_600_000) },
  source: {
    subscribe(listener) {
      report = (state) => {
        number += 1;
        listener({ state, since: Date.now(), ageMs: 0, number, source: listening });
      };
      return { refresh: () => undefined, close: () => undefined };
    },
  },
});

const { stringify } = JSON;
JSON.stringify = (...words) => {
  serialised[words[0]?.type === "change" ? "changes" : "others"] += 1;
  return stringify(...words);
};

serve({
  port: () => bridge.port,
  /** Reports one change; returns when, and how often JSON.stringify was called for it. */
  change: ({ index }) => {
    serialised = { changes: 0, others: 0 };
    const before = nowNs();
    report(stateAt(index));
    return { at: before, took: nowNs() - before, serialised };
  },
});
process.on("SIGTERM", () => void bridge.stop().then(() => process.exit(0)));
