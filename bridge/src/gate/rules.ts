/**
 * The table of the gate: each rule refuses one kind of attack with the status that a raw client sees. Rules are tried in
 * order and the first refusal counts; all of them are pure. The numbers are the rows of docs/security.md.
 */
import { FEED_PATH, SUBPROTOCOL } from "../../../shared/src/protocol.js";
import { CLIENT_HEADER, clientKindOf, type ClientKind } from "./client-kind.js";
import { pathOf, type RequestFacts } from "./facts.js";
import type { PeerVerdict } from "./peer.js";

/** What a request is held against. */
export interface Surroundings {
  /** Values of Host that name this bridge: "localhost:38443". */
  readonly hosts: ReadonlySet<string>;
  /** Origins that may use it: "https://localhost:38443". */
  readonly origins: ReadonlySet<string>;
  /** Whether there are as many clients of this kind as there may be. */
  readonly full: (kind: ClientKind) => boolean;
  /** The longest request target, bytes. */
  readonly targetBytes: number;
  /** The most that all header lines of a request may have, the values of Cookie apart, bytes. */
  readonly headerBytes: number;
}

export interface Refusal {
  readonly status: 400 | 403 | 404 | 405 | 414 | 421 | 426 | 431 | 503;
  /** For the log and for the body: says nothing that the client did not send. */
  readonly why: string;
  /** For the log alone. */
  readonly detail?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request, and who has made it. */
export interface Visitor extends RequestFacts {
  readonly peer: PeerVerdict;
}

interface Rule {
  readonly name: string;
  readonly rows: readonly number[];
  readonly refuse: (facts: Visitor, around: Surroundings) => Refusal | undefined;
}

/** What is ours on `port`. */
export function oursOn(port: number): Pick<Surroundings, "hosts" | "origins"> {
  const host = port === 443 ? "localhost" : `localhost:${String(port)}`;
  return { hosts: new Set([host]), origins: new Set([`https://${host}`]) };
}

/** Where documents of other sites may lead to: the pane is opened from Office's frames. Data is never among it. */
const DOCUMENT = /^\/(?:[\w-]+\.html)?$/;
const OPENING = new Set(["document", "iframe", "frame"]);
const ENCODED_TRICKS = /\\|%5c|%2f|%2e|%00|%(?![0-9a-f]{2})|\/\.(?:\/|$)|\.\.(?:\/|$)|\/\//i;

const refusal = (status: Refusal["status"], why: string, headers?: Refusal["headers"]): Refusal =>
  headers === undefined ? { status, why } : { status, why, headers };
const only = (values: readonly string[]): string | undefined => (values.length === 1 ? values[0] : undefined);

const rules: readonly Rule[] = [
  {
    name: "the process at the other end is this user's",
    rows: [10, 11],
    refuse: ({ peer }) => {
      return peer.trusted ? undefined : { ...refusal(403, "the peer is not trusted"), detail: peer.why };
    },
  },
  {
    name: "target and headers have a bounded length",
    rows: [34],
    refuse: ({ target, headerBytes }, around) => {
      if (target.length > around.targetBytes) return refusal(414, "the request target is too long");
      return headerBytes > around.headerBytes ? refusal(431, "the headers are too long") : undefined;
    },
  },
  {
    name: "the target is a path of this origin, not another address",
    rows: [6],
    refuse: ({ target }) => (target.startsWith("/") ? undefined : refusal(421, "the request target is not a path")),
  },
  {
    name: "Host is there once and is ours (no DNS rebinding)",
    rows: [5],
    refuse: ({ header }, { hosts }) => {
      const host = only(header("host"));
      return host !== undefined && hosts.has(host) ? undefined : refusal(421, "the Host is not this bridge's");
    },
  },
  {
    name: "no preflight is answered",
    rows: [19],
    refuse: ({ method }) => (method === "OPTIONS" ? refusal(403, "no cross-origin access") : undefined),
  },
  {
    name: "an upgrade speaks WebSocket 13 over HTTP/1.1 (RFC 9110, section 7.8: HTTP/1.0 has no upgrades)",
    rows: [9, 29],
    refuse: ({ upgrade, httpVersion, header }) => {
      if (!upgrade) return undefined;
      if (httpVersion !== "1.1") return refusal(400, "an upgrade needs HTTP/1.1");
      if (only(header("upgrade"))?.toLowerCase() !== "websocket") return refusal(400, "only websocket is spoken");
      if (only(header("sec-websocket-version")) === "13") return undefined;
      return refusal(400, "only WebSocket version 13 is spoken", { "Sec-WebSocket-Version": "13" });
    },
  },
  {
    name: "an upgrade names an Origin that is ours, exactly and once; a plain request names no other",
    rows: [1, 2, 3, 4],
    refuse: ({ upgrade, header }, { origins }) => {
      const named = header("origin");
      if (named.length === 0 && !upgrade) return undefined;
      const origin = only(named);
      return origin !== undefined && origins.has(origin) ? undefined : refusal(403, "the Origin is not the pane's");
    },
  },
  {
    name: "what a page of another site loads is refused, but for opening the pane in a window or frame",
    rows: [18],
    refuse: (facts) => {
      const sites = facts.header("sec-fetch-site");
      if (sites.length === 0) return undefined;
      const site = only(sites);
      if (site === "same-origin" || site === "none") return undefined;
      const opens =
        !facts.upgrade &&
        only(facts.header("sec-fetch-mode")) === "navigate" &&
        OPENING.has(only(facts.header("sec-fetch-dest")) ?? "") &&
        DOCUMENT.test(pathOf(facts));
      return opens ? undefined : refusal(403, "the request comes from another site");
    },
  },
  {
    name: "a path has one spelling, and leads nowhere but down",
    rows: [20],
    refuse: (facts) => (ENCODED_TRICKS.test(pathOf(facts)) ? refusal(404, "there is no such file") : undefined),
  },
  {
    name: "only reading is possible",
    rows: [8],
    refuse: (facts) => {
      const { method, upgrade } = facts;
      const possible = upgrade || pathOf(facts) === FEED_PATH ? ["GET"] : ["GET", "HEAD"];
      if (possible.includes(method)) return undefined;
      return refusal(405, `the method must be ${possible.join(" or ")}`, { Allow: possible.join(", ") });
    },
  },
  {
    name: "nothing that is asked has a body, which would have to be read",
    rows: [30],
    refuse: ({ header }) => {
      const lengths = header("content-length");
      const none = header("transfer-encoding").length === 0 && lengths.every((length) => length === "0");
      return none ? undefined : refusal(400, "no request has a body");
    },
  },
  {
    name: "the feed is reached by an upgrade, and nothing else is",
    rows: [8],
    refuse: (facts) => {
      if (facts.upgrade) return facts.target === FEED_PATH ? undefined : refusal(404, "there is no such feed");
      if (pathOf(facts) !== FEED_PATH) return undefined;
      return refusal(426, "the feed is a WebSocket", { Upgrade: "websocket", Connection: "close, upgrade" });
    },
  },
  {
    name: "the subprotocol is offered",
    rows: [7],
    refuse: ({ upgrade, header }) => {
      if (!upgrade) return undefined;
      const offered = only(header("sec-websocket-protocol"))?.split(",") ?? [];
      const ours = offered.some((name) => name.trim() === SUBPROTOCOL);
      return ours ? undefined : refusal(400, `the subprotocol ${SUBPROTOCOL} is not offered`);
    },
  },
  {
    name: "there is room for one more pane or observer",
    rows: [13],
    refuse: ({ upgrade, header }, { full }) => {
      const kind = clientKindOf(header(CLIENT_HEADER.toLowerCase()));
      return upgrade && full(kind) ? refusal(503, `there are too many ${kind}s`) : undefined;
    },
  },
];

/** The first rule of the table that refuses, if any. */
export function judge(visitor: Visitor, around: Surroundings): Refusal | undefined {
  for (const rule of rules) {
    const found = rule.refuse(visitor, around);
    if (found !== undefined) return found;
  }
  return undefined;
}
