// Rival: socket.io over TLS. As its documentation recommends for speed: websocket as the only transport, no compression.
import express from "express";
import { readFileSync } from "node:fs";
import process from "node:process";
import { Server } from "socket.io";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { answer, nowNs } from "./answering.mjs";
import { blankPage } from "./page.mjs";
import { changeOf, stateOf } from "./payload.mjs";
import { follow } from "./source.mjs";
import { listen, secureServer } from "./tls.mjs";

const app = express();
app.get("/taskpane.html", (_request, response) => response.type("html").send(blankPage("socket.io")));
const client = fromRoot("node_modules/socket.io/client-dist/socket.io.min.js");
app.get("/client.js", (_request, response) => response.type("js").send(readFileSync(client)));
const server = secureServer(app);
const io = new Server(server, {
  serveClient: false,
  transports: ["websocket"],
  perMessageDeflate: false,
  httpCompression: false,
  // In the measurement of many clients these only count bytes, and answer no ping.
  ...(process.env.BENCH_HOME === undefined && { pingInterval: 3_600_000 }),
});

let seq = 1000;
if (process.env.BENCH_HOME !== undefined) {
  follow(({ state }) => io.emit("change", changeOf((seq += 1), state)));
}

const port = await listen(server);
answer({
  port: () => port,
  tell: ({ index }) => {
    const message = changeOf(1000 + index, stateOf(index));
    const before = nowNs();
    io.emit("change", message);
    return { at: before, took: nowNs() - before };
  },
});
