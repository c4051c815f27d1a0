// Many panes in one process that is no bottleneck: each makes a whole TLS and WebSocket connection, and from then on its
// bytes are only counted, as they come off the wire. One message is one record of TLS, and no pane says anything.
import { readFileSync } from "node:fs";
import net from "node:net";
import process from "node:process";
import { Duplex } from "node:stream";
import tls from "node:tls";
import { WebSocket } from "ws";
import { answer, nowNs } from "./answering.mjs";

const PATHS = {
  ws: { path: "/feed", protocols: ["offline-state.v1"] },
  "socket.io": { path: "/socket.io/?EIO=4&transport=websocket", protocols: [] },
};
const ca = readFileSync(process.env.BENCH_CA);
const panes = [];
let least = 0;
let waiting;
let come;

/** Bytes between the network and TLS, which can be cut off. */
class Wire extends Duplex {
  bytes = 0;
  #counting = false;

  constructor(port) {
    super();
    const taken = Buffer.alloc(64 * 1024);
    const take = (count) => {
      if (this.#counting) this.#count(count);
      else this.push(Buffer.from(taken.subarray(0, count)));
      return true;
    };
    this.socket = net.connect({ host: "127.0.0.1", port, onread: { buffer: taken, callback: take } });
    this.socket.on("error", (error) => this.destroy(error));
  }

  count() {
    this.#counting = true;
  }

  #count(count) {
    const whole = this.bytes >= least;
    this.bytes += count;
    if (!whole && this.bytes >= least) arrived();
  }

  _read() {
    // Whatever comes is pushed at once.
  }

  _write(chunk, _encoding, done) {
    this.socket.write(chunk, done);
  }

  _destroy(error, done) {
    this.socket.destroy();
    done(error);
  }
}

function arrived() {
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
      // Engine.IO greets with 0, and its client opens the namespace with 40.
      if (kind === "socket.io" && text.startsWith("0")) return pane.send("40");
      resolve({ pane, wire });
    });
  });
}

answer({
  connect: async ({ port, kind, count }) => {
    while (panes.length < count) panes.push(await connect(port, kind));
    await new Promise((resolve) => setTimeout(resolve, 300)); // session tickets of TLS
    for (const { wire } of panes) wire.count();
    return panes.length;
  },
  /** Gets ready for the next message, of at least `bytes`. */
  expect: ({ bytes }) => {
    least = bytes;
    for (const { wire } of panes) wire.bytes = 0;
    const before = process.cpuUsage();
    come = new Promise((resolve) => {
      waiting = {
        left: panes.length,
        done: (last, cpu) => resolve({ last, cpuUs: cpu.user + cpu.system - before.user - before.system }),
      };
    });
  },
  /** When it has come to everybody, and the processor time that this process has spent on it. */
  come: () => come,
  leave: () => {
    for (const { wire } of panes.splice(0)) wire.destroy();
  },
});
