// Tells the real feed a number of changes with three subscribers, as callgrind is to count it: feed.mjs <changes>.
import process from "node:process";
import { Feed } from "../../dist/bridge/src/feed/feed.js";

const changes = Number(process.argv[2]);
let now = 0;
let bytes = 0;
const feed = new Feed({ version: "1.0.0", clocks: { unix: () => 1_700_000_000_000 + now, monotonic: () => now } });
for (let index = 0; index < 3; index += 1) feed.subscribe((message) => (bytes += message.length));
const source = { status: "listening", profile: "P", outlook: "16.0", notifies: { online: true, offline: true } };
for (let index = 0; index < changes; index += 1) {
  now += 100;
  feed.report({
    state: index % 2 === 0 ? "online" : "offline",
    since: 1_700_000_000_000 + now,
    ageMs: 0,
    number: index,
    source,
  });
}
if (feed.seq !== changes || bytes === 0) process.exitCode = 1;
feed.close();
