/** The limits of a bridge. Each is far above what panes need, and keeps memory bounded under attack. */
export interface Limits {
  /** Panes at once; one more is refused with 503. */
  readonly panes: number;
  /** Observers at once (`status --watch`); one more is refused with 503. */
  readonly observers: number;
  /** TCP connections at once, of this user's processes; one more is closed. */
  readonly connections: number;
  /** Connections of other users in `otherUsersWindowMs` that receive 403; more are closed without a response. */
  readonly otherUsers: number;
  readonly otherUsersWindowMs: number;
  /**
   * Log lines of one kind that clients may cause at once; after that one more every `logLineMs`, with the number of omitted ones. So
   * clients cannot displace the rest of the log.
   */
  readonly logLines: number;
  readonly logLineMs: number;
  /** Milliseconds for the TLS handshake. */
  readonly handshakeMs: number;
  /** Milliseconds for the headers of a request; a later one is refused with 408, up to `timeoutCheckMs` later. */
  readonly headersMs: number;
  /** Milliseconds for a whole request; likewise. */
  readonly requestMs: number;
  /**
   * How often Node looks for late requests, milliseconds. It does so at all times, so a short interval would wake up an idle machine: this
   * one doubles the wake-ups that the heartbeats of an open pane cause.
   */
  readonly timeoutCheckMs: number;
  /** Milliseconds that an idle connection is kept. */
  readonly keepAliveMs: number;
  /** Requests of one connection at once, including the one that is being served; one more closes the connection. */
  readonly requests: number;
  /** Milliseconds in which the client must read some of a response. */
  readonly stallMs: number;
  /** Bytes of a request's target; a longer one is refused with 414. */
  readonly targetBytes: number;
  /** Bytes of all header lines of a request, without the values of Cookie; more is refused with 431. */
  readonly headerBytes: number;
  /**
   * Bytes of the values of Cookie, which are ignored; more is refused with 431. Cookies do not depend on the port, so browsers send those
   * of every program on localhost.
   */
  readonly cookieBytes: number;
  /** Bytes of one message from a client; the protocol has none. */
  readonly messageBytes: number;
  /** Fragments of one message from a client. */
  readonly fragments: number;
  /** Pings and pongs from a client in `pingWindowMs`. */
  readonly pings: number;
  readonly pingWindowMs: number;
  /** Bytes buffered for a client that does not read. */
  readonly unsentBytes: number;
  /** Milliseconds in which a client must respond to a close frame. */
  readonly closeMs: number;
}

export const defaultLimits: Limits = {
  panes: 64,
  observers: 8,
  connections: 256,
  otherUsers: 16,
  otherUsersWindowMs: 10_000,
  logLines: 100,
  logLineMs: 60_000,
  handshakeMs: 5000,
  headersMs: 5000,
  requestMs: 10_000,
  timeoutCheckMs: 5000,
  keepAliveMs: 5000,
  requests: 8,
  stallMs: 10_000,
  targetBytes: 8192,
  headerBytes: 8192,
  // Chromium and Firefox keep 180 cookies of a host, of 4,096 bytes each, plus "=" and "; ".
  cookieBytes: 180 * 4100,
  messageBytes: 1024,
  fragments: 8,
  pings: 20,
  pingWindowMs: 10_000,
  unsentBytes: 256 * 1024,
  closeMs: 1000,
};
