// One ws client, which records when each message arrived.
import process from "node:process";
import { nowNs, openFeed, serve } from "./common.mjs";

const [url] = process.argv.slice(2);
let socket;
let messages = [];

serve({
  /** Connects. At most one connection at a time. */
  open: () => {
    socket = openFeed(url, process.env.BENCH_CA);
    socket.on("message", (data) => messages.push([nowNs(), data]));
    return new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
  },
  close: () => {
    socket.close();
    return new Promise((resolve) => socket.once("close", () => resolve()));
  },
  /** The messages since the last call. */
  messages: () => {
    const received = messages.map(([at, data]) => ({ at, ...JSON.parse(data.toString()) }));
    messages = [];
    return received;
  },
});
