// The floor of the feed: express and ws over TLS, and what is said is bytes already. Nothing is checked, logged or counted.
// BENCH_HOME: says what Outlook's agent tells. BENCH_HEARTBEAT_MS: says the product's heartbeat that often.
import express from "express";
import process from "node:process";
import { WebSocketServer } from "ws";
import { answer, nowNs } from "./answering.mjs";
import { blankPage } from "./page.mjs";
import { changeOf, stateOf } from "./payload.mjs";
import { listen, secureServer } from "./tls.mjs";

const app = express();
app.get("/taskpane.html", (_request, response) => response.type("html").send(blankPage("ws")));
const server = secureServer(app);
const feed = new WebSocketServer({ server, path: "/feed", perMessageDeflate: false });
const bytesOf = (message) => Buffer.from(JSON.stringify(message), "utf8");

function sayAll(bytes) {
  for (const client of feed.clients) client.send(bytes, { binary: false });
}

feed.on("connection", (client) => client.send(bytesOf(changeOf(1000, "online")), { binary: false }));

if (process.env.BENCH_HEARTBEAT_MS !== undefined) {
  const heartbeat = bytesOf({ type: "heartbeat", seq: 1 });
  setInterval(() => sayAll(heartbeat), Number(process.env.BENCH_HEARTBEAT_MS));
}

const port = await listen(server);
// For whoever only waits until it can be used.
if (process.send === undefined) console.log(`Ready: https://localhost:${port}/taskpane.html`);
else {
  answer({
    port: () => port,
    tell: ({ index }) => {
      const bytes = bytesOf(changeOf(1000 + index, stateOf(index)));
      const before = nowNs();
      sayAll(bytes);
      return { at: before, took: nowNs() - before, bytes: bytes.length };
    },
    /** Says `count` messages, one each `intervalUs`; gives when. */
    schedule: async ({ count, intervalMs }) => {
      const stamps = [];
      for (let index = 0; index < count; index += 1) {
        await new Promise((resolve) => setTimeout(resolve, intervalMs));
        const bytes = bytesOf(changeOf(1000 + index, stateOf(index)));
        stamps.push(nowNs());
        sayAll(bytes);
      }
      return stamps;
    },
  });
}
