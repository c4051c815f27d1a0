/**
 * The feed client of all tests. It enforces the protocol: every message is validated with the contract, and its number must follow
 * the one before.
 *
 * Two other kinds of client exist on purpose: raw-client.ts writes raw bytes, because an attack has to be able to violate the
 * protocol, and some tests open a WebSocket inside a page of a real browser, whose rules for other sites they test.
 */
import { EventEmitter, once } from "node:events";
import { WebSocket, type ClientOptions } from "ws";
import {
  FEED_PATH,
  SUBPROTOCOL,
  type FeedMessage,
  type Status,
  type Snapshot,
  parseFeedMessage,
} from "../../shared/src/contract.js";
import type { Target } from "./bridge-process.js";

const TIMEOUT_MS = 10_000;

/** Validates and records the messages of one connection. */
export class FeedRecorder {
  readonly messages: FeedMessage[] = [];
  /** Every violation of the protocol. */
  readonly errors: string[] = [];
  /** Unix ms at which the newest status arrived. */
  statusAt = Number.NaN;
  readonly #check: (text: string) => void;
  #status: Status | undefined;
  #seq: number | undefined;

  /** `check` throws if a message violates more than the contract, for instance the AsyncAPI document. */
  constructor(check: (text: string) => void = () => undefined) {
    this.#check = check;
  }

  /** The newest status; throws before the first. */
  get status(): Status {
    if (this.#status === undefined) throw new Error("no status was received");
    return this.#status;
  }

  /** The newest sequence number; NaN before the first message. */
  get seq(): number {
    return this.#seq ?? Number.NaN;
  }

  /** `data`: the text of a message. Anything else is an error. */
  record(data: unknown): void {
    const frame = parseFeedMessage(data);
    if (frame.kind !== "message") {
      this.errors.push(`not a message: ${JSON.stringify(frame)}`);
      return;
    }
    const { message } = frame;
    try {
      this.#check(String(data));
    } catch (error) {
      this.errors.push(String(error));
    }
    const expectedSeq = {
      snapshot: this.#seq === undefined ? message.seq : Number.NaN,
      change: this.seq + 1,
      heartbeat: this.seq,
    }[message.type];
    if (message.seq !== expectedSeq) this.errors.push(`${message.type} ${message.seq} after ${this.seq}`);
    this.messages.push(message);
    this.#seq = message.seq;
    if (message.type === "heartbeat") return;
    this.#status = message;
    this.statusAt = Date.now();
  }
}

export interface TestFeedClientOptions extends Pick<ClientOptions, "headers"> {
  /** The loopback address to connect to. */
  readonly host?: string;
  /** See FeedRecorder. */
  readonly check?: (text: string) => void;
}

/** One connection. */
export class TestFeedClient extends FeedRecorder {
  readonly socket: WebSocket;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  closeCode: number | undefined;
  readonly #events = new EventEmitter().setMaxListeners(0);

  private constructor({ port, ca }: Target, { host = "127.0.0.1", check, headers }: TestFeedClientOptions) {
    super(check);
    this.socket = new WebSocket(`wss://localhost:${port}${FEED_PATH}`, SUBPROTOCOL, {
      ca,
      origin: `https://localhost:${port}`,
      perMessageDeflate: false,
      ...(headers !== undefined && { headers }),
      lookup: (_name, _options, done) => {
        done(null, [{ address: host, family: host.includes(":") ? 6 : 4 }]);
      },
    });
    this.closed = new Promise((resolve) => {
      this.socket.on("close", (code) => {
        this.closeCode = code;
        this.#events.emit("event");
        resolve(code);
      });
    });
    this.socket.on("message", (data, isBinary) => {
      this.record(!isBinary && Buffer.isBuffer(data) ? data.toString() : undefined);
      this.#events.emit("event");
    });
  }

  /** Connects and waits for the snapshot. Rejects if the bridge refuses the client. */
  static async connect(target: Target, options: TestFeedClientOptions = {}): Promise<TestFeedClient> {
    const client = new TestFeedClient(target, options);
    await once(client.socket, "open");
    client.socket.on("error", (error) => client.errors.push(error.message));
    await client.waitUntil(() => client.messages.length > 0 || client.errors.length > 0);
    if (client.messages.length === 0) throw new Error(client.errors.join("\n"));
    return client;
  }

  get snapshot(): Snapshot {
    const [first] = this.messages;
    if (first?.type !== "snapshot") throw new Error("the first message is not a snapshot");
    return first;
  }

  /** Waits until `condition` is true, evaluated after each message and after the close. Throws after `timeoutMs`. */
  async waitUntil(condition: () => boolean, timeoutMs = TIMEOUT_MS): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs);
    while (!condition()) {
      try {
        await once(this.#events, "event", { signal });
      } catch {
        throw new Error(`timed out; the last messages were ${JSON.stringify(this.messages.slice(-3))}`);
      }
    }
  }

  async waitForState(state: Status["state"], timeoutMs?: number): Promise<void> {
    await this.waitUntil(() => this.status.state === state, timeoutMs);
  }

  async waitForReason(reason: string, timeoutMs?: number): Promise<void> {
    await this.waitUntil(
      () => this.status.source.status === "unavailable" && this.status.source.reason === reason,
      timeoutMs,
    );
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}
