import {
  CloseCode,
  FEED_PATH,
  parseFeedMessage,
  SUBPROTOCOL,
  type Change,
  type FeedMessage,
  type Snapshot,
  type Status,
} from "../../../shared/src/contract.js";
import { browserClock, type Clock, type ClockReading } from "./clock.js";

/** Why there is no connection (any more). */
export type DisconnectReason =
  /** The bridge did not respond, or the socket broke. */
  | "unreachable"
  /** The bridge announced that it shuts down (1001). */
  | "shutdown"
  /** The bridge accepts no more connections now (1013, or only WebSockets are refused). */
  | "busy"
  /** The bridge responds and refuses the connection; see `httpStatus`. */
  | "rejected"
  /** Two heartbeats were missed. */
  | "silent"
  /** A change was missed, or the epoch changed within one connection. */
  | "gap"
  /** A message that the protocol does not allow. */
  | "malformed"
  /** The machine slept or its clock was set: durations are no longer reliable. */
  | "clock-jump";

/** Times are of the monotonic clock, in milliseconds. */
export interface Disconnected {
  readonly phase: "connecting" | "waiting";
  /** Attempts that failed since the last stable connection. */
  readonly failures: number;
  /** Null before the first attempt has failed. */
  readonly reason: DisconnectReason | null;
  /** HTTP status of the refusal, if `reason` is "rejected". */
  readonly httpStatus: number | null;
  /** When the next attempt starts; null during an attempt and while the page is hidden. */
  readonly retryAt: number | null;
}

/** The pane's connection to the bridge. */
export type Connection =
  | {
      readonly phase: "live";
      readonly status: Status;
      /** When `status` was received; monotonic milliseconds. */
      readonly receivedAt: number;
      /** When this connection was established; monotonic milliseconds. */
      readonly connectedAt: number;
      readonly bridgeVersion: string;
    }
  | Disconnected
  /** The bridge uses another protocol version. There is no further attempt. */
  | { readonly phase: "incompatible" };

export const INITIAL_CONNECTION: Disconnected = {
  phase: "connecting",
  failures: 0,
  reason: null,
  httpStatus: null,
  retryAt: null,
};

/** The part of WebSocket that the feed client needs. */
export interface Socket {
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { readonly code: number }) => void): void;
  close(): void;
}

export interface FeedClientOptions {
  readonly clock: Clock;
  /** Opens a socket to the feed; may throw. */
  readonly openSocket: () => Socket;
  /**
   * Requests the feed's address without WebSocket, because a failed WebSocket does not tell why. Resolves with the HTTP
   * status, or with null if there was no response or `signal` was aborted. Never rejects.
   */
  readonly probe: (signal: AbortSignal) => Promise<number | null>;
  /** Whether the page is visible now. */
  readonly visible: boolean;
  readonly onChange: (connection: Connection) => void;
}

/** The options for a browser: the feed is on the origin that served the page. */
export function browserTransport(): Pick<FeedClientOptions, "clock" | "openSocket" | "probe"> {
  const url = new URL(FEED_PATH, location.href);
  url.protocol = "wss:";
  return {
    clock: browserClock,
    openSocket: () => new WebSocket(url, SUBPROTOCOL),
    probe: async (signal) => {
      try {
        // Sends the same cookies as the WebSocket, because they can be the reason for the refusal.
        return (await fetch(FEED_PATH, { cache: "no-store", signal })).status;
      } catch {
        return null;
      }
    },
  };
}

/** The first retry starts within this many milliseconds. */
const FIRST_RETRY_MS = 250;
/** The longest delay between two attempts, in milliseconds. */
const MAX_RETRY_MS = 5000;
/** A connection attempt fails if no snapshot was received within this time. */
const SNAPSHOT_TIMEOUT_MS = 5000;
/** A connection that lasted this long was stable: the retry delays start again from the shortest. */
const STABLE_AFTER_MS = 1000;
/** Tolerance for a late heartbeat. */
const HEARTBEAT_TOLERANCE_MS = 1000;
/** How far the wall clock and the monotonic clock may drift apart within one connection. */
const MAX_CLOCK_DRIFT_MS = 5000;

/** The bridge's response to a plain request for the feed if it would accept a WebSocket: 426 Upgrade Required. */
const UPGRADE_REQUIRED = 426;
/** Close code if the other end did not perform the closing handshake: https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
const ABNORMAL_CLOSURE = 1006;

/**
 * Delay in milliseconds before an attempt. The upper bound doubles from 250 ms to 5 s; jitter keeps several panes from
 * reconnecting at the same moment.
 * @param failures attempts that failed before; 0 for the first retry
 * @param random in [0, 1)
 */
