// One client by ws: writes down when each message came, and what state it told.
import { readFileSync } from "node:fs";
import process from "node:process";
import { WebSocket } from "ws";
import { answer, nowNs } from "./answering.mjs";

const [url] = process.argv.slice(2);
let socket;
let messages = [];

answer({
  /** Connects; there is at most one connection at a time. */
  open: () => {
    socket = new WebSocket(url, ["offline-state.v1"], {
      ca: readFileSync(process.env.BENCH_CA),
      origin: new URL(url).origin.replace("wss", "https"),
    });
    socket.on("message", (data) => messages.push([nowNs(), data]));
    return new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
  },
  leave: () => {
    socket.close();
    return new Promise((resolve) => socket.once("close", () => resolve()));
  },
  /** What has come since the last question. */
  messages: () => {
    const came = messages.map(([at, data]) => ({ at, ...JSON.parse(data.toString()) }));
    messages = [];
    return came;
  },
});
