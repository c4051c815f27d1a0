// An attack as data: the tests carry it out and hold the answer against what stands here, and docs/security.md is made of it.
import type { BridgeProcess } from "../support/bridge-process.js";

export interface Attack {
  /** Of the table in docs/security.md. */
  readonly row: number;
  /** What is tried, in a few words. */
  readonly tried: string;
  /** What must come back, exactly as `run` tells it. */
  readonly answer: string;
  /** Carries it out against the bridge, and tells what came back. */
  readonly run: (bridge: BridgeProcess) => Promise<string>;
}

/** The rows of the table: what is attacked, in general. */
export const ROWS: Readonly<Record<number, string>> = {
  1: "the page of another site",
  2: "an upgrade that names no Origin",
  3: "an opaque, file or extension Origin",
  4: "an Origin that only looks like ours",
  5: "a Host that is not ours (DNS rebinding)",
  6: "an absolute request target; headers of proxies",
  7: "a wrong or missing subprotocol",
  8: "a wrong path or method; the feed without an upgrade",
  9: "the WebSocket version before the standard",
  10: "a process of another user of this machine",
  11: "a peer whose user cannot be found out",
  12: "a connection to an address beyond loopback",
  13: "more connections than there may be",
  14: "headers or a TLS handshake that never end",
  15: "a message from the client",
  16: "messages, fragments and pings without measure",
  17: "a client that does not read",
  18: "a page of another site that loads ours as a part of it",
  19: "a preflight request",
  20: "a path that leads elsewhere",
  21: "a frame of another site around the pane",
  22: "a program that holds the port",
  23: "text that is meant for the log",
  24: "a channel served by another user",
  25: "a channel served by another program of this user",
  26: "hostile bytes on the channel",
  27: "what is left after an uninstall",
  28: "bytes that two programs may read differently (request smuggling)",
  29: "another protocol, or another version of it",
  30: "a request with a body",
  31: "the rest of an upgrade: key, subprotocols, extensions",
  32: "the query of the history; conditions and ranges of a file",
  33: "a script or a style slipped into the pane's page",
  34: "a long target, long headers, and the cookies of other programs on localhost",
  35: "many requests, to fill the memory or the log",
};

/** Memory that the bridge may take at any time of the attacks by single clients, MB more than before. docs/security.md promises it. */
export const FLAT_MB = 48;
/** The same for crowds and scanners. Without limits they cost 1,200, and the bridge stands still. */
export const CROWDED_MB = 320;