export function retryDelay(failures: number, random: number): number {
  const bound = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 10));
  return Math.round(bound * (0.5 + random / 2));
}

/** A connection from its snapshot on. */
interface Session {
  readonly epoch: string;
  readonly silenceTimeoutMs: number;
  readonly bridgeVersion: string;
  /** Both clocks when the snapshot was received. */
  readonly connectedAt: ClockReading;
  seq: number;
  /** When the last message was received; monotonic milliseconds. */
  receivedAt: number;
}

/**
 * Keeps one connection to the feed and reports each change of it. While the page is hidden no timer runs; the socket stays
 * open, so the status is current as soon as the page is visible again.
 */
export class FeedClient {
  readonly #options: FeedClientOptions;
  readonly #clock: Clock;
  #visible: boolean;
  #socket: Socket | null = null;
  #session: Session | null = null;
  /** Consecutive failed attempts. */
  #failures = 0;
  /** Retries since the last stable connection; they determine the delay. */
  #retries = 0;
  #reason: DisconnectReason | null = null;
  #httpStatus: number | null = null;
  /** Aborts the request that determines why the last attempt failed. */
  #probe = new AbortController();
  /** Consecutive attempts that failed although the bridge would accept a WebSocket. */
  #unexplained = 0;
  #cancelTimer: () => void = () => undefined;
  #lastMessageAt: ClockReading | null = null;
  #connection: Connection = INITIAL_CONNECTION;

  constructor(options: FeedClientOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#visible = options.visible;
  }

  /** When the last message (or heartbeat) was received, which confirmed the current status; null before the first one. */
  get lastMessageAt(): ClockReading | null {
    return this.#lastMessageAt;
  }

  /** Starts the first attempt, also on a hidden page: a pane may be opened behind another window. */
  start(): void {
    this.#connect();
  }

