/** The HTTPS server: pane, feed, health and history on one origin, https://localhost, behind access control. */
import type { EventEmitter } from "node:events";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createServer, type Server, type ServerOptions as HttpsOptions } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { SUBPROTOCOL } from "../../../shared/src/contract.js";
import type { Certificates } from "../certificates/certificates.js";
import type { RateLimitedLog } from "../log/rate-limited-log.js";
import { sanitize } from "../log/sanitize.js";
import { codeOf } from "../user-error.js";
import {
  clientKindOf,
  dropCookies,
  evaluate,
  refuseRequest,
  refuseSocket,
  requestInfo,
  type Policy,
  type Refusal,
} from "./access-control.js";
import { Connections } from "./connections.js";
import type { Limits } from "./limits.js";
import { listenOnLoopback } from "./listen.js";
import type { Panes } from "./panes.js";
import { PeerTracker, type PeerCheck } from "./peer-check.js";
import { RequestQueue } from "./request-queue.js";

type KeyAndCertificate = Pick<Certificates, "key" | "certificate">;

export interface ServerOptions {
  /** 0 uses any free port. */
  readonly port: number;
  readonly certificates: KeyAndCertificate;
  readonly limits: Limits;
  readonly panes: Panes;
  readonly peer: PeerCheck;
  readonly log: RateLimitedLog;
  /** Called once the port is known, before any request is served. */
  readonly configure: (port: number) => { readonly policy: Policy; readonly app: RequestListener };
  /** Called when a client of the feed has connected. */
  readonly onClient: () => void;
}

export interface RunningServer {
  readonly port: number;
  /** Uses these for new connections. */
  useCertificates(certificates: KeyAndCertificate): void;
  /** Closes every connection, clients of the feed with code 1001. Resolves within about 1.5 s. */
  stop(): Promise<void>;
}

/**
 * ECDHE with AEAD, in TLS 1.3 and 1.2: supported by browsers, Node and OpenSSL's security level 3. Node's default list for TLS 1.2 also has RSA
 * key exchange, CBC and CCM8.
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
/** A header line has at least a name, a colon, CR and LF. */
const MIN_HEADER_BYTES = 4;

/** In which the clients of the feed must close their connections at shutdown, milliseconds. */
const CLOSE_CLIENTS_MS = 1000;

/** Also for a renewed certificate: setSecureContext() replaces all of these. */
function tlsOptions({
  key,
  certificate,
}: KeyAndCertificate): Pick<HttpsOptions, "key" | "cert" | "minVersion" | "ciphers"> {
  return { key, cert: certificate, minVersion: "TLSv1.2", ciphers: CIPHERS };
}

