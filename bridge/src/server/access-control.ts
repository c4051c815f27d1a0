/**
 * Access control: which requests the bridge accepts, decided before it sends any state. `evaluate` is pure: the first rule that refuses a
 * request determines the status that a raw client receives. The numbers of the rules are the rows of docs/security.md.
 */
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { CLIENT_HEADER, FEED_PATH, OBSERVER, SUBPROTOCOL } from "../../../shared/src/contract.js";
import type { PeerVerdict } from "./peer-check.js";

/** A client of the feed: a pane, or an observer such as `status --watch`, which does not take a pane's place. */
export type ClientKind = "pane" | "observer";

/** What a request claims about itself, as it was received; no rule has checked it yet. */
export interface RequestInfo {
  readonly method: string;
  /** The request target, undecoded. */
  readonly target: string;
  /** Whether the client asks to change the protocol (Node's `upgrade` event). */
  readonly upgrade: boolean;
  /** "1.1" or "1.0". */
  readonly httpVersion: string;
  /** Bytes of the header lines, without the values of Cookie: those belong to other programs and are not read. */
  readonly headerBytes: number;
  /** Every value of the header, in order; names are lower-case. Empty if it was not sent. */
  readonly header: (name: string) => readonly string[];
}

/** A request and who has sent it. */
export interface AccessRequest extends RequestInfo {
  readonly peer: PeerVerdict;
}

export interface Policy {
  /** Values of Host that mean this bridge: "localhost:38443". */
  readonly hosts: ReadonlySet<string>;
  /** Origins that may use it: "https://localhost:38443". */
  readonly origins: ReadonlySet<string>;
  /** Whether no more clients of this kind are accepted. */
  readonly isFull: (kind: ClientKind) => boolean;
  /** The longest request target, bytes. */
  readonly targetBytes: number;
  /** The most bytes of all header lines of a request, without the values of Cookie. */
  readonly headerBytes: number;
}