  /** Starts the next attempt now if one is scheduled: the network is back, or the user asked for it. */
  retryNow(): void {
    if (this.#connection.phase === "waiting") this.#connect();
  }

  /** Stops all timers while the page is hidden. When it is visible again, a stale connection is detected at once. */
  setVisible(visible: boolean): void {
    if (visible === this.#visible) return;
    this.#visible = visible;
    this.#cancelTimer();
    if (!visible) {
      this.#probe.abort();
      if (this.#connection.phase === "waiting") this.#report({ ...this.#connection, retryAt: null });
    } else if (this.#connection.phase === "waiting") {
      this.#connect();
    } else if (this.#session !== null) {
      this.#watchForSilence(this.#session);
      this.retryNow();
    } else if (this.#socket !== null) {
      this.#awaitSnapshot();
    }
  }

  #connect(): void {
    this.#cancelTimer();
    this.#probe.abort();
    this.#reportDisconnected("connecting", null);
    let socket: Socket;
    try {
      socket = this.#options.openSocket();
    } catch {
      this.#disconnect("unreachable");
      return;
    }
    this.#socket = socket;
    this.#awaitSnapshot();
    socket.addEventListener("message", ({ data }) => {
      if (socket === this.#socket) this.#onData(data);
    });
    socket.addEventListener("close", ({ code }) => {
      if (socket === this.#socket) this.#onClose(code);
    });
  }

  #onClose(code: number): void {
    const neverOpened = this.#session === null && code === ABNORMAL_CLOSURE;
    // Until the probe has a result, the reason of the previous attempt is kept.
    const previous = this.#reason === "rejected" || this.#reason === "busy" ? this.#reason : null;
    this.#disconnect((neverOpened ? previous : null) ?? reasonOf(code));
    if (neverOpened && this.#visible) void this.#explain();
  }

  /** Determines why the socket was not opened: nothing responds, or the bridge refuses. */
  async #explain(): Promise<void> {
    const probe = (this.#probe = new AbortController());
    const status = await this.#options.probe(probe.signal);
    if (probe.signal.aborted || this.#connection.phase !== "waiting") return;
    this.#unexplained = status === UPGRADE_REQUIRED ? this.#unexplained + 1 : 0;
    if (this.#unexplained === 1) {
      // The bridge may have started between the attempt and the probe.
      this.#connect();
      return;
    }
    const busy = this.#unexplained > 1;
    const reason = busy ? "busy" : status === null ? "unreachable" : "rejected";
    const httpStatus = busy ? null : status;
    if (reason === this.#reason && httpStatus === this.#httpStatus) return;
    [this.#reason, this.#httpStatus] = [reason, httpStatus];
    this.#report({ ...this.#connection, reason, httpStatus });
  }

  #awaitSnapshot(): void {
    this.#setTimer(SNAPSHOT_TIMEOUT_MS, () => {
      this.#disconnect("silent");
    });
  }

  #onData(data: unknown): void {
    const parsed = parseFeedMessage(data);
    if (parsed.kind === "other-protocol") {
      this.#closeSocket();
      this.#report({ phase: "incompatible" });
    } else if (parsed.kind === "malformed") {
      this.#disconnect("malformed");
    } else {
      this.#onMessage(parsed.message);
    }
  }

  #onMessage(message: FeedMessage): void {
    const session = this.#session;
    if (message.type === "snapshot") {
      if (session !== null && session.epoch !== message.epoch) this.#disconnect("gap");
      else this.#onSnapshot(message);
    } else if (session === null) {
      this.#disconnect("malformed");
    } else if (message.seq !== session.seq + (message.type === "change" ? 1 : 0)) {
      this.#disconnect("gap");
    } else if (this.#hasClockJumped(session)) {
      this.#disconnect("clock-jump");
    } else {
      session.seq = message.seq;
      session.receivedAt = this.#recordMessage().monotonic;
      if (message.type === "change") this.#reportLive(session, message);
    }
  }

  #onSnapshot(snapshot: Snapshot): void {
    const now = this.#recordMessage();
    const session: Session = {
      epoch: snapshot.epoch,
      silenceTimeoutMs: 2 * snapshot.heartbeatMs + HEARTBEAT_TOLERANCE_MS,
      bridgeVersion: snapshot.bridge.version,
      connectedAt: now,
      seq: snapshot.seq,
      receivedAt: now.monotonic,
    };
    this.#session = session;
    this.#unexplained = 0;
    this.#reportLive(session, snapshot);
    if (this.#visible) this.#watchForSilence(session);
    else this.#cancelTimer();
  }

  #recordMessage(): ClockReading {
    return (this.#lastMessageAt = this.#clock.now());
  }

  #reportLive(session: Session, { state, since, ageMs, source, lastKnown, reading }: Snapshot | Change): void {
    this.#report({
      phase: "live",
      status: { state, since, ageMs, source, lastKnown, reading },
      receivedAt: session.receivedAt,
      connectedAt: session.connectedAt.monotonic,
      bridgeVersion: session.bridgeVersion,
    });
  }

  /** Disconnects when two heartbeats were missed; at once if that is already the case. */
  #watchForSilence(session: Session): void {
    if (this.#hasClockJumped(session)) {
      this.#disconnect("clock-jump");
      return;
    }
    const remaining = session.receivedAt + session.silenceTimeoutMs - this.#clock.now().monotonic;
    if (remaining <= 0) {
      this.#disconnect("silent");
      return;
    }
    // Messages do not restart the timer; when it fires, this checks when the last one was received.
    this.#setTimer(remaining, () => {
      this.#watchForSilence(session);
    });
  }

  #hasClockJumped({ connectedAt }: Session): boolean {
    const now = this.#clock.now();
    const drift = now.wall - connectedAt.wall - (now.monotonic - connectedAt.monotonic);
    return Math.abs(drift) > MAX_CLOCK_DRIFT_MS;
  }

  #disconnect(reason: DisconnectReason): void {
    const now = this.#clock.now().monotonic;
    const session = this.#session;
    if (session === null) {
      this.#failures += 1;
    } else if (now - session.connectedAt.monotonic >= STABLE_AFTER_MS) {
      this.#failures = 0;
      this.#retries = 0;
    }
    this.#closeSocket();
    if (reason !== "rejected") this.#httpStatus = null;
    this.#reason = reason;
    const delay = retryDelay(this.#retries, Math.random());
    this.#retries += 1;
    this.#setTimer(delay, () => {
      this.#connect();
    });
    this.#reportDisconnected("waiting", this.#visible ? now + delay : null);
  }

  /** Closes the socket. Events that it still fires are ignored. */
  #closeSocket(): void {
    this.#cancelTimer();
    this.#session = null;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #setTimer(ms: number, task: () => void): void {
    this.#cancelTimer();
    if (this.#visible) this.#cancelTimer = this.#clock.after(ms, task);
  }

  #reportDisconnected(phase: Disconnected["phase"], retryAt: number | null): void {
    this.#report({
      phase,
      failures: this.#failures,
      reason: this.#reason,
      httpStatus: this.#httpStatus,
      retryAt,
    });
  }

  #report(connection: Connection): void {
    this.#connection = connection;
    this.#options.onChange(connection);
  }
}

function reasonOf(closeCode: number): DisconnectReason {
  if (closeCode === CloseCode.goingAway) return "shutdown";
  if (closeCode === CloseCode.tryAgainLater) return "busy";
  return "unreachable";
}
