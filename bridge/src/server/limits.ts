/** What one bridge bears. Every limit is far above what honest panes need, and keeps memory flat under attack. */
export interface Limits {
  /** Panes at once; one more is answered 503. */
  readonly panes: number;
  /** Observers at once (`status --watch`); one more is answered 503. */
  readonly observers: number;
  /** TCP connections at once, of this user's processes; one more is closed. */
  readonly connections: number;
  /** Connections of other users in `strangersWindowMs` that are told 403; more are closed without a word. */
  readonly strangers: number;
  readonly strangersWindowMs: number;
  /**
   * Log lines of one kind that clients may cause at once; after that one more every `logLineMs`. Those left out are counted. Whatever
   * clients do, they cannot push out of the log what matters.
   */
  readonly logLines: number;
  readonly logLineMs: number;
  /** Milliseconds for the TLS handshake. */
  readonly handshakeMs: number;
  /** Milliseconds for the headers of a request. */
  readonly headersMs: number;
  /** Milliseconds for a whole request. */
  readonly requestMs: number;
  /** Milliseconds that an idle connection is kept. */
  readonly keepAliveMs: number;
  /** Requests of one connection at once, of which one is being answered; one more ends the connection. */
  readonly requests: number;
  /** Milliseconds that an answer may lie there without the client reading any of it. */
  readonly stallMs: number;
  /** Bytes of a request's target; a longer one is answered 414. */
  readonly targetBytes: number;
  /** Bytes of all header lines of a request, the values of Cookie apart; more is answered 431. */
  readonly headerBytes: number;
  /**
   * Bytes of the values of Cookie, which are ignored; more is answered 431. Cookies ignore ports, so that a browser sends those of
   * every program on localhost.
   */
  readonly cookieBytes: number;
  /** Bytes of one message from a pane; the protocol has none. */
  readonly messageBytes: number;
  /** Fragments of one message from a pane. */
  readonly fragments: number;
  /** Pings and pongs from a pane in `pingWindowMs`. */
  readonly pings: number;
  readonly pingWindowMs: number;
  /** Bytes kept for a pane that does not read. */
  readonly unsentBytes: number;
  /** Milliseconds that a pane has to answer a close frame. */
  readonly closeMs: number;
}

export const defaultLimits: Limits = {
  panes: 64,
  observers: 8,
  connections: 256,
  strangers: 16,
  strangersWindowMs: 10_000,
  logLines: 100,
  logLineMs: 60_000,
  handshakeMs: 5000,
  headersMs: 5000,
  requestMs: 10_000,
  keepAliveMs: 5000,
  requests: 8,
  stallMs: 10_000,
  targetBytes: 8192,
  headerBytes: 8192,
  // Chromium and Firefox keep 180 cookies of a host, of 4,096 bytes each; "=" and "; " come with each.
  cookieBytes: 180 * 4100,
  messageBytes: 1024,
  fragments: 8,
  pings: 20,
  pingWindowMs: 10_000,
  unsentBytes: 256 * 1024,
  closeMs: 1000,
};
