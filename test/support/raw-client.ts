// Sends raw bytes over TLS, so that attacks can violate HTTP and WebSocket. Other tests use feed-client.ts.
import { once } from "node:events";
import type { Socket } from "node:net";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { FEED_PATH, SUBPROTOCOL, type Health } from "../../shared/src/contract.js";
import type { Target } from "./bridge-process.js";

/** Far above any response time on a busy machine. */
const TIMEOUT_MS = 30_000;

export type Header = readonly [name: string, value: string];

/** Headers by name; undefined removes one. */
export type HeaderChanges = Readonly<Record<string, string | undefined>>;

export interface Request {
  readonly method?: string;
  readonly target?: string;
  readonly headers: readonly Header[];
}

/** The headers of a valid upgrade request. */
export function upgradeHeaders({ port }: Target): Header[] {
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

/** A valid upgrade request with changed headers. */
export function upgradeRequest(target: Target, changes: HeaderChanges = {}): Request {
  const kept = upgradeHeaders(target).filter(([name]) => !(name in changes));
  const added = Object.entries(changes).flatMap(([name, value]) => headerOf(name, value));
  return { target: FEED_PATH, headers: [...kept, ...added] };
}

/** A valid request with changed headers. */
export function plainRequest({ port }: Target, target: string, changes: HeaderChanges = {}): Request {
  const all: HeaderChanges = { Host: `localhost:${port}`, ...changes };
  return { target, headers: Object.entries(all).flatMap(([name, value]) => headerOf(name, value)) };
}

function headerOf(name: string, value: string | undefined): Header[] {
  return value === undefined ? [] : [[name, value]];
}

export function encodeRequest({ method = "GET", target = FEED_PATH, headers }: Request): Buffer {
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

/** Resolves when a connection is closed or reset. Rejects after `timeoutMs`. */
export function waitForClose(socket: Socket, timeoutMs = TIMEOUT_MS): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new Error(`the connection is still open after ${timeoutMs} ms`));
    }, timeoutMs);
    const closed = (): void => {
      clearTimeout(late);
      resolve();
    };
    // A client that is refused while it sends is reset; the response was received before.
    socket.on("error", () => undefined);
    if (socket.closed) closed();
    else socket.once("close", closed);
  });
}

/** Everything that is received until the connection is closed. */
export async function readUntilClosed(socket: TLSSocket, timeoutMs = TIMEOUT_MS): Promise<Buffer> {
  const pieces: Buffer[] = [];
  socket.on("data", (piece: Buffer) => pieces.push(piece));
  await waitForClose(socket, timeoutMs);
  return Buffer.concat(pieces);
}

export interface Response {
  /** "403"; "closed" when the connection ended without a response. */
  readonly status: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends a request and reads the response until the bridge closes the connection. */
export async function sendRequest(target: Target, request: Request | Buffer): Promise<Response> {
  const socket = await connectTls(target);
  socket.write(Buffer.isBuffer(request) ? request : encodeRequest(withClose(request)));
  return parseResponse((await readUntilClosed(socket)).toString("latin1"));
}

// Only refusals close the connection by themselves.
function withClose(request: Request): Request {
  const named = request.headers.some(([name]) => name === "Connection");
  return named ? request : { ...request, headers: [...request.headers, ["Connection", "close"]] };
}

export function parseResponse(text: string): Response {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const status = /^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? (text === "" ? "closed" : `not HTTP: ${text.slice(0, 40)}`);
  return { status, headers: new Map(headers), body: rest.join("\r\n\r\n") };
}

/** Connects to the feed. Returns the socket for raw WebSocket frames. */
export async function openFeed(target: Target, options?: ConnectionOptions): Promise<TLSSocket> {
  const socket = await connectTls(target, options);
  socket.write(encodeRequest(upgradeRequest(target)));
  const [head] = (await once(socket, "data")) as [Buffer];
  if (!head.toString("latin1").startsWith("HTTP/1.1 101 ")) throw new Error(head.toString("latin1"));
  return socket;
}

/** Encodes a masked WebSocket frame. `first` is its first byte: FIN, reserved bits and opcode. */
export function encodeFrame(first: number, payload: Buffer = Buffer.alloc(0), claimed = payload.length): Buffer {
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

/** Describes the close frame among received frames. */
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

/** Returns the body of GET /healthz. */
export async function getHealth(target: Target): Promise<Health> {
  return JSON.parse((await sendRequest(target, plainRequest(target, "/healthz"))).body) as Health;
}
