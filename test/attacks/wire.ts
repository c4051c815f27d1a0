// What an attacker does: bytes over a real TLS connection, and what comes back.
import { once } from "node:events";
import type { Socket } from "node:net";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { FEED_PATH, SUBPROTOCOL } from "../../shared/src/protocol.js";
import type { Target } from "../support/bridge-process.js";

/** How long an answer is waited for says nothing about its speed. */
const PATIENCE_MS = 30_000;

export type Header = readonly [name: string, value: string];

/** Headers by name; undefined leaves one out. */
export type Changes = Readonly<Record<string, string | undefined>>;

export interface Request {
  readonly method?: string;
  readonly target?: string;
  readonly headers: readonly Header[];
}

/** The headers of an honest pane's upgrade. */
export function paneHeaders({ port }: Target): Header[] {
  return [
    ["Host", `localhost:${port}`],
    ["Connection", "Upgrade"],
    ["Upgrade", "websocket"],
    ["Sec-WebSocket-Version", "13"],
    ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
    ["Sec-WebSocket-Protocol", SUBPROTOCOL],
    ["Origin", `https://localhost:${port}`],
  ];
}

/** An honest upgrade, but for what is changed: a header given here replaces its namesakes; undefined leaves it out. */
export function upgrade(target: Target, changes: Changes = {}): Request {
  const kept = paneHeaders(target).filter(([name]) => !(name in changes));
  const added = Object.entries(changes).flatMap(([name, value]) => headerOf(name, value));
  return { target: FEED_PATH, headers: [...kept, ...added] };
}

/** A plain request of the pane's own origin, but for what is changed. */
export function plain({ port }: Target, target: string, changes: Changes = {}): Request {
  const all: Changes = { Host: `localhost:${port}`, ...changes };
  return { target, headers: Object.entries(all).flatMap(([name, value]) => headerOf(name, value)) };
}

function headerOf(name: string, value: string | undefined): Header[] {
  return value === undefined ? [] : [[name, value]];
}

export function bytesOf({ method = "GET", target = FEED_PATH, headers }: Request): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines}\r\n`, "latin1");
}

export async function connectTls({ port, ca }: Target, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const ours = { host: "127.0.0.1", port, ca, servername: "localhost", ALPNProtocols: ["http/1.1"] };
  const socket = connect({ ...ours, ...options });
  await once(socket, "secureConnect");
  socket.on("error", () => undefined);
  return socket;
}

/** Resolves when a connection is over, politely or not. Throws when it is kept open. */
export function ended(socket: Socket, patienceMs = PATIENCE_MS): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new Error(`the connection is still open after ${patienceMs} ms`));
    }, patienceMs);
    const closed = (): void => {
      clearTimeout(late);
      resolve();
    };
    // Whoever is refused while still talking is reset: what had come before that is the answer.
    socket.on("error", () => undefined);
    if (socket.closed) closed();
    else socket.once("close", closed);
  });
}

/** Everything that comes until the connection is over. */
export async function untilClosed(socket: TLSSocket, patienceMs = PATIENCE_MS): Promise<Buffer> {
  const pieces: Buffer[] = [];
  socket.on("data", (piece: Buffer) => pieces.push(piece));
  await ended(socket, patienceMs);
  return Buffer.concat(pieces);
}

export interface Answer {
  /** "403"; "closed" when the connection ended without an answer. */
  readonly status: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends a request and reads the answer up to the end of the connection, which every refusal brings. */
export async function answerTo(target: Target, request: Request | Buffer): Promise<Answer> {
  const socket = await connectTls(target);
  socket.write(Buffer.isBuffer(request) ? request : bytesOf(withClose(request)));
  return parse((await untilClosed(socket)).toString("latin1"));
}

// An answer that is no refusal would keep the connection for the next request.
function withClose(request: Request): Request {
  const named = request.headers.some(([name]) => name === "Connection");
  return named ? request : { ...request, headers: [...request.headers, ["Connection", "close"]] };
}

export function parse(text: string): Answer {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const status = /^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? (text === "" ? "closed" : `not HTTP: ${text.slice(0, 40)}`);
  return { status, headers: new Map(headers), body: rest.join("\r\n\r\n") };
}

/** Connects as an honest pane does, by hand: the socket speaks WebSocket frames from here on. */
export async function openFeed(target: Target, options?: ConnectionOptions): Promise<TLSSocket> {
  const socket = await connectTls(target, options);
  socket.write(bytesOf(upgrade(target)));
  const [head] = (await once(socket, "data")) as [Buffer];
  if (!head.toString("latin1").startsWith("HTTP/1.1 101 ")) throw new Error(head.toString("latin1"));
  return socket;
}

/** A frame as a client sends it: masked. `first` is its first byte: FIN, reserved bits and opcode. */
export function frame(first: number, payload: Buffer = Buffer.alloc(0), claimed = payload.length): Buffer {
  const mask = Buffer.from([1, 2, 3, 4]);
  const masked = Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
  const length =
    claimed < 126
      ? Buffer.from([0x80 | claimed])
      : claimed < 65536
        ? Buffer.from([0x80 | 126, claimed >> 8, claimed & 0xff])
        : Buffer.concat([Buffer.from([0x80 | 127]), bigEndian(claimed)]);
  return Buffer.concat([Buffer.from([first]), length, mask, masked]);
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** The code of the close frame among what a server sent; "no close frame" when there is none. */
export function closeCodeIn(bytes: Buffer): string {
  for (let at = 0; at + 2 <= bytes.length;) {
    const opcode = (bytes[at] ?? 0) & 0x0f;
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const header = short === 126 ? 4 : short === 127 ? 10 : 2;
    const length =
      short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short;
    if (opcode === 8) return length >= 2 ? `close ${bytes.readUInt16BE(at + header)}` : "close without a code";
    at += header + length;
  }
  return "no close frame";
}
