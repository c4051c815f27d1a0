/** What one bridge bears. Every limit is far above what honest panes need, and keeps memory flat under attack. */
export interface Limits {
  /** Panes at once; one more is answered 503. */
  readonly panes: number;
  /** TCP connections at once for each address; one more is closed. */
  readonly connections: number;
  /** Milliseconds for the TLS handshake. */
  readonly handshakeMs: number;
  /** Milliseconds for the headers of a request. */
  readonly headersMs: number;
  /** Milliseconds for a whole request. */
  readonly requestMs: number;
  /** Milliseconds that an idle connection is kept. */
  readonly keepAliveMs: number;
  /** Bytes of all headers of a request. */
  readonly headerBytes: number;
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
  connections: 256,
  handshakeMs: 5000,
  headersMs: 5000,
  requestMs: 10_000,
  keepAliveMs: 5000,
  headerBytes: 8192,
  messageBytes: 1024,
  fragments: 8,
  pings: 20,
  pingWindowMs: 10_000,
  unsentBytes: 256 * 1024,
  closeMs: 1000,
};
