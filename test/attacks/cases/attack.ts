// Attacks as data: the tests execute them and compare the response, and the table in docs/security.md is generated from them.
import type { BridgeProcess } from "../../support/bridge-process.js";

export interface Attack {
  /** The row of the table in docs/security.md. */
  readonly row: number;
  /** What the attacker tries, in a few words. */
  readonly attempt: string;
  /** The required result of `run`. */
  readonly response: string;
  /** Executes the attack and describes the response. */
  readonly run: (bridge: BridgeProcess) => Promise<string>;
}

/** The rows of the table. */
export const ROWS: Readonly<Record<number, string>> = {
  1: "the page of another site",
  2: "an upgrade without Origin",
  3: "an opaque, file or extension Origin",
  4: "an Origin that only looks like ours",
  5: "a Host that is not ours (DNS rebinding)",
  6: "an absolute request target; headers of proxies",
  7: "a wrong or missing subprotocol",
  8: "a wrong path or method; the feed without an upgrade",
  9: "the WebSocket version before the standard",
  10: "a process of another user of this machine",
  11: "a peer whose user cannot be determined",
  12: "a connection to a non-loopback address",
  13: "more connections than the limit",
  14: "headers or a TLS handshake that never end",
  15: "a message from the client",
  16: "excessive messages, fragments and pings",
  17: "a client that does not read",
  18: "a page of another site that embeds our resources",
  19: "a preflight request",
  20: "a path outside the served files",
  21: "the pane in a frame of another site",
  22: "another program on the port",
  23: "log injection",
  24: "a channel served by another user",
  25: "a channel served by another program of this user",
  26: "hostile bytes on the channel",
  27: "remains of an installation",
  28: "ambiguous requests (request smuggling)",
  29: "another protocol, or another version of it",
  30: "a request with a body",
  31: "other headers of an upgrade: key, subprotocols, extensions",
  32: "the query of the history; conditional and range requests",
  33: "a script or style injected into the pane's page",
  34: "a long target, long headers, and the cookies of other programs on localhost",
  35: "many requests, to fill the memory or the log",
};

/** The limit for the bridge's memory growth during attacks by single clients, MB. Promised in docs/security.md. */
export const SINGLE_CLIENT_MB = 48;
/** The same for crowds and scanners. Without the bridge's limits it would be 1,200 MB, and the bridge would hang. */
export const FLOOD_MB = 320;
