// Rows 28 to 34: requests that are malformed or ambiguous, regardless of their origin.
import { connect } from "node:net";
import { getCiphers, type ConnectionOptions, type TLSSocket } from "node:tls";
import type { BridgeProcess } from "../../support/bridge-process.js";
import type { Attack } from "./attack.js";
import {
  sendRequest,
  encodeRequest,
  connectTls,
  waitForClose,
  openFeed,
  parseResponse,
  plainRequest,
  readUntilClosed,
  upgradeRequest,
  type HeaderChanges,
} from "../../support/raw-client.js";
import { doubled, onPlain, onUpgrade, refused } from "./requests.js";

const CLOSE: HeaderChanges = { Connection: "close" };
const JUNK = "j:\r\n".repeat(1500);

/** A raw request, in which `HOST` is replaced by a valid Host header. */
const raw = (row: number, attempt: string, response: string, text: string): Attack => ({
  row,
  attempt,
  response,
  run: (bridge) =>
    refused(bridge, Buffer.from(text.replaceAll("HOST", `Host: localhost:${bridge.port}\r\n`), "latin1")),
});

const smuggled: Attack[] = [
  raw(
    28,
    "Content-Length and Transfer-Encoding",
    "400",
    "GET /healthz HTTP/1.1\r\nHOSTContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /history HTTP/1.1\r\nHOST\r\n",
  ),
  raw(
    28,
    "two Content-Lengths",
    "400",
    "GET /healthz HTTP/1.1\r\nHOSTContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
  ),
  raw(28, "an unknown Transfer-Encoding", "400", "GET /healthz HTTP/1.1\r\nHOSTTransfer-Encoding: xchunked\r\n\r\n"),
  raw(
    28,
    "Transfer-Encoding sent twice",
    "400",
    "GET /healthz HTTP/1.1\r\nHOSTTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
  ),
  raw(28, "a header folded over two lines", "400", "GET /healthz HTTP/1.1\r\nHOST evil.example\r\nX: y\r\n\r\n"),
  raw(28, "lines that end with LF only", "400", "GET /healthz HTTP/1.1\nHOST\n"),
  raw(28, "a bare CR in a header", "400", "GET /healthz HTTP/1.1\r\nHOSTX: a\rOrigin: https://evil.example\r\n\r\n"),
  raw(28, "a space before the colon", "400", "GET /healthz HTTP/1.1\r\nHOSTOrigin : https://evil.example\r\n\r\n"),
  raw(28, "a method that does not exist", "400", "EVIL /healthz HTTP/1.1\r\nHOST\r\n"),
  raw(
    28,
    "a second Host after 1,500 other headers",
    "421",
    `GET /healthz HTTP/1.1\r\nHOST${JUNK}Host: evil.example\r\n\r\n`,
  ),
  {
    row: 28,
    attempt: "a second Origin after 1,500 other headers of an upgrade",
    response: "403",
    run: (bridge) => {
      const head = encodeRequest(upgradeRequest(bridge)).toString("latin1").slice(0, -2);
      return refused(bridge, Buffer.from(`${head}${JUNK}Origin: https://evil.example\r\n\r\n`, "latin1"));
    },
  },
  raw(
    28,
    "a valid request after a refused one",
    "421",
    "GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\nGET /healthz HTTP/1.1\r\nHOST\r\n",
  ),
  {
    row: 28,
    attempt: "a valid request after a refused upgrade",
    response: "404",
    run: (bridge) =>
      refused(
        bridge,
        Buffer.concat([
          encodeRequest({ ...upgradeRequest(bridge), target: "/healthz" }),
          encodeRequest(plainRequest(bridge, "/healthz", CLOSE)),
        ]),
      ),
  },
];

/** Whether a connection with these TLS options succeeds. */
async function overTls(bridge: BridgeProcess, options: ConnectionOptions): Promise<string> {
  try {
    const socket = await connectTls(bridge, options);
    socket.destroy();
    return "a connection";
  } catch {
    return "no connection";
  }
}

const renegotiate = (socket: TLSSocket): Promise<boolean> =>
  new Promise((resolve) => {
    const closed = (): void => {
      resolve(false);
    };
    socket.once("close", closed);
    const asked = socket.renegotiate({}, (failed) => {
      socket.off("close", closed);
      resolve(failed === null);
    });
    if (asked === false || asked === undefined) closed();
  });

/** Requests TLS renegotiation until the bridge closes the connection. */
async function renegotiated(socket: TLSSocket): Promise<string> {
  const over = waitForClose(socket);
  socket.resume();
  for (let round = 0; round < 100; round += 1) if (!(await renegotiate(socket))) break;
  await over;
  return "closed";
}

