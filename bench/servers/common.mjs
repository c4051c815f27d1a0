// What the servers and clients of the benchmarks share: the message, the page, TLS, the state source and the requests of the parent.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { WebSocket } from "ws";
import { fromRoot } from "../../tools/lib/paths.mjs";

/** Nanoseconds on the monotonic clock, which all processes share. Exact for 100 days of uptime, as a double. */
export const nowNs = () => Number(process.hrtime.bigint());

/**
 * Serves the requests of the parent process (Server in lib/processes.mjs), and exits with it.
 * @param {Record<string, (message: object) => unknown>} handlers by request name
 */
export function serve(handlers) {
  process.on("message", (message) => {
    void (async () => {
      try {
        const handler = handlers[message.request] ?? commonHandlers[message.request];
        if (handler === undefined) throw new Error(`unknown request "${message.request}"`);
        process.send({ result: await handler(message) });
      } catch (error) {
        process.send({ error: error instanceof Error ? error.stack : String(error) });
      }
    })();
  });
  process.on("disconnect", () => process.exit(0));
}

const commonHandlers = {
  cpu: () => process.cpuUsage(),
  /** Collects garbage first; needs --expose-gc. */
  memory: () => {
    for (let index = 0; index < 4; index += 1) globalThis.gc();
    return process.memoryUsage();
  },
};

/** A server with the product's certificate and TLS options. */
export function secureServer(handler) {
  const folder = process.env.BENCH_CERTIFICATES;
  const read = (name) => readFileSync(join(folder, name), "utf8");
  return createServer(
    { key: read("localhost.key"), cert: read("localhost.crt"), minVersion: "TLSv1.2", ALPNProtocols: ["http/1.1"] },
    handler,
  );
}

export function listen(server, port = 0) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port }, () => resolve(server.address().port));
  });
}

export const listening = {
  status: "listening",
  profile: "Simulated",
  outlook: "16.0.17328.20184",
  notifies: { online: true, offline: true },
};

/** The product's change message, so that all sides send the same bytes. */
export function changeMessage(seq, state) {
  return { type: "change", seq, state, since: Date.now(), ageMs: 0, source: listening };
}

export const stateAt = (index) => (index % 2 === 0 ? "offline" : "online");

/**
 * Calls `listener` with each report of the product's native module, which is connected to the same agent. Needs
 * BENCH_DATA_DIRECTORY.
 */
export function subscribe(listener) {
  const native = createRequire(import.meta.url)(fromRoot("build/Release/offline_state.node"));
  return native.subscribe({ dataDirectory: process.env.BENCH_DATA_DIRECTORY }, listener);
}

/**
 * Opens a WebSocket to a feed. Unlike the feed client of the tests it validates nothing, because the benchmarks measure arrival.
 * @param {string} url
 * @param {string} caFile
 */
export function openFeed(url, caFile) {
  return new WebSocket(url, ["offline-state.v1"], {
    ca: readFileSync(caFile),
    origin: new URL(url).origin.replace("wss", "https"),
  });
}

const CLIENTS = {
  ws: `new WebSocket("wss://" + location.host + "/feed").onmessage = (event) => show(JSON.parse(event.data));`,
  sse: `new EventSource("/sse").addEventListener("change", (event) => show(JSON.parse(event.data)));`,
  "socket.io": `io({ transports: ["websocket"] }).on("change", show);`,
};

/**
 * A page that shows only the state, as directly as possible.
 * @param {keyof typeof CLIENTS} kind
 */
export function blankPage(kind) {
  const library = kind === "socket.io" ? '<script src="/client.js"></script>' : "";
  return `<!doctype html><meta charset="utf-8"><title>Blank</title><link rel="icon" href="data:,"><p id="word">unknown</p>${library}
<script>const word = document.getElementById("word"); const show = ({ state }) => { if (state) word.textContent = state; }; ${CLIENTS[kind]}</script>`;
}
