import { once } from "node:events";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocketServer, type WebSocket } from "ws";
import { inlineHashes } from "../../../bridge/src/server/csp.js";
import {
  FEED_PATH,
  PROTOCOL,
  SUBPROTOCOL,
  type HistorySpan,
  type Snapshot,
  type SourceStatus,
  type Status,
} from "../../../shared/src/contract.js";
import type { TestCertificates } from "./certificates.js";

export const PANE_FILES = fileURLToPath(new URL("../../../dist/pane", import.meta.url));

export const LISTENING: Extract<SourceStatus, { status: "listening" }> = {
  status: "listening",
  profile: "Outlook",
  outlook: "16.0.18227.20162",
  notifies: { online: true, offline: true },
};

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** The strictest policy that the pane must work with. */
function policyOf(html: string): string {
  const { scripts, styles } = inlineHashes(html);
  const sources = { script: ["'self'", ...scripts].join(" "), style: ["'self'", ...styles].join(" ") };
  return `default-src 'none'; script-src ${sources.script}; style-src ${sources.style}; img-src 'self' data:; connect-src 'self'; base-uri 'none'`;
}

/** Serves the pane and the feed over real TLS, with a status that the test sets. */
export class FakeBridge {
  readonly #certificates: TestCertificates;
  /** The folder that is served; a test may replace it with another version of the pane. */
  root: string;
  #server: Server | null = null;
  #sockets = new Set<WebSocket>();
  /** Every connection, including those in the TLS handshake, which the server does not close itself. */
  #connections = new Set<Socket>();
  #heartbeat: NodeJS.Timeout | null = null;
  #port = 0;
  #epoch = 0;
  #seq = 0;
  #stateStartedAt = performance.now();
  /** Unix milliseconds; a test may replace it. */
  wall: () => number = () => Date.now();
  status: Omit<Status, "ageMs"> = { state: "online", since: Date.now(), source: LISTENING };
  heartbeatMs = 5000;
  protocol: number = PROTOCOL;
  /** What a new socket gets: its snapshot, nothing, or close code 1013. */
  firstMessage: "snapshot" | "nothing" | "busy" = "snapshot";
  /** HTTP status with which the feed is refused; null accepts it. */
  refusal: number | null = null;
  /** Whether the maximum number of panes is reached: WebSockets are refused, other requests are not. */
  full = false;
  /** Spans of /history; null for a bridge without one. */
  history: readonly HistorySpan[] | null = null;
  /** How an attacker changes the page; its policy is not changed. */
  transformPage: (html: string) => string = (html) => html;
  /** Requested paths, newest last. */
  readonly requests: string[] = [];
  /** When sockets were opened (performance.now). */
  readonly connectTimes: number[] = [];

  constructor(certificates: TestCertificates, root = PANE_FILES) {
    this.#certificates = certificates;
    this.root = root;
  }

  get url(): string {
    return `https://localhost:${String(this.#port)}/taskpane.html`;
  }

  get clients(): number {
    return this.#sockets.size;
  }

  /** Starts listening; on the same port if it was started before. */
  async start(): Promise<void> {
    this.#epoch += 1;
    this.#seq = 0;
    const server = createServer({ key: this.#certificates.key, cert: this.#certificates.cert }, (request, response) => {
      void this.#respond(request.url ?? "/", response);
    });
    const feed = new WebSocketServer({
      server,
      path: FEED_PATH,
      handleProtocols: () => SUBPROTOCOL,
      verifyClient: (_info, callback) => {
        const status = this.full ? 503 : this.refusal;
        callback(status === null, status ?? undefined);
      },
    });
    feed.on("connection", (socket) => {
      this.connectTimes.push(performance.now());
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      if (this.firstMessage === "snapshot") socket.send(JSON.stringify(this.snapshot()));
      if (this.firstMessage === "busy") socket.close(1013);
    });
    server.on("connection", (connection: Socket) => {
      this.#connections.add(connection);
      connection.on("close", () => this.#connections.delete(connection));
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, "127.0.0.1", resolve);
    });
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    this.#heartbeat = setInterval(() => {
      this.sendHeartbeat();
    }, this.heartbeatMs);
  }

  /** Destroys all connections, as if the process was killed. @param code if given, sockets are closed with it first */
  async stop(code?: number): Promise<void> {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise((resolve) => server.close(resolve));
    if (code !== undefined) {
      const sockets = [...this.#sockets];
      this.closeAll(code);
      await Promise.all(sockets.map((socket) => once(socket, "close")));
    }
    for (const connection of this.#connections) connection.destroy();
    await closed;
  }

  /** Stops the regular heartbeats; `sendHeartbeat` still sends one. */
  stopHeartbeats(): void {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
  }

  sendHeartbeat(): void {
    this.send({ type: "heartbeat", seq: this.#seq });
  }

  /** Changes the status and sends the change. */
  setStatus(status: Partial<Omit<Status, "ageMs">>, ageMs = 0): void {
    this.status = { ...this.status, ...status };
    this.#stateStartedAt = performance.now() - ageMs;
    this.sendChange();
  }

  /** Sends the current status as a change. */
  sendChange(): void {
    this.#seq += 1;
    const ageMs = Math.round(performance.now() - this.#stateStartedAt);
    this.send({ type: "change", seq: this.#seq, ...this.status, ageMs });
  }

  setState(state: "online" | "offline", ageMs = 0): void {
    this.setStatus({ state, since: this.wall() - ageMs, source: LISTENING }, ageMs);
  }

  /** Sends a message to every pane. */
  send(message: object | string): void {
    const text = typeof message === "string" ? message : JSON.stringify(message);
    for (const socket of this.#sockets) socket.send(text);
  }

  closeAll(code: number): void {
    for (const socket of this.#sockets) socket.close(code);
  }

  snapshot(): Omit<Snapshot, "protocol"> & { protocol: number } {
    return {
      type: "snapshot",
      protocol: this.protocol,
      epoch: `epoch-${String(this.#epoch)}`,
      seq: this.#seq,
      ...this.status,
      ageMs: Math.round(performance.now() - this.#stateStartedAt),
      heartbeatMs: this.heartbeatMs,
      bridge: { version: "0.1.0" },
    };
  }

  /** Sets the age of the current state, without sending a change. */
  setAge(ageMs: number, since: number | null = this.wall() - ageMs): void {
    this.#stateStartedAt = performance.now() - ageMs;
    this.status = { ...this.status, since };
  }

  async #respond(url: string, response: ServerResponse): Promise<void> {
    this.requests.push(url);
    const { pathname } = new URL(url, "https://localhost");
    if (pathname === "/history" && this.history !== null) {
      const now = this.wall();
      const from = this.history[0]?.from ?? now;
      response.setHeader("Content-Type", "application/json");
      const last = this.history.length - 1;
      const spans = this.history.map((span, index) => (index === last ? { ...span, to: now } : span));
      response.end(JSON.stringify({ protocol: 1, now, from, spans }));
      return;
    }
    if (pathname === FEED_PATH) {
      response.writeHead(this.refusal ?? 426).end();
      return;
    }
    const file = join(this.root, normalize(pathname));
    const isFile = await stat(file).then(
      (found) => found.isFile(),
      () => false,
    );
    if (!isFile) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
    response.setHeader("Cache-Control", "no-cache");
    const html = extname(file) === ".html" ? await readFile(file, "utf8") : "";
    response.setHeader("Content-Security-Policy", policyOf(html));
    if (html === "") createReadStream(file).pipe(response);
    else response.end(this.transformPage(html));
  }
}
