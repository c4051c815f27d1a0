/**
 * The table of the gate: each rule refuses one kind of attack by what the request says, with the status that a raw
 * client sees. Rules are tried in order and the first refusal counts; all of them are pure.
 */
import { FEED_PATH, SUBPROTOCOL } from "../../../shared/src/protocol.js";
import { pathOf, type RequestFacts } from "./facts.js";

/** What is ours, exactly; fixed once the port is known. */
export interface Ours {
  /** Values of Host that name this bridge: "localhost:38443". */
  readonly hosts: ReadonlySet<string>;
  /** Origins that may use it: "https://localhost:38443". */
  readonly origins: ReadonlySet<string>;
}

export interface Refusal {
  readonly status: 400 | 403 | 404 | 405 | 421 | 426 | 503;
  /** For the log and for the body: says nothing that the client did not send. */
  readonly why: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Rule {
  readonly name: string;
  readonly refuse: (facts: RequestFacts, ours: Ours) => Refusal | undefined;
}

const refusal = (status: Refusal["status"], why: string, headers?: Refusal["headers"]): Refusal =>
  headers === undefined ? { status, why } : { status, why, headers };

/** What ours is on `port`. */
export function oursOn(port: number): Ours {
  const host = port === 443 ? "localhost" : `localhost:${String(port)}`;
  return { hosts: new Set([host]), origins: new Set([`https://${host}`]) };
}

/** Where documents of other sites may lead to: the pane is opened from Office's frames. Data is never among it. */
const DOCUMENT = /^\/(?:[\w-]+\.html)?$/;
const ENCODED_TRICKS = /\\|%5c|%2f|%2e|%00|%(?![0-9a-f]{2})|\/\.\.?(?:\/|$)/i;
const only = (values: readonly string[]): string | undefined => (values.length === 1 ? values[0] : undefined);

const rules: readonly Rule[] = [
  {
    name: "the target is a path of this origin, not another address",
    refuse: ({ target }) => (target.startsWith("/") ? undefined : refusal(421, "the request target is not a path")),
  },
  {
    name: "Host is there once and is ours (no DNS rebinding)",
    refuse: (facts, ours) => {
      const host = only(facts.header("host"));
      return host !== undefined && ours.hosts.has(host) ? undefined : refusal(421, "the Host is not this bridge's");
    },
  },
  {
    name: "no preflight is answered",
    refuse: ({ method }) => (method === "OPTIONS" ? refusal(403, "no cross-origin access") : undefined),
  },
  {
    name: "an upgrade speaks WebSocket 13",
    refuse: (facts) => {
      if (!facts.upgrade) return undefined;
      if (only(facts.header("upgrade"))?.toLowerCase() !== "websocket") return refusal(400, "only websocket is spoken");
      if (only(facts.header("sec-websocket-version")) === "13") return undefined;
      return refusal(400, "only WebSocket version 13 is spoken", { "Sec-WebSocket-Version": "13" });
    },
  },
  {
    name: "an upgrade names an Origin that is ours, exactly and once",
    refuse: (facts, ours) => {
      const origins = facts.header("origin");
      if (origins.length === 0 && !facts.upgrade) return undefined;
      const origin = only(origins);
      return origin !== undefined && ours.origins.has(origin)
        ? undefined
        : refusal(403, "the Origin is not the pane's");
    },
  },
  {
    name: "what a page of another site loads is refused, but for opening the pane in a window or frame",
    refuse: (facts) => {
      const sites = facts.header("sec-fetch-site");
      if (sites.length === 0) return undefined;
      const site = only(sites);
      if (site === "same-origin" || site === "none") return undefined;
      const opens =
        !facts.upgrade &&
        only(facts.header("sec-fetch-mode")) === "navigate" &&
        ["document", "iframe", "frame"].includes(only(facts.header("sec-fetch-dest")) ?? "") &&
        DOCUMENT.test(pathOf(facts));
      return opens ? undefined : refusal(403, "the request comes from another site");
    },
  },
  {
    name: "a path has one spelling, and leads nowhere but down",
    refuse: (facts) => (ENCODED_TRICKS.test(pathOf(facts)) ? refusal(404, "there is no such file") : undefined),
  },
  {
    name: "only reading is possible",
    refuse: ({ method, target, upgrade }) => {
      if (method === "GET" || (method === "HEAD" && !upgrade && target !== FEED_PATH)) return undefined;
      return refusal(405, "only GET is possible", { Allow: "GET" });
    },
  },
  {
    name: "the feed is reached by an upgrade, and nothing else is",
    refuse: (facts) => {
      if (facts.upgrade) return facts.target === FEED_PATH ? undefined : refusal(404, "there is no such feed");
      if (pathOf(facts) !== FEED_PATH) return undefined;
      return refusal(426, "the feed is a WebSocket", { Upgrade: "websocket" });
    },
  },
  {
    name: "the subprotocol is offered",
    refuse: (facts) => {
      if (!facts.upgrade) return undefined;
      const offered = only(facts.header("sec-websocket-protocol"))?.split(",") ?? [];
      const ours = offered.some((name) => name.trim() === SUBPROTOCOL);
      return ours ? undefined : refusal(400, `the subprotocol ${SUBPROTOCOL} is not offered`);
    },
  },
];

/** The first refusal of the table, or undefined when no rule has anything against the request. */
export function judge(facts: RequestFacts, ours: Ours): Refusal | undefined {
  for (const rule of rules) {
    const found = rule.refuse(facts, ours);
    if (found !== undefined) return found;
  }
  return undefined;
}
