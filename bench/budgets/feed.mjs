// Reports a number of changes to the feed with three subscribers, for callgrind: feed.mjs <changes>.
import process from "node:process";
import { Feed } from "../../dist/bridge/src/feed/feed.js";

const changes = Number(process.argv[2]);
let now = 0;
performance.now = () => now;
let bytes = 0;
const feed = new Feed({ version: "1.0.0" });
for (let index = 0; index < 3; index += 1) feed.subscribe((message) => (bytes += message.length));
const source = { status: "listening", profile: "P", outlook: "16.0", notifies: { online: true, offline: true } };
for (let index = 0; index < changes; index += 1) {
  now += 100;
  feed.publish({
    state: index % 2 === 0 ? "online" : "offline",
    since: 1_700_000_000_000 + now,
    startedAt: now,
    source,
  });
}
if (feed.seq !== changes || bytes === 0) process.exitCode = 1;
feed.close();
