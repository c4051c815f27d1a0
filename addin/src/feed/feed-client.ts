import { CloseCode, type FeedMessage, type Snapshot } from "../../../shared/src/protocol.js";
import { validateFrame } from "../../../shared/src/validate.js";
import { retryDelay } from "./backoff.js";
import { NOT_YET, type Connection, type Lost } from "./connection.js";
import type { Socket, World } from "./world.js";

/** A socket that has not brought its snapshot after this time is given up. */
const SNAPSHOT_WITHIN_MS = 5000;
/** A connection that lasted this long was a good one: after it the backoff starts anew. */
const GOOD_AFTER_MS = 1000;
/** Room for a heartbeat that is merely late. */
const LATE_MS = 1000;
/** The wall clock and the monotonic clock may drift apart this far within one connection. */
const DRIFT_MS = 5000;

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
  #stopTimer: () => void = () => undefined;
  #lastHeardAt: number | null = null;
  #connection: Connection = NOT_YET;

  constructor(world: World, visible: boolean, tell: (connection: Connection) => void) {
    this.#world = world;
    this.#visible = visible;
    this.#tell = tell;
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
      if (socket === this.#socket) this.#lose(lostBy(code));
    });
  }

  #awaitSnapshot(): void {
    this.#timer(SNAPSHOT_WITHIN_MS, () => {
      this.#lose("silent");
    });
  }

  #hear(data: unknown): void {
    const before = this.#connection.status === "live" ? this.#connection.present.source : undefined;
    const validated = validateFrame(data, before);
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
      session.heardAt = this.#lastHeardAt = this.#world.monotonic();
      // The timer that watches for silence runs already; when it comes it looks when the bridge was heard last.
      if (message.type === "change") this.#live(session, message);
    }
  }

  #open(snapshot: Snapshot): void {
    const now = this.#world.monotonic();
    const session: Session = {
      epoch: snapshot.epoch,
      silentAfterMs: 2 * snapshot.heartbeatMs + LATE_MS,
      bridgeVersion: snapshot.bridge.version,
      openedAt: now,
      offset: this.#world.wall() - now,
      seq: snapshot.seq,
      heardAt: now,
    };
    this.#session = session;
    this.#lastHeardAt = now;
    this.#live(session, snapshot);
    if (this.#visible) this.#watch(session);
    else this.#stopTimer();
  }

  #live(session: Session, { state, since, ageMs, source }: Snapshot | (FeedMessage & { type: "change" })): void {
    const present = { state, since, ageMs, source };
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
    this.#become({ status, failures: this.#failures, lost: this.#lost, lastHeardAt: this.#lastHeardAt, retryAt });
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
