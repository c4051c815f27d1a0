import { CloseCode, type FeedMessage, type Snapshot } from "../../../shared/src/protocol.js";
import { validateFrame } from "../../../shared/src/validate.js";
import { retryDelay } from "./backoff.js";
import { NOT_YET, type Connection, type Lost } from "./connection.js";
import type { Clocks, Socket, World } from "./world.js";

/** A socket that has not brought its snapshot after this time is given up. */
const SNAPSHOT_WITHIN_MS = 5000;
/** A connection that lasted this long was a good one: after it the backoff starts anew. */
const GOOD_AFTER_MS = 1000;
/** Room for a heartbeat that is merely late. */
const LATE_MS = 1000;
/** How a bridge answers a plain request for the feed that it would let in as a WebSocket: 426, Upgrade Required. */
const WOULD_UPGRADE = 426;
/** The wall clock and the monotonic clock may drift apart this far within one connection. */
const DRIFT_MS = 5000;

/** Close code of a socket that the other end did not close as WebSocket closes: https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
const ABNORMAL_CLOSURE = 1006;
const UNREACHABLE = ["unreachable", null] as const;
const BUSY = ["busy", null] as const;

/** What is kept of a connection from its snapshot on. */
interface Session {
  readonly epoch: string;
  readonly silentAfterMs: number;
  readonly bridgeVersion: string;
  readonly openedAt: number;
  /** Wall clock minus monotonic clock when the snapshot came. */
  readonly offset: number;
  seq: number;
  heardAt: number;
}

/**
 * Keeps one connection to the feed and tells each change of what is known about it. While the page is hidden no timer
 * runs; the socket stays, so that what it brought is known at once when the page is seen again.
 */
export class FeedClient {
  readonly #world: World;
  readonly #tell: (connection: Connection) => void;
  #visible: boolean;
  #socket: Socket | null = null;
  #session: Session | null = null;
  /** Tries that failed in a row. */
  #failures = 0;
  /** Waits since the last good connection; they grow. */
  #waits = 0;
  #lost: Lost | null = null;
  #httpStatus: number | null = null;
  /** The request that finds out why the last try failed. */
  #probe = new AbortController();
  /** Tries in a row that failed although the bridge would let a WebSocket in. */
  #unexplained = 0;
  #stopTimer: () => void = () => undefined;
  #lastHeard: Clocks | null = null;
  #connection: Connection = NOT_YET;

  constructor(world: World, visible: boolean, tell: (connection: Connection) => void) {
    this.#world = world;
    this.#visible = visible;
    this.#tell = tell;
  }

  /** When the last message came, be it a heartbeat; null when none ever did. What is known now was last confirmed then. */
  get lastHeard(): Clocks | null {
    return this.#lastHeard;
  }

  /** Connects for the first time, whether the page is visible or not: a pane may be opened behind another window. */
  start(): void {
    this.#connect();
  }

