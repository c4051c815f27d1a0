import { once } from "node:events";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocketServer, type WebSocket } from "ws";
import { within } from "../../../bridge/src/server/page-policy.js";
import {
  FEED_PATH,
  PROTOCOL,
  SUBPROTOCOL,
  type Present,
  type Snapshot,
  type SourceStatus,
  type State,
} from "../../../shared/src/protocol.js";
import type { Trust } from "./certificates.js";

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

/** As strict as a page can be served: what the pane does must pass it. */
function policyOf(html: string): string {
  const { scripts, styles } = within(html);
  const sources = { script: ["'self'", ...scripts].join(" "), style: ["'self'", ...styles].join(" ") };
  return `default-src 'none'; script-src ${sources.script}; style-src ${sources.style}; img-src 'self' data:; connect-src 'self'; base-uri 'none'`;
}

/** One span of the history, as the bridge tells it. */
export interface Span {
  readonly state: State;
  readonly from: number;
  readonly to: number;
}

/** Serves the pane and speaks feed protocol 1 over real TLS, with a state that the test sets. */
export class FakeBridge {
  readonly #trust: Trust;
  /** The folder that is served; a test may put another version of the pane in its place. */
  root: string;
  #server: Server | null = null;
  #sockets = new Set<WebSocket>();
  /** Every connection, also one whose TLS handshake is not over, which the server does not close by itself. */
  #connections = new Set<Socket>();
  #heartbeat: NodeJS.Timeout | null = null;
  #port = 0;
  #epoch = 0;
  #seq = 0;
  #since = performance.now();
  /** Unix milliseconds; a test may live at another time. */
  wall: () => number = () => Date.now();
  present: Omit<Present, "ageMs"> = { state: "online", since: Date.now(), source: LISTENING };
  heartbeatMs = 5000;
  protocol: number = PROTOCOL;
  /** Whether a new socket gets its snapshot, nothing, or the answer that there is no place for it. */
  greeting: "snapshot" | "nothing" | "busy" = "snapshot";
  /** HTTP status with which the feed is refused; null: it is not. */
  refusal: number | null = null;
  /** Whether there is no place for one more pane: WebSockets are refused then, and other requests are not. */
  full = false;
  /** Spans that /history answers; null for a bridge that has none. */
  history: readonly Span[] | null = null;
  /** What somebody on the way does to a page, whose policy stays as it was. */
  slip: (html: string) => string = (html) => html;
  /** Paths that were asked for, newest last. */
  readonly asked: string[] = [];
  /** Times (performance.now) at which a socket was opened. */
  readonly connects: number[] = [];

  constructor(trust: Trust, root = PANE_FILES) {
    this.#trust = trust;
    this.root = root;
  }

  get url(): string {
    return `https://localhost:${String(this.#port)}/taskpane.html`;
  }

  get clients(): number {
    return this.#sockets.size;
  }

  /** Starts listening; the second time on the same port, as a bridge does that is started again. */
  async start(): Promise<void> {
    this.#epoch += 1;
    this.#seq = 0;
    const server = createServer({ key: this.#trust.key, cert: this.#trust.cert }, (request, response) => {
      void this.#answer(request.url ?? "/", response);
    });
    const feed = new WebSocketServer({
      server,
      path: FEED_PATH,
      handleProtocols: () => SUBPROTOCOL,
      verifyClient: (_info, answer) => {
        const status = this.full ? 503 : this.refusal;
        answer(status === null, status ?? undefined);
      },
    });
    feed.on("connection", (socket) => {
      this.connects.push(performance.now());
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      if (this.greeting === "snapshot") socket.send(JSON.stringify(this.snapshot()));
      if (this.greeting === "busy") socket.close(1013);
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
      this.beat();
    }, this.heartbeatMs);
  }

  /** Ends all, as the death of the process does; with a code the sockets are closed politely first. */
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

  /** Stops or starts the regular heartbeats; `beat` sends one at any time. */
  hush(): void {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
  }

  beat(): void {
    this.send({ type: "heartbeat", seq: this.#seq });
  }

  /** Changes what the feed says, and says it. */
  change(present: Partial<Omit<Present, "ageMs">>, ageMs = 0): void {
    this.present = { ...this.present, ...present };
    this.#since = performance.now() - ageMs;
    this.tell();
  }

  /** Says as a change what `present` and `begun` have been set to. */
  tell(): void {
    this.#seq += 1;
    const ageMs = Math.round(performance.now() - this.#since);
    this.send({ type: "change", seq: this.#seq, ...this.present, ageMs });
  }

  state(state: "online" | "offline", ageMs = 0): void {
    this.change({ state, since: this.wall() - ageMs, source: LISTENING }, ageMs);
  }

  /** Sends anything to every pane. */
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
      ...this.present,
      ageMs: Math.round(performance.now() - this.#since),
      heartbeatMs: this.heartbeatMs,
      bridge: { version: "0.1.0" },
    };
  }

  /** Sets since when the present state has lasted without telling it. */
  begun(ageMs: number, since: number | null = this.wall() - ageMs): void {
    this.#since = performance.now() - ageMs;
    this.present = { ...this.present, since };
  }

  async #answer(url: string, response: ServerResponse): Promise<void> {
    this.asked.push(url);
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
    else response.end(this.slip(html));
  }
}