/** The TLS 1.2 cipher suites other than ECDHE with AEAD with which a connection succeeds. */
async function weakCiphers(bridge: BridgeProcess): Promise<string> {
  const good = /^ecdhe-(?:ecdsa|rsa)-(?:aes(?:128|256)-gcm-sha(?:256|384)|chacha20-poly1305)$/;
  // TLS 1.3 suites have names of their own and cannot be chosen with TLS 1.2.
  const suites = getCiphers().filter((name) => !name.startsWith("tls_"));
  const connected: string[] = [];
  let strong = 0;
  for (const name of suites) {
    const options = { maxVersion: "TLSv1.2", ciphers: `${name.toUpperCase()}:@SECLEVEL=0` } as const;
    if ((await overTls(bridge, options)) === "no connection") continue;
    if (good.test(name)) strong += 1;
    else connected.push(name);
  }
  if (suites.length < 30 || strong === 0) return `${suites.length} suites were tried, ${strong} good ones connect`;
  return connected.length === 0 ? "no connection" : `${connected.join(", ")} connects`;
}

const protocols: Attack[] = [
  raw(29, "HTTP/2 without negotiation", "400", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"),
  {
    row: 29,
    attempt: "ALPN: h2",
    response: "no connection",
    run: (bridge) => overTls(bridge, { ALPNProtocols: ["h2"] }),
  },
  {
    row: 29,
    attempt: "TLS 1.1",
    response: "no connection",
    run: (bridge) => overTls(bridge, { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }),
  },
  {
    row: 29,
    attempt: "TLS 1.2 with RSA key exchange, CBC, CCM and whatever else is not ECDHE with AEAD",
    response: "no connection",
    run: weakCiphers,
  },
  {
    row: 29,
    attempt: "an upgrade over HTTP/1.0",
    response: "400",
    run: (bridge) =>
      refused(
        bridge,
        Buffer.from(encodeRequest(upgradeRequest(bridge)).toString("latin1").replace("HTTP/1.1", "HTTP/1.0"), "latin1"),
      ),
  },
  {
    row: 29,
    attempt: "HTTP without TLS",
    response: "closed",
    run: async (bridge) => {
      const socket = connect({ host: "127.0.0.1", port: bridge.port });
      let received = "";
      socket.on("data", (piece: Buffer) => (received += piece.toString("latin1")));
      socket.write(encodeRequest(plainRequest(bridge, "/healthz")));
      await waitForClose(socket);
      return parseResponse(received).status;
    },
  },
  {
    row: 29,
    attempt: "endless TLS renegotiation on one connection",
    response: "closed",
    run: async (bridge) => renegotiated(await connectTls(bridge, { maxVersion: "TLSv1.2" })),
  },
];

const withBody = (attempt: string, changes: HeaderChanges, ...pieces: readonly string[]): Attack => ({
  row: 30,
  attempt,
  response: "400",
  run: (bridge) =>
    refused(
      bridge,
      Buffer.concat([
        encodeRequest(plainRequest(bridge, "/healthz", { ...CLOSE, ...changes })),
        Buffer.from(pieces.join("")),
      ]),
    ),
});

/** A chunked body that is sent until the bridge closes the connection. */
async function endless(bridge: BridgeProcess): Promise<string> {
  const socket = await connectTls(bridge);
  const all = readUntilClosed(socket);
  socket.write(encodeRequest(plainRequest(bridge, "/healthz", { "Transfer-Encoding": "chunked" })));
  const chunk = Buffer.from(`10000\r\n${"x".repeat(65_536)}\r\n`);
  const more = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on("drain", more);
  more();
  const { status } = parseResponse((await all).toString("latin1"));
  return ["400", "closed"].includes(status) ? "400 or closed" : status;
}

const bodies: Attack[] = [
  withBody("of 1 MB, of which one byte is sent", { "Content-Length": "1000000" }, "x"),
  withBody("of two chunks", { "Transfer-Encoding": "chunked" }, "1\r\nx\r\n0\r\n\r\n"),
  withBody("whose chunk has an extension of 7 KB", { "Transfer-Encoding": "chunked" }, `1;${"a".repeat(7000)}\r\nx`),
  { row: 30, attempt: "that never ends", response: "400 or closed", run: endless },
  {
    row: 30,
    attempt: "of no length",
    response: "200",
    run: async (bridge) =>
      (await sendRequest(bridge, plainRequest(bridge, "/healthz", { "Content-Length": "0" }))).status,
  },
];

/** The most cookies that Chromium and Firefox store for one host and send with every request. */
const COOKIES = Array.from({ length: 180 }, (_, index) => `${String(index).padStart(3, "0")}=${"x".repeat(4092)}`);
const ALL_COOKIES = COOKIES.join("; ");

const sizes: Attack[] = [
  onPlain(34, "a path of 9 KB", "414", `/${"a".repeat(9000)}`),
  onPlain(34, "a query of 9 KB", "414", `/healthz?${"a".repeat(9000)}`),
  onPlain(34, "a path of 1 MB", "431", `/${"a".repeat(1 << 20)}`),
  onPlain(34, "headers of 12 KB", "431", "/healthz", { X: "x".repeat(12_000) }),
  raw(34, "headers of 1 MB", "431", `GET /healthz HTTP/1.1\r\nHOSTX: ${"x".repeat(1 << 20)}\r\n\r\n`),
  raw(34, "100,000 headers", "431", `GET /healthz HTTP/1.1\r\nHOST${"j:\r\n".repeat(100_000)}\r\n`),
  raw(34, "10,000 Cookie headers", "431", `GET /healthz HTTP/1.1\r\nHOST${"Cookie: a\r\n".repeat(10_000)}\r\n`),
  raw(
    34,
    "a second Host after 700 KB of cookies",
    "421",
    `GET /healthz HTTP/1.1\r\nHOSTCookie: ${ALL_COOKIES}\r\nHost: evil.example\r\n\r\n`,
  ),
  onPlain(34, "cookies of 1 MB", "431", "/healthz", { Cookie: "x".repeat(1 << 20) }),
  {
    row: 34,
    attempt: "GET /healthz with the most cookies that a browser stores (180 of 4,096 bytes)",
    response: "200",
    run: async (bridge) =>
      (await sendRequest(bridge, plainRequest(bridge, "/healthz", { Cookie: ALL_COOKIES }))).status,
  },
  {
    row: 34,
    attempt: "an upgrade with all of them",
    response: "101, offline-state.v1, no extension",
    run: (bridge) => agreed(bridge, { Cookie: ALL_COOKIES }),
  },
  onPlain(32, "a range beyond the end of a file", "416", "/taskpane.html", { Range: "bytes=99999999-" }),
  onPlain(32, "a file with a condition that is not met", "412", "/taskpane.html", { "If-Match": '"other"' }),
];

/** The subprotocol and extensions that the bridge accepts in its 101 response. */
async function agreed(bridge: BridgeProcess, changes: HeaderChanges): Promise<string> {
  const socket = await connectTls(bridge);
  const head = new Promise<string>((resolve) => {
    let received = "";
    socket.on("data", (piece: Buffer) => {
      received += piece.toString("latin1");
      if (received.includes("\r\n\r\n")) resolve(received);
    });
    socket.once("close", () => {
      resolve(received);
    });
  });
  socket.write(encodeRequest(upgradeRequest(bridge, changes)));
  const { status, headers } = parseResponse(await head);
  socket.destroy();
  return [status, headers.get("sec-websocket-protocol"), headers.get("sec-websocket-extensions") ?? "no extension"]
    .map(String)
    .join(", ");
}

const many = Array.from({ length: 500 }, (_, index) => `p${index}`).join(", ");

const handshakes: Attack[] = [
  onUpgrade(31, "no key", "400", () => ({ "Sec-WebSocket-Key": undefined })),
  onUpgrade(31, "a key that is too short", "400", () => ({ "Sec-WebSocket-Key": "x" })),
  doubled(31, "two keys", "400", "Sec-WebSocket-Key", () => "AAAAAAAAAAAAAAAAAAAAAA=="),
  onUpgrade(31, "ours twice", "400", () => ({ "Sec-WebSocket-Protocol": "offline-state.v1, offline-state.v1" })),
  onUpgrade(31, "ours in an invalid list", "400", () => ({ "Sec-WebSocket-Protocol": "offline-state.v1,,(" })),
  doubled(31, "ours in two headers", "400", "Sec-WebSocket-Protocol", () => "offline-state.v1"),
  onUpgrade(31, "versions 13 and 8", "400", () => ({ "Sec-WebSocket-Version": "13, 8" })),
  onUpgrade(31, "Upgrade: websocket, h2c", "400", () => ({ Upgrade: "websocket, h2c" })),
  {
    row: 31,
    attempt: "every extension, with compression parameters",
    response: "101, offline-state.v1, no extension",
    run: (bridge) =>
      agreed(bridge, {
        "Sec-WebSocket-Extensions":
          "x-evil; permessage-deflate, permessage-deflate; server_max_window_bits=15; client_max_window_bits",
      }),
  },
  {
    row: 31,
    attempt: "500 subprotocols before ours",
    response: "101, offline-state.v1, no extension",
    run: (bridge) => agreed(bridge, { "Sec-WebSocket-Protocol": `${many}, offline-state.v1` }),
  },
  {
    row: 31,
    attempt: "TLS renegotiation on an open feed",
    response: "closed",
    run: async (bridge) => renegotiated(await openFeed(bridge, { maxVersion: "TLSv1.2" })),
  },
];

const queries: Attack[] = ["0", "721", "-1", "1e2", "1&hours=2", "9".repeat(7000), "1%3bdrop%20table%20span"].map(
  (hours): Attack => ({
    ...onPlain(
      32,
      `hours=${hours.slice(0, 30)}${hours.length > 30 ? " and so on" : ""}`,
      "400",
      `/history?hours=${hours}`,
    ),
  }),
);

export const byteAttacks: readonly Attack[] = [
  ...smuggled,
  ...protocols,
  ...bodies,
  ...sizes,
  ...handshakes,
  ...queries,
];
