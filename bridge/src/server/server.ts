/** The server: pane, feed, health and history on one https://localhost origin, everything behind the gate. */
import type { EventEmitter } from "node:events";
import { createServer, type Server } from "node:https";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { SUBPROTOCOL } from "../../../shared/src/protocol.js";
import type { Certificates } from "../certificates/certificates.js";
import { refuseRequest, refuseUpgrade } from "../gate/answer.js";
import { factsOf } from "../gate/facts.js";
import type { Gate } from "../gate/gate.js";
import type { Refusal } from "../gate/rules.js";
import { foreign } from "../log/foreign.js";
import type { Log } from "../log/log.js";
import { Connections } from "./connections.js";
import { Deadlines } from "./deadlines.js";
import type { Limits } from "./limits.js";
import { listenOnLoopback } from "./listen.js";
import type { Panes } from "./panes.js";
import { rate } from "./rate.js";
import { Turns } from "./turns.js";

export interface ServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly certificates: Certificates;
  readonly limits: Limits;
  readonly panes: Panes;
  readonly log: Log;
  /** Called once the port is known, before anything is answered. */
  readonly compose: (port: number) => { readonly gate: Gate; readonly app: RequestListener };
  /** A pane has connected. */
  readonly onPane: () => void;
}

export interface RunningServer {
  readonly port: number;
  /** New connections get these; those that are open stay. */
  useCertificates(certificates: Certificates): void;
  /** Ends every connection; panes with close code 1001. Resolves within about 1.5 s. */
  stop(): Promise<void>;
}

/** The longest that a timer of Node can wait, milliseconds: its own check of connections is not needed (deadlines.ts). */
const NEVER_MS = 2 ** 31 - 1;
/** The panes' time to say goodbye, milliseconds. */
const GOODBYE_MS = 1000;

/** Throws a Failure when the port cannot be had; then nothing listens. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { limits, panes, log } = options;
  const feedServer = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    maxFragments: limits.fragments,
    maxBufferedChunks: 64,
    handleProtocols: () => SUBPROTOCOL,
  });
  let composed: ReturnType<ServerOptions["compose"]> | undefined = undefined;
  let stopping = false;
  const connections = new Connections(limits, log);
  const turns = new Turns(limits.requests);
  const deadlines = new Deadlines(limits);
  const mayLog = rate(limits.refusals, limits.refusalsWindowMs);

  const decide = async (request: IncomingMessage, upgrade: boolean): Promise<Refusal | undefined> => {
    if (composed === undefined || stopping) return { status: 503, why: "the bridge is not ready" };
    return composed.gate.decide(request.socket, factsOf(request, upgrade));
  };

  const logRefusal = (request: IncomingMessage, { status, why, detail }: Refusal): void => {
    if (!mayLog()) return;
    const { origin, host } = request.headers;
    const seen = { url: foreign(request.url), host: foreign(host), origin: foreign(origin) };
    log.warn({ status, why, detail, method: request.method, ...seen }, "refused");
  };

  /** Resolves with false when the connection has ended, or had to: it asks for more at once than anybody honest does. */
  const turnOf = async (request: IncomingMessage, answer: EventEmitter): Promise<boolean> => {
    const { socket } = request;
    const turn = turns.take(socket, answer);
    if (turn === undefined) socket.destroy();
    else await turn;
    return !socket.destroyed && !socket.writableEnded;
  };

  const onRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!(await turnOf(request, response))) return;
    const refusal = await decide(request, false);
    if (refusal === undefined) {
      composed?.app(request, response);
      return;
    }
    logRefusal(request, refusal);
    refuseRequest(response, refusal);
  };

  const onUpgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    // Between Node's server and ws nobody else listens for errors of the socket.
    const onError = (): void => {
      socket.destroy();
    };
    socket.on("error", onError);
    // Node watches over this socket no longer, and the answer that is waited for may never be read.
    request.socket.setTimeout(limits.stallMs, onError);
    if (!(await turnOf(request, socket))) return;
    const refusal = await decide(request, true);
    if (refusal !== undefined) {
      logRefusal(request, refusal);
      refuseUpgrade(socket, refusal);
      return;
    }
    socket.off("error", onError);
    request.socket.off("timeout", onError);
    feedServer.handleUpgrade(request, socket, head, (pane) => {
      panes.welcome(pane, socket);
      options.onPane();
    });
  };

  const create = (): Server => {
    const { key, certificate: cert } = options.certificates;
    const server = createServer({
      key,
      cert,
      minVersion: "TLSv1.2",
      ALPNProtocols: ["http/1.1"],
      handshakeTimeout: limits.handshakeMs,
      maxHeaderSize: limits.headerBytes,
      // A missing Host is the gate's to answer.
      requireHostHeader: false,
      headersTimeout: 0,
      requestTimeout: 0,
      connectionsCheckingInterval: NEVER_MS,
      keepAliveTimeout: limits.keepAliveMs,
    });
    // The gate must see every header, lest a second Host hide behind a thousand others; their size is limited already.
    server.maxHeadersCount = 0;
    // Ends a connection whose answer nobody reads; a pane has a limit of its own (ws takes this one off).
    server.timeout = limits.stallMs;
    server.on("connection", (socket: Socket) => {
      if (composed === undefined || stopping) {
        socket.destroy();
        return;
      }
      const { verdict, forget } = composed.gate.meet(socket);
      socket.once("close", forget);
      connections.take(socket, verdict);
    });
    // Node would answer `Expect` by itself, before the gate.
    for (const event of ["request", "checkContinue", "checkExpectation"]) {
      server.on(event, (request: IncomingMessage, response: ServerResponse) => {
        deadlines.requested(request, response);
        void onRequest(request, response);
      });
    }
    server.on("upgrade", (request, socket, head) => {
      deadlines.forget(socket);
      void onUpgrade(request, socket, head);
    });
    server.on("secureConnection", (socket) => {
      deadlines.watch(socket);
    });
    server.on("tlsClientError", (error) => {
      log.debug({ err: error }, "no TLS connection came about");
    });
    server.on("error", (error) => {
      log.error({ err: error }, "the server failed");
    });
    return server;
  };

  const { port, servers } = await listenOnLoopback(create, options.port);
  composed = options.compose(port);

  return {
    port,
    useCertificates({ key, certificate: cert }) {
      for (const server of servers) server.setSecureContext({ key, cert, minVersion: "TLSv1.2" });
    },
    async stop() {
      if (stopping) return;
      stopping = true;
      const closed = servers.map(
        (server) =>
          new Promise<void>((resolve) =>
            server.close(() => {
              resolve();
            }),
          ),
      );
      await panes.goodbye(GOODBYE_MS);
      connections.endAll();
      await Promise.all(closed);
    },
  };
}