/** Throws a UserError if the port cannot be used; then nothing listens. */
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
  let configured: ReturnType<ServerOptions["configure"]> | undefined = undefined;
  let stopping = false;
  const connections = new Connections(limits, log);
  const peers = new PeerTracker(options.peer);
  const queue = new RequestQueue(limits.requests);
  /** Connections that were refused because of a malformed request and are about to be closed. */
  const refused = new WeakSet<Duplex>();
  /** The last response on each connection. */
  const responses = new WeakMap<Duplex, ServerResponse>();

  const checkAccess = async (request: IncomingMessage, upgrade: boolean): Promise<Refusal | undefined> => {
    if (configured === undefined || stopping) return { status: 503, why: "the bridge is starting or stopping" };
    const { policy } = configured;
    const peer = await peers.verdictOn(request.socket);
    return evaluate({ ...requestInfo(request, upgrade), peer }, policy);
  };

  const logRefusal = (request: IncomingMessage, { status, why, detail }: Refusal): void => {
    const { origin, host } = request.headers;
    const claimed = { url: sanitize(request.url), host: sanitize(host), origin: sanitize(origin) };
    log.warn({ status, why, detail, method: request.method, ...claimed }, "refused");
  };

  /** Resolves when it is the request's turn, with whether it can still be served. Closes the connection if its queue is full. */
  const waitInQueue = async (request: IncomingMessage, response: EventEmitter): Promise<boolean> => {
    const { socket } = request;
    const turn = queue.add(socket, response);
    if (turn === undefined) socket.destroy();
    else await turn;
    return !socket.destroyed && !socket.writableEnded;
  };

  const onRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    dropCookies(request);
    if (!(await waitInQueue(request, response))) return;
    responses.set(request.socket, response);
    const refusal = await checkAccess(request, false);
    if (refusal === undefined) {
      configured?.app(request, response);
      return;
    }
    logRefusal(request, refusal);
    refuseRequest(response, refusal);
  };

  const onUpgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    dropCookies(request);
    // After Node's server and before ws, nobody else listens for errors of the socket.
    const onError = (): void => {
      socket.destroy();
    };
    socket.on("error", onError);
    // Node's timeouts no longer apply to this socket, and an earlier response in the queue may never be read.
    request.socket.setTimeout(limits.stallMs, onError);
    if (!(await waitInQueue(request, socket))) return;
    const refusal = await checkAccess(request, true);
    if (refusal !== undefined) {
      logRefusal(request, refusal);
      refuseSocket(socket, refusal);
      return;
    }
    socket.off("error", onError);
    request.socket.off("timeout", onError);
    feedServer.handleUpgrade(request, socket, head, (client) => {
      panes.add(client, clientKindOf(requestInfo(request, true).header));
      options.onClient();
    });
  };

  /** A request was malformed or late, so access control has not seen it; or the connection failed. */
  const onClientError = (error: Error, socket: Duplex): void => {
    // What is still received belongs to the same malformed request.
    if (refused.has(socket)) return;
    const refusal = refusalOf(codeOf(error));
    const response = responses.get(socket);
    if (
      refusal !== undefined &&
      socket.writable &&
      (response === undefined || !response.headersSent || response.writableEnded)
    ) {
      // Without the error itself, which contains the received bytes.
      log.warn(
        { status: refusal.status, why: refusal.why, code: codeOf(error) },
        "refused a malformed or late request",
      );
      refused.add(socket);
      refuseSocket(socket, refusal, limits.closeMs);
    } else {
      socket.destroy();
    }
  };

  const create = (): Server => {
    const server = createServer({
      ...tlsOptions(options.certificates),
      ALPNProtocols: ["http/1.1"],
      handshakeTimeout: limits.handshakeMs,
      insecureHTTPParser: false,
      maxHeaderSize: limits.targetBytes + limits.headerBytes + limits.cookieBytes,
      // Access control refuses a missing Host.
      requireHostHeader: false,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.timeoutCheckMs,
      keepAliveTimeout: limits.keepAliveMs,
    });
    // Node omits headers beyond this number, so a second Host could hide from access control. More headers than these are too long anyway.
    server.maxHeadersCount = Math.ceil(limits.headerBytes / MIN_HEADER_BYTES);
    // For responses that nobody reads. The feed has a limit of its own: ws disables this one.
    server.timeout = limits.stallMs;
    server.on("connection", (socket: Socket) => {
      if (configured === undefined || stopping) {
        socket.destroy();
        return;
      }
      const { verdict, untrack } = peers.track(socket);
      socket.once("close", untrack);
      connections.add(socket, verdict);
    });
    // Node would respond to `Expect` by itself, before access control.
    for (const event of ["request", "checkContinue", "checkExpectation"]) {
      server.on(event, (request: IncomingMessage, response: ServerResponse) => {
        void onRequest(request, response);
      });
    }
    server.on("upgrade", (request, socket, head) => {
      void onUpgrade(request, socket, head);
    });
    server.on("clientError", onClientError);
    server.on("tlsClientError", (error) => {
      log.info({ code: codeOf(error) }, "TLS handshake failed");
    });
    server.on("error", (error) => {
      // listenOnLoopback handles errors of listen(), such as that of a machine without IPv6.
      if (server.listening) log.error({ err: error }, "the server failed");
    });
    return server;
  };

  const { port, servers } = await listenOnLoopback(create, options.port);
  configured = options.configure(port);

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
      await panes.closeAll(CLOSE_CLIENTS_MS);
      connections.closeAll();
      await Promise.all(closed);
    },
  };
}

/** The refusal of a request that Node could not parse or that was late; undefined if the connection itself failed. */
function refusalOf(code: string | undefined): Refusal | undefined {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return { status: 408, why: "the request was not received in time" };
  if (code === "HPE_HEADER_OVERFLOW")
    return { status: 431, why: "the headers are too long, including the cookies of all programs on localhost" };
  return code?.startsWith("HPE_") === true ? { status: 400, why: "this is not HTTP/1.1" } : undefined;
}
