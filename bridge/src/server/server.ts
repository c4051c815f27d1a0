/** The server: pane, feed, health and history on one https://localhost origin, everything behind the gate. */
import type { EventEmitter } from "node:events";
import { createServer, type Server, type ServerOptions as HttpsOptions } from "node:https";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { SUBPROTOCOL } from "../../../shared/src/protocol.js";
import type { Certificates } from "../certificates/certificates.js";
import { codeOf } from "../failure.js";
import { refuseRequest, refuseUpgrade } from "../gate/answer.js";
import { CLIENT_HEADER, clientKindOf } from "../gate/client-kind.js";
import { dropCookies, factsOf } from "../gate/facts.js";
import type { Gate } from "../gate/gate.js";
import type { Refusal } from "../gate/rules.js";
import { foreign } from "../log/foreign.js";
import type { LimitedLog } from "../log/limited-log.js";
import { Connections } from "./connections.js";
import { Deadlines } from "./deadlines.js";
import type { Limits } from "./limits.js";
import { listenOnLoopback } from "./listen.js";
import type { Panes } from "./panes.js";
import { Turns } from "./turns.js";

type KeyAndCertificate = Pick<Certificates, "key" | "certificate">;

export interface ServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly certificates: KeyAndCertificate;
  readonly limits: Limits;
  readonly panes: Panes;
  readonly log: LimitedLog;
  /** Called once the port is known, before anything is answered. */
  readonly compose: (port: number) => { readonly gate: Gate; readonly app: RequestListener };
  /** A pane has connected. */
  readonly onPane: () => void;
}

export interface RunningServer {
  readonly port: number;
  /** New connections get these; those that are open stay. */
  useCertificates(certificates: KeyAndCertificate): void;
  /** Ends every connection; panes with close code 1001. Resolves within about 1.5 s. */
  stop(): Promise<void>;
}

/**
 * ECDHE with AEAD, in TLS 1.3 and 1.2: what browsers, Node and OpenSSL's security level 3 agree on. Node's own list for TLS 1.2
 * has RSA key exchange, CBC and CCM8 too.
 */
const CIPHERS = [
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_AES_128_GCM_SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
].join(":");
/** A header line has four bytes at least: a colon, CR, LF and a name. */
const SHORTEST_HEADER = 4;

/** The longest that a timer of Node can wait, milliseconds: its own check of connections is not needed (deadlines.ts). */
const NEVER_MS = 2 ** 31 - 1;
/** The panes' time to say goodbye, milliseconds. */
const GOODBYE_MS = 1000;

/** A renewed certificate gets the same as the first one: Node makes the whole context of what it is given here. */
function tlsOptions({
  key,
  certificate,
}: KeyAndCertificate): Pick<HttpsOptions, "key" | "cert" | "minVersion" | "ciphers"> {
  return { key, cert: certificate, minVersion: "TLSv1.2", ciphers: CIPHERS };
}

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
  /** Connections that were told that they could not be understood, and are about to be closed. */
  const refused = new WeakSet<Duplex>();
  /** The last answer of each connection. */
  const answers = new WeakMap<Duplex, ServerResponse>();

  const decide = async (request: IncomingMessage, upgrade: boolean): Promise<Refusal | undefined> => {
    if (composed === undefined || stopping) return { status: 503, why: "the bridge is not ready" };
    return composed.gate.decide(request.socket, factsOf(request, upgrade));
  };

  const logRefusal = (request: IncomingMessage, { status, why, detail }: Refusal): void => {
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
    dropCookies(request);
    if (!(await turnOf(request, response))) return;
    answers.set(request.socket, response);
    const refusal = await decide(request, false);
    if (refusal === undefined) {
      composed?.app(request, response);
      return;
    }
    logRefusal(request, refusal);
    refuseRequest(response, refusal);
  };

  const onUpgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    dropCookies(request);
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
      panes.welcome(pane, socket, clientKindOf(factsOf(request, true).header(CLIENT_HEADER.toLowerCase())));
      options.onPane();
    });
  };

  /** What Node's parser did not understand, which the gate therefore has not seen; or the connection failed. */
  const onClientError = (error: Error, socket: Duplex): void => {
    // What still comes is more of the same.
    if (refused.has(socket)) return;
    const refusal = refusalOf(codeOf(error));
    const begun = answers.get(socket);
    if (
      refusal !== undefined &&
      socket.writable &&
      (begun === undefined || !begun.headersSent || begun.writableEnded)
    ) {
      // Not the error itself: it holds the bytes that were sent.
      log.warn({ status: refusal.status, why: refusal.why, code: codeOf(error) }, "a request could not be read");
      refused.add(socket);
      refuseUpgrade(socket, refusal, limits.closeMs);
    } else {
      socket.destroy();
    }
  };

  const create = (): Server => {
    const server = createServer({
      ...tlsOptions(options.certificates),
      ALPNProtocols: ["http/1.1"],
      handshakeTimeout: limits.handshakeMs,
      maxHeaderSize: limits.targetBytes + limits.headerBytes + limits.cookieBytes,
      // A missing Host is the gate's to answer.
      requireHostHeader: false,
      headersTimeout: 0,
      requestTimeout: 0,
      connectionsCheckingInterval: NEVER_MS,
      keepAliveTimeout: limits.keepAliveMs,
    });
    // The gate must see every header, so that a second Host cannot hide behind a thousand others. Beyond this number Node leaves headers out; so
    // many are longer than the gate lets in.
    server.maxHeadersCount = Math.ceil(limits.headerBytes / SHORTEST_HEADER);
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
    server.on("clientError", onClientError);
    server.on("tlsClientError", (error) => {
      log.info({ code: codeOf(error) }, "no TLS connection came about");
    });
    server.on("error", (error) => {
      // listenOnLoopback handles an address that cannot be listened on: a machine without IPv6 has no ::1.
      if (server.listening) log.error({ err: error }, "the server failed");
    });
    return server;
  };

  const { port, servers } = await listenOnLoopback(create, options.port);
  composed = options.compose(port);

  return {
    port,
    useCertificates(certificates) {
      for (const server of servers) server.setSecureContext(tlsOptions(certificates));
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

/** How a request is answered that Node's parser gave up on; undefined when the connection itself failed. */
function refusalOf(code: string | undefined): Refusal | undefined {
  if (code === "HPE_HEADER_OVERFLOW")
    return { status: 431, why: "the headers are too long; the cookies of all programs on localhost are among them" };
  return code?.startsWith("HPE_") === true ? { status: 400, why: "this is not HTTP/1.1" } : undefined;
}
