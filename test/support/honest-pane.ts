// A pane that does what the protocol says and believes nothing else: every message is validated, every number follows.
import { EventEmitter, once } from "node:events";
import { WebSocket } from "ws";
import { FEED_PATH, SUBPROTOCOL, type FeedMessage, type Present, type Snapshot } from "../../shared/src/protocol.js";
import { validateFrame } from "../../shared/src/validate.js";
import type { Target } from "./bridge-process.js";

const PATIENCE_MS = 10_000;

export class HonestPane {
  readonly messages: FeedMessage[] = [];
  /** What broke the protocol; empty for an honest bridge. */
  readonly complaints: string[] = [];
  /** performance.now() of the newest message. */
  heardAt = 0;
  closeCode: number | undefined;
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;
  readonly #news = new EventEmitter().setMaxListeners(0);
  #present: Present | undefined;
  #seq = Number.NaN;

  private constructor({ port, ca }: Target, host: string) {
    this.#socket = new WebSocket(`wss://localhost:${port}${FEED_PATH}`, SUBPROTOCOL, {
      ca,
      origin: `https://localhost:${port}`,
      perMessageDeflate: false,
      lookup: (_name, _options, answer) => {
        answer(null, [{ address: host, family: host.includes(":") ? 6 : 4 }]);
      },
    });
    this.closed = new Promise((resolve) => {
      this.#socket.on("close", (code) => {
        this.closeCode = code;
        this.#news.emit("news");
        resolve(code);
      });
    });
    this.#socket.on("message", (data, isBinary) => {
      // ws hands a message over in one piece, as a Buffer, unless it is told otherwise.
      this.#hear(!isBinary && Buffer.isBuffer(data) ? data.toString() : undefined);
    });
  }

  /** Connects and waits for the snapshot. Rejects when the bridge does not let it in. */
  static async connect(target: Target, host: "127.0.0.1" | "::1" = "127.0.0.1"): Promise<HonestPane> {
    const pane = new HonestPane(target, host);
    await once(pane.#socket, "open");
    pane.#socket.on("error", (error) => pane.complaints.push(error.message));
    await pane.until(() => pane.messages.length > 0);
    return pane;
  }

  get snapshot(): Snapshot {
    const first = this.messages[0];
    if (first?.type !== "snapshot") throw new Error("the first message is no snapshot");
    return first;
  }

  /** The newest that was told. */
  get present(): Present {
    if (this.#present === undefined) throw new Error("nothing was told");
    return this.#present;
  }

  get seq(): number {
    return this.#seq;
  }

  /** Waits until `holds`, which is looked at after each message and after the close; throws when it takes too long. */
  async until(holds: () => boolean, patienceMs = PATIENCE_MS): Promise<void> {
    const signal = AbortSignal.timeout(patienceMs);
    while (!holds()) {
      try {
        await once(this.#news, "news", { signal });
      } catch {
        throw new Error(`the pane waited in vain; it was told ${JSON.stringify(this.messages.slice(-3))}`);
      }
    }
  }

  async shows(state: Present["state"], patienceMs?: number): Promise<void> {
    await this.until(() => this.present.state === state, patienceMs);
  }

  async showsReason(reason: string, patienceMs?: number): Promise<void> {
    await this.until(
      () => this.#present?.source.status === "unavailable" && this.#present.source.reason === reason,
      patienceMs,
    );
  }

  /** Stops and goes on reading, as a page does whose process is stopped. */
  pause(): void {
    this.#socket.pause();
  }
  resume(): void {
    this.#socket.resume();
  }

  /** Leaves without a word, as a page does whose process is killed. */
  vanish(): void {
    this.#socket.terminate();
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }

  #hear(data: unknown): void {
    this.heardAt = performance.now();
    const frame = validateFrame(data);
    if (frame.kind !== "message") {
      this.complaints.push(`not a message: ${JSON.stringify(frame)}`);
      return;
    }
    const { message } = frame;
    this.messages.push(message);
    const follows = {
      snapshot: this.messages.length === 1,
      change: message.seq === this.#seq + 1,
      heartbeat: message.seq === this.#seq,
    };
    if (!follows[message.type]) this.complaints.push(`${message.type} ${message.seq} after ${this.#seq}`);
    this.#seq = message.seq;
    if (message.type !== "heartbeat") this.#present = message;
    this.#news.emit("news");
  }
}
