// Many panes in one process. Each makes a complete TLS and WebSocket connection; after that its bytes are only counted, without
// decrypting them, so that this process is not the bottleneck. One message is one TLS record, and panes send nothing.
import { readFileSync } from "node:fs";
import net from "node:net";
import process from "node:process";
import { Duplex } from "node:stream";
import tls from "node:tls";
import { WebSocket } from "ws";
import { nowNs, serve } from "./common.mjs";

const PATHS = {
  ws: { path: "/feed", protocols: ["offline-state.v1"] },
  "socket.io": { path: "/socket.io/?EIO=4&transport=websocket", protocols: [] },
};
const ca = readFileSync(process.env.BENCH_CA);
const panes = [];
let expectedBytes = 0;
let waiting;
let arrival;

/** The bytes between the network and TLS. After `startCounting` they are counted instead of passed on. */
class Wire extends Duplex {
  bytes = 0;
  #counting = false;

  constructor(port) {
    super();
    const buffer = Buffer.alloc(64 * 1024);
    const onRead = (count) => {
      if (this.#counting) this.#count(count);
      else this.push(Buffer.from(buffer.subarray(0, count)));
      return true;
    };
    this.socket = net.connect({ host: "127.0.0.1", port, onread: { buffer, callback: onRead } });
    this.socket.on("error", (error) => this.destroy(error));
  }

  startCounting() {
    this.#counting = true;
  }

  #count(count) {
    const wasComplete = this.bytes >= expectedBytes;
    this.bytes += count;
    if (!wasComplete && this.bytes >= expectedBytes) onComplete();
  }

  _read() {
    // Data is pushed as it arrives.
  }

  _write(chunk, _encoding, done) {
    this.socket.write(chunk, done);
  }

  _destroy(error, done) {
    this.socket.destroy();
    done(error);
  }
}

function onComplete() {
  if (waiting === undefined) return;
  waiting.left -= 1;
  if (waiting.left > 0) return;
  const { done } = waiting;
  waiting = undefined;
  done(nowNs(), process.cpuUsage());
}

function connect(port, kind) {
  const { path, protocols } = PATHS[kind];
  const wire = new Wire(port);
  const pane = new WebSocket(`wss://localhost:${port}${path}`, protocols, {
    ca,
    origin: `https://localhost:${port}`,
    perMessageDeflate: false,
    createConnection: () => tls.connect({ socket: wire, ca, servername: "localhost", ALPNProtocols: ["http/1.1"] }),
  });
  return new Promise((resolve, reject) => {
    pane.on("error", reject);
    pane.on("message", (data) => {
      const text = data.toString();
      // Engine.IO: the server opens with packet 0, and the client joins the namespace with 40.
      if (kind === "socket.io" && text.startsWith("0")) return pane.send("40");
      resolve({ pane, wire });
    });
  });
}

serve({
  connect: async ({ port, kind, count }) => {
    while (panes.length < count) panes.push(await connect(port, kind));
    await new Promise((resolve) => setTimeout(resolve, 300)); // TLS session tickets
    for (const { wire } of panes) wire.startCounting();
    return panes.length;
  },
  /** Prepares for the next message, of at least `bytes`. */
  expect: ({ bytes }) => {
    expectedBytes = bytes;
    for (const { wire } of panes) wire.bytes = 0;
    const before = process.cpuUsage();
    arrival = new Promise((resolve) => {
      waiting = {
        left: panes.length,
        done: (last, cpu) => resolve({ last, cpuUs: cpu.user + cpu.system - before.user - before.system }),
      };
    });
  },
  /** When the message had reached every pane, and the processor time that this process used. */
  arrival: () => arrival,
  close: () => {
    for (const { wire } of panes.splice(0)) wire.destroy();
  },
});