export interface Refusal {
  readonly status: 400 | 403 | 404 | 405 | 408 | 414 | 421 | 426 | 431 | 503;
  /** For the log and the response body: contains nothing that the client did not send. */
  readonly why: string;
  /** For the log only. */
  readonly detail?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Rule {
  readonly name: string;
  readonly rows: readonly number[];
  readonly refuse: (request: AccessRequest, policy: Policy) => Refusal | undefined;
}

/** The hosts and origins of a bridge on `port`. */
export function allowedHosts(port: number): Pick<Policy, "hosts" | "origins"> {
  const host = port === 443 ? "localhost" : `localhost:${String(port)}`;
  return { hosts: new Set([host]), origins: new Set([`https://${host}`]) };
}

/** Pages that other sites may open: Office opens the pane from its frames. Data is never among them. */
const PAGE = /^\/(?:[\w-]+\.html)?$/;
const NAVIGATION_TARGETS = new Set(["document", "iframe", "frame"]);
/** Other spellings of a path, and paths that lead out of the folder. */
const PATH_TRICKS = /\\|%5c|%2f|%2e|%00|%(?![0-9a-f]{2})|\/\.(?:\/|$)|\.\.(?:\/|$)|\/\//i;

const refusal = (status: Refusal["status"], why: string, headers?: Refusal["headers"]): Refusal =>
  headers === undefined ? { status, why } : { status, why, headers };
const single = (values: readonly string[]): string | undefined => (values.length === 1 ? values[0] : undefined);

const rules: readonly Rule[] = [
  {
    name: "the peer is a process of this user",
    rows: [10, 11],
    refuse: ({ peer }) => {
      return peer.trusted ? undefined : { ...refusal(403, "the peer is not a process of this user"), detail: peer.why };
    },
  },
  {
    name: "target and headers have a bounded length",
    rows: [34],
    refuse: ({ target, headerBytes }, policy) => {
      if (target.length > policy.targetBytes) return refusal(414, "the request target is too long");
      return headerBytes > policy.headerBytes ? refusal(431, "the headers are too long") : undefined;
    },
  },
  {
    name: "the target is a path",
    rows: [6],
    refuse: ({ target }) => (target.startsWith("/") ? undefined : refusal(421, "the request target is not a path")),
  },
  {
    name: "Host is given once and is allowed (DNS rebinding)",
    rows: [5],
    refuse: ({ header }, { hosts }) => {
      const host = single(header("host"));
      return host !== undefined && hosts.has(host) ? undefined : refusal(421, "the Host is not allowed");
    },
  },
  {
    name: "preflights are refused",
    rows: [19],
    refuse: ({ method }) => (method === "OPTIONS" ? refusal(403, "no cross-origin access") : undefined),
  },
  {
    name: "an upgrade uses WebSocket 13 over HTTP/1.1 (RFC 9110, section 7.8: HTTP/1.0 has no upgrades)",
    rows: [9, 29],
    refuse: ({ upgrade, httpVersion, header }) => {
      if (!upgrade) return undefined;
      if (httpVersion !== "1.1") return refusal(400, "an upgrade needs HTTP/1.1");
      if (single(header("upgrade"))?.toLowerCase() !== "websocket") return refusal(400, "only WebSocket is supported");
      if (single(header("sec-websocket-version")) === "13") return undefined;
      return refusal(400, "only WebSocket version 13 is supported", { "Sec-WebSocket-Version": "13" });
    },
  },
  {
    name: "an upgrade has exactly one Origin, an allowed one; a plain request has that or none",
    rows: [1, 2, 3, 4],
    refuse: ({ upgrade, header }, { origins }) => {
      const values = header("origin");
      if (values.length === 0 && !upgrade) return undefined;
      const origin = single(values);
      return origin !== undefined && origins.has(origin) ? undefined : refusal(403, "the Origin is not allowed");
    },
  },
  {
    name: "a page of another site may only open the pane in a window or frame",
    rows: [18],
    refuse: (request) => {
      const sites = request.header("sec-fetch-site");
      if (sites.length === 0) return undefined;
      const site = single(sites);
      if (site === "same-origin" || site === "none") return undefined;
      const opensPage =
        !request.upgrade &&
        single(request.header("sec-fetch-mode")) === "navigate" &&
        NAVIGATION_TARGETS.has(single(request.header("sec-fetch-dest")) ?? "") &&
        PAGE.test(pathOf(request));
      return opensPage ? undefined : refusal(403, "the request comes from another site");
    },
  },
  {
    name: "a path has one spelling and stays in the folder",
    rows: [20],
    refuse: (request) => (PATH_TRICKS.test(pathOf(request)) ? refusal(404, "not found") : undefined),
  },
  {
    name: "only reading is allowed",
    rows: [8],
    refuse: (request) => {
      const { method, upgrade } = request;
      const allowed = upgrade || pathOf(request) === FEED_PATH ? ["GET"] : ["GET", "HEAD"];
      if (allowed.includes(method)) return undefined;
      return refusal(405, `the method must be ${allowed.join(" or ")}`, { Allow: allowed.join(", ") });
    },
  },
  {
    name: "a request has no body",
    rows: [30],
    refuse: ({ header }) => {
      const lengths = header("content-length");
      const isEmpty = header("transfer-encoding").length === 0 && lengths.every((length) => length === "0");
      return isEmpty ? undefined : refusal(400, "requests must not have a body");
    },
  },
  {
    name: "the feed needs an upgrade, and only the feed accepts one",
    rows: [8],
    refuse: (request) => {
      if (request.upgrade) return request.target === FEED_PATH ? undefined : refusal(404, "not found");
      if (pathOf(request) !== FEED_PATH) return undefined;
      return refusal(426, "the feed requires a WebSocket", { Upgrade: "websocket", Connection: "close, upgrade" });
    },
  },
  {
    name: "the client offers the subprotocol",
    rows: [7],
    refuse: ({ upgrade, header }) => {
      if (!upgrade) return undefined;
      const offered = single(header("sec-websocket-protocol"))?.split(",") ?? [];
      const isOffered = offered.some((name) => name.trim() === SUBPROTOCOL);
      return isOffered ? undefined : refusal(400, `the subprotocol ${SUBPROTOCOL} is required`);
    },
  },
  {
    name: "one more pane or observer is allowed",
    rows: [13],
    refuse: ({ upgrade, header }, { isFull }) => {
      const kind = clientKindOf(header);
      return upgrade && isFull(kind) ? refusal(503, `too many ${kind}s`) : undefined;
    },
  },
];

/** The first refusal by a rule; undefined if the request is accepted. */
export function evaluate(request: AccessRequest, policy: Policy): Refusal | undefined {
  for (const rule of rules) {
    const refused = rule.refuse(request, policy);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** `header`: of a RequestInfo. An observer identifies itself by a header that no page in a browser can set for a WebSocket. */
export function clientKindOf(header: RequestInfo["header"]): ClientKind {
  return single(header(CLIENT_HEADER.toLowerCase())) === OBSERVER ? "observer" : "pane";
}

/** Colon, space, CR and LF. */
const HEADER_LINE_OVERHEAD = 4;

/**
 * Empties every Cookie header. Browsers send the cookies of all programs on localhost, whatever their port: they can be large, and
 * they can be secret.
 */
export function dropCookies({ rawHeaders, headers }: IncomingMessage): void {
  if (headers.cookie !== undefined) headers.cookie = "";
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === "cookie") rawHeaders[index + 1] = "";
  }
}

export function requestInfo(request: IncomingMessage, upgrade: boolean): RequestInfo {
  // Node's `headers` keeps only the first of a repeated Host or Origin; the rules need them all.
  const headers = new Map<string, string[]>();
  const raw = request.rawHeaders;
  let headerBytes = 0;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? "").toLowerCase();
    const value = raw[index + 1] ?? "";
    headerBytes += name.length + (name === "cookie" ? 0 : value.length) + HEADER_LINE_OVERHEAD;
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [value]);
    else values.push(value);
  }
  return {
    method: request.method ?? "",
    target: request.url ?? "",
    upgrade,
    httpVersion: request.httpVersion,
    headerBytes,
    header: (name) => headers.get(name) ?? [],
  };
}

/** The path of the target, without the query. */
export function pathOf({ target }: Pick<RequestInfo, "target">): string {
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
}

const REFUSAL_HEADERS: Readonly<Record<string, string>> = {
  "Content-Type": "text/plain; charset=utf-8",
  "Cache-Control": "no-store",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  Connection: "close",
};

export function refuseRequest(response: ServerResponse, { status, why, headers }: Refusal): void {
  const body = `${why}\n`;
  response.writeHead(status, { ...REFUSAL_HEADERS, "Content-Length": Buffer.byteLength(body), ...headers }).end(body);
}

/**
 * Responds on a connection for which Node has no response object (an upgrade, or a request that it could not parse), and closes it. For
 * `lingerMs`, what is still received is discarded: a connection that is closed with unread bytes is reset, and its client may never see
 * the response.
 */
export function refuseSocket(socket: Duplex, { status, why, headers }: Refusal, lingerMs = 0): void {
  const body = `${why}\n`;
  const lines = Object.entries({ ...REFUSAL_HEADERS, "Content-Length": String(Buffer.byteLength(body)), ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.end(`HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ""}\r\n${head}\r\n${body}`, () => {
    if (lingerMs === 0) socket.destroy();
  });
  if (lingerMs === 0) return;
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once("close", () => {
    clearTimeout(timer);
  });
}