  /** Tries at once if a try is being waited for: the network is back, or the person asks. */
  retryNow(): void {
    if (this.#connection.status === "waiting") this.#connect();
  }

  /** Tells whether the page is seen. Hidden: no timer runs. Seen again: what is stale is found out at once. */
  setVisible(visible: boolean): void {
    if (visible === this.#visible) return;
    this.#visible = visible;
    this.#stopTimer();
    if (!visible) {
      this.#probe.abort();
      if (this.#connection.status === "waiting") this.#become({ ...this.#connection, retryAt: null });
    } else if (this.#connection.status === "waiting") {
      this.#connect();
    } else if (this.#session !== null) {
      this.#watch(this.#session);
      this.retryNow();
    } else if (this.#socket !== null) {
      this.#awaitSnapshot();
    }
  }

  #connect(): void {
    this.#stopTimer();
    this.#probe.abort();
    this.#without("connecting", null);
    let socket: Socket;
    try {
      socket = this.#world.connect();
    } catch {
      this.#lose("unreachable");
      return;
    }
    this.#socket = socket;
    this.#awaitSnapshot();
    socket.addEventListener("message", ({ data }) => {
      if (socket === this.#socket) this.#hear(data);
    });
    socket.addEventListener("close", ({ code }) => {
      if (socket === this.#socket) this.#closed(code);
    });
  }

  #closed(code: number): void {
    const neverOpened = this.#session === null && code === ABNORMAL_CLOSURE;
    // Until the probe has answered, a refusal found out by the try before holds.
    const known = this.#lost === "rejected" || this.#lost === "busy" ? this.#lost : null;
    this.#lose((neverOpened ? known : null) ?? lostBy(code));
    if (neverOpened && this.#visible) void this.#explain();
  }

  /** Finds out why the socket was not opened: because nothing answers, or because the bridge refuses. */
  async #explain(): Promise<void> {
    const probe = (this.#probe = new AbortController());
    const status = await this.#world.probe(probe.signal);
    // A newer try has begun, or this one is not waited for any more.
    if (probe.signal.aborted || this.#connection.status !== "waiting") return;
    this.#unexplained = status === WOULD_UPGRADE ? this.#unexplained + 1 : 0;
    if (this.#unexplained === 1) {
      // The bridge may have been started just after the try.
      this.#connect();
      return;
    }
    const [lost, httpStatus] =
      status === null ? UNREACHABLE : this.#unexplained > 1 ? BUSY : (["rejected", status] as const);
    if (lost === this.#lost && httpStatus === this.#httpStatus) return;
    [this.#lost, this.#httpStatus] = [lost, httpStatus];
    this.#become({ ...this.#connection, lost, httpStatus });
  }

  #awaitSnapshot(): void {
    this.#timer(SNAPSHOT_WITHIN_MS, () => {
      this.#lose("silent");
    });
  }

  #hear(data: unknown): void {
    const validated = validateFrame(data);
    if (validated.kind === "other-protocol") {
      this.#drop();
      this.#become({ status: "refused" });
    } else if (validated.kind === "malformed") {
      this.#lose("malformed");
    } else {
      this.#take(validated.message);
    }
  }

  #take(message: FeedMessage): void {
    const session = this.#session;
    if (message.type === "snapshot") {
      if (session !== null && session.epoch !== message.epoch) this.#lose("gap");
      else this.#open(message);
    } else if (session === null) {
      this.#lose("malformed");
    } else if (message.seq !== session.seq + (message.type === "change" ? 1 : 0)) {
      this.#lose("gap");
    } else if (this.#drifted(session)) {
      this.#lose("slept");
    } else {
      session.seq = message.seq;
      session.heardAt = this.#hearNow().monotonic;
      // The timer that watches for silence runs already; when it comes it looks when the bridge was heard last.
      if (message.type === "change") this.#live(session, message);
    }
  }

  #open(snapshot: Snapshot): void {
    const { monotonic: now, wall } = this.#hearNow();
    const session: Session = {
      epoch: snapshot.epoch,
      silentAfterMs: 2 * snapshot.heartbeatMs + LATE_MS,
      bridgeVersion: snapshot.bridge.version,
      openedAt: now,
      offset: wall - now,
      seq: snapshot.seq,
      heardAt: now,
    };
    this.#session = session;
    this.#unexplained = 0;
    this.#live(session, snapshot);
    if (this.#visible) this.#watch(session);
    else this.#stopTimer();
  }

  #hearNow(): Clocks {
    return (this.#lastHeard = { monotonic: this.#world.monotonic(), wall: this.#world.wall() });
  }

  #live(session: Session, message: Snapshot | (FeedMessage & { type: "change" })): void {
    const { state, since, ageMs, source, lastKnown, reading } = message;
    const present = { state, since, ageMs, source, lastKnown, reading };
    this.#become({ status: "live", present, heardAt: session.heardAt, bridgeVersion: session.bridgeVersion });
  }

  /** Loses the connection when the bridge stays silent for two heartbeats; at once if it already has. */
  #watch(session: Session): void {
    if (this.#drifted(session)) {
      this.#lose("slept");
      return;
    }
    const left = session.heardAt + session.silentAfterMs - this.#world.monotonic();
    if (left <= 0) {
      this.#lose("silent");
      return;
    }
    this.#timer(left, () => {
      this.#watch(session);
    });
  }

  #drifted(session: Session): boolean {
    return Math.abs(this.#world.wall() - this.#world.monotonic() - session.offset) > DRIFT_MS;
  }

  #lose(lost: Lost): void {
    const session = this.#session;
    if (session === null) {
      this.#failures += 1;
    } else if (this.#world.monotonic() - session.openedAt >= GOOD_AFTER_MS) {
      this.#failures = 0;
      this.#waits = 0;
    }
    this.#drop();
    if (lost !== "rejected") this.#httpStatus = null;
    this.#lost = lost;
    const delay = retryDelay(this.#waits, this.#world.random());
    this.#waits += 1;
    this.#timer(delay, () => {
      this.#connect();
    });
    this.#without("waiting", this.#visible ? this.#world.monotonic() + delay : null);
  }

  /** Lets go of the socket; nothing that it still brings is heard. */
  #drop(): void {
    this.#stopTimer();
    this.#session = null;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #timer(ms: number, task: () => void): void {
    this.#stopTimer();
    if (this.#visible) this.#stopTimer = this.#world.after(ms, task);
  }

  #without(status: "connecting" | "waiting", retryAt: number | null): void {
    this.#become({ status, failures: this.#failures, lost: this.#lost, httpStatus: this.#httpStatus, retryAt });
  }

  #become(connection: Connection): void {
    this.#connection = connection;
    this.#tell(connection);
  }
}

function lostBy(code: number): Lost {
  if (code === CloseCode.goingAway) return "stopping";
  if (code === CloseCode.tryAgainLater) return "busy";
  return "unreachable";
}
