// Alternative: socket.io over TLS, as its documentation recommends for speed: WebSocket only, no compression.
import express from "express";
import { readFileSync } from "node:fs";
import process from "node:process";
import { Server } from "socket.io";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { blankPage, changeMessage, listen, nowNs, secureServer, serve, stateAt, subscribe } from "./common.mjs";

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
  // The clients of crowd.mjs only count bytes, and do not respond to pings.
  ...(process.env.BENCH_DATA_DIRECTORY === undefined && { pingInterval: 3_600_000 }),
});

let seq = 1000;
if (process.env.BENCH_DATA_DIRECTORY !== undefined) {
  subscribe(({ state }) => io.emit("change", changeMessage((seq += 1), state)));
}

const port = await listen(server);
serve({
  port: () => port,
  change: ({ index }) => {
    const message = changeMessage(1000 + index, stateAt(index));
    const before = nowNs();
    io.emit("change", message);
    return { at: before, took: nowNs() - before };
  },
});
