// The product with a source that is told what to say, so that what comes before the feed is not measured. Its limit of
// 64 panes is lifted, and its heartbeat is rare: a heartbeat is no change.
import process from "node:process";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { answer, nowNs } from "./answering.mjs";
import { listening, stateOf } from "./payload.mjs";

const load = (file) => import(fromRoot("dist/bridge/src", file));
const { createBridge } = await load("bridge.js");
const { prepareHome, resolveHome } = await load("home/home.js");
const { openLog } = await load("log/log.js");
const { sameUser } = await load("gate/same-user.js");
const { loadNativeModule } = await load("source/native-binding.js");

const MANY = 2000;
const home = resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: process.env.BENCH_HOME } });
prepareHome(home);
const { log } = openLog(home);
let tell = () => undefined;
let number = 1;
let serialised = { changes: 0, others: 0 };

const bridge = await createBridge({
  home,
  log,
  port: 0,
  version: "bench",
  paneFolder: fromRoot("dist/pane"),
  peer: sameUser(loadNativeModule()),
  limits: { panes: MANY, connections: MANY },
  feed: { heartbeatMs: Number(process.env.BENCH_HEARTBEAT_MS ?? 3_600_000) },
  source: {
    subscribe(listener) {
      tell = (state) => {
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

answer({
  port: () => bridge.port,
  /** One change; gives when it was told, the bytes of its message, and how often something was serialised for it. */
  tell: ({ index }) => {
    serialised = { changes: 0, others: 0 };
    const before = nowNs();
    tell(stateOf(index));
    return { at: before, took: nowNs() - before, serialised };
  },
});
process.on("SIGTERM", () => void bridge.stop().then(() => process.exit(0)));
