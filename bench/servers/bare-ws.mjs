// Baseline of the feed: express and ws over TLS, sending bytes that are ready. Nothing is validated, logged or counted.
// BENCH_HEARTBEAT_MS: send the product's heartbeat at this interval.
import express from "express";
import process from "node:process";
import { WebSocketServer } from "ws";
import { blankPage, changeMessage, listen, nowNs, secureServer, serve, stateAt } from "./common.mjs";

const app = express();
app.get("/taskpane.html", (_request, response) => response.type("html").send(blankPage("ws")));
const server = secureServer(app);
const feed = new WebSocketServer({ server, path: "/feed", perMessageDeflate: false });
const bytesOf = (message) => Buffer.from(JSON.stringify(message), "utf8");

function broadcast(bytes) {
  for (const client of feed.clients) client.send(bytes, { binary: false });
}

feed.on("connection", (client) => client.send(bytesOf(changeMessage(1000, "online")), { binary: false }));

if (process.env.BENCH_HEARTBEAT_MS !== undefined) {
  const heartbeat = bytesOf({ type: "heartbeat", seq: 1 });
  setInterval(() => broadcast(heartbeat), Number(process.env.BENCH_HEARTBEAT_MS));
}

const port = await listen(server);
// Started as a program, not by fork().
if (process.send === undefined) console.log(`Ready: https://localhost:${port}/taskpane.html`);
else {
  serve({
    port: () => port,
    change: ({ index }) => {
      const bytes = bytesOf(changeMessage(1000 + index, stateAt(index)));
      const before = nowNs();
      broadcast(bytes);
      return { at: before, took: nowNs() - before, bytes: bytes.length };
    },
    /** Sends `count` changes, one every `intervalMs`; returns when each was sent. */
    schedule: async ({ count, intervalMs }) => {
      const times = [];
      for (let index = 0; index < count; index += 1) {
        await new Promise((resolve) => setTimeout(resolve, intervalMs));
        const bytes = bytesOf(changeMessage(1000 + index, stateAt(index)));
        times.push(nowNs());
        broadcast(bytes);
      }
      return times;
    },
  });
}
