// Rows 13 to 17 and 35: clients that exceed the limits.
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import type { BridgeProcess } from "../../support/bridge-process.js";
import { TestFeedClient } from "../../support/feed-client.js";
import { runAsOtherUser } from "../../support/other-user.js";
import type { Attack } from "./attack.js";
import {
  sendRequest,
  closeCodeIn,
  connectTls as secure,
  waitForClose,
  encodeFrame,
  openFeed,
  plainRequest,
  readUntilClosed,
  upgradeRequest,
} from "../../support/raw-client.js";
import { unreadFeed } from "./unread-feed.js";

const MOST_PANES = 64;
/** The bridge closes after 5 s; the rest is for a busy machine. */
const IN_TIME_MS = 20_000;
const attack = (row: number, attempt: string, response: string, run: Attack["run"]): Attack => ({
  row,
  attempt,
  response,
  run,
});

async function exceedPanes(bridge: BridgeProcess): Promise<string> {
  // Other clients of the tests are connected too.
  const health = JSON.parse((await sendRequest(bridge, healthRequest(bridge))).body) as { clients: number };
  const panes = await Promise.all(
    Array.from({ length: MOST_PANES - health.clients }, () => TestFeedClient.connect(bridge)),
  );
  const { status } = await sendRequest(bridge, upgradeRequest(bridge));
  const seq = Math.max(...panes.map((pane) => pane.seq));
  await Promise.all(panes.map((pane) => pane.waitUntil(() => pane.seq > seq)));
  const stayed = panes.filter((pane) => pane.closeCode === undefined && pane.errors.length === 0).length;
  await Promise.all(panes.map((pane) => pane.close()));
  return stayed === panes.length ? `${status}, and the others stay` : `${status}, but ${panes.length - stayed} went`;
}

const healthRequest = ({ port }: BridgeProcess) => ({
  target: "/healthz",
  headers: [
    ["Host", `localhost:${port}`],
    ["Connection", "close"],
  ] as const,
});

/** 1,000 idle connections. */
async function exceedConnections({ port }: BridgeProcess): Promise<string> {
  const sockets = Array.from({ length: 1000 }, () => connectTcp({ host: "127.0.0.1", port }));
  const closed = sockets.map((socket) => {
    return waitForClose(socket, 20_000);
  });
  // Accepted connections are closed when the time for their handshake has passed.
  await Promise.all(closed);
  return "closed";
}

/** 300 connections of another user: how many received a response. */
async function floodAsOtherUser(bridge: BridgeProcess): Promise<string> {
  const output = await runAsOtherUser(
    `const tls = require("node:tls");
     const text = "GET /healthz HTTP/1.1\\r\\nHost: localhost:" + input.port + "\\r\\n\\r\\n";
     let left = 300, refused = 0;
     for (let i = 0; i < 300; i += 1) {
       const socket = tls.connect({ host: "127.0.0.1", port: input.port, ca: input.ca, servername: "localhost" }, () => socket.write(text));
       socket.on("data", (data) => { if (String(data).includes(" 403 ")) refused += 1; else refused = NaN; });
       socket.on("error", () => undefined);
       socket.on("close", () => { if ((left -= 1) === 0) console.log(refused); });
     }`,
    { port: bridge.port, ca: bridge.ca.toString() },
  );
  return Number(output) <= 16 ? "403 to 16 at most, the others closed" : `403 to ${output}`;
}

/** Calls `everySecond` until the bridge closes the connection. Returns whether that is in time. */
async function closedInTime(socket: Socket, everySecond: () => void): Promise<string> {
  const begun = performance.now();
  socket.on("error", () => undefined);
  socket.resume();
  const drip = setInterval(everySecond, 1000);
  await waitForClose(socket, 2 * IN_TIME_MS);
  clearInterval(drip);
  return performance.now() - begun < IN_TIME_MS ? "closed in time" : "closed later";
}

const CLIENT_HELLO = Buffer.from("160301020001000001fc0303", "hex");

const slow: Attack[] = [
  attack(14, "an idle connection", "closed in time", ({ port }) =>
    closedInTime(connectTcp({ host: "127.0.0.1", port }), () => undefined),
  ),
  attack(14, "a TLS handshake, a byte a second", "closed in time", ({ port }) => {
    const socket = connectTcp({ host: "127.0.0.1", port });
    let sent = 0;
    return closedInTime(socket, () => socket.write(CLIENT_HELLO.subarray(sent, (sent += 1))));
  }),
  attack(14, "silence after the TLS handshake", "closed in time", async (bridge) =>
    closedInTime(await secure(bridge), () => undefined),
  ),
  attack(14, "headers, one a second", "closed in time", async (bridge) => {
    const socket = await secure(bridge);
    socket.write(`GET /feed HTTP/1.1\r\nHost: localhost:${bridge.port}\r\n`);
    return closedInTime(socket, () => socket.write("X-Slow: 1\r\n"));
  }),
];

/** An attack that sends `bytes` on an open feed. */
const onFeed = (row: number, attempt: string, response: string, bytes: () => Buffer): Attack =>
  attack(row, attempt, response, async (bridge) => {
    const socket = await openFeed(bridge);
    const all = readUntilClosed(socket);
    socket.write(bytes());
    return closeCodeIn(await all);
  });

const TEXT = 0x81;
const BINARY = 0x82;
const PING = 0x89;
const PONG = 0x8a;
const times = (count: number, make: () => Buffer): Buffer => Buffer.concat(Array.from({ length: count }, make));

const frames: Attack[] = [
  onFeed(15, "text", "close 1008", () => encodeFrame(TEXT, Buffer.from('{"type":"snapshot"}'))),
  onFeed(15, "binary", "close 1008", () => encodeFrame(BINARY, Buffer.from([1, 2, 3]))),
  onFeed(15, "empty text", "close 1008", () => encodeFrame(TEXT)),
  onFeed(15, "an invalid opcode", "close 1002", () => encodeFrame(0x83)),
  onFeed(15, "a compressed frame without negotiation", "close 1002", () => encodeFrame(0xc1, Buffer.from([1]))),
  onFeed(15, "text that is not UTF-8", "close 1007", () => encodeFrame(TEXT, Buffer.from([0xff, 0xfe]))),
  onFeed(15, "a frame that is not masked", "close 1002", () => Buffer.from([TEXT, 1, 65])),
  onFeed(16, "a message of 1 MB", "close 1009", () => encodeFrame(TEXT, Buffer.alloc(1 << 20))),
  onFeed(16, "a frame that claims 8 EB", "close 1009", () => encodeFrame(TEXT, Buffer.alloc(0), 2 ** 53)),
  onFeed(16, "100,000 fragments", "close 1008", () =>
    Buffer.concat([encodeFrame(0x01, Buffer.from("a")), times(100_000, () => encodeFrame(0x00, Buffer.from("a")))]),
  ),
  onFeed(16, "100,000 empty fragments", "close 1008", () =>
    Buffer.concat([encodeFrame(0x01), times(100_000, () => encodeFrame(0x00))]),
  ),
  onFeed(16, "100,000 pings", "close 1008", () => times(100_000, () => encodeFrame(PING, Buffer.alloc(125)))),
  onFeed(16, "100,000 pongs", "close 1008", () => times(100_000, () => encodeFrame(PONG, Buffer.alloc(125)))),
];

export const limitAttacks: readonly Attack[] = [
  attack(13, "a 65th pane", "503, and the others stay", exceedPanes),
  ...frames,
  {
    row: 17,
    attempt: "a pane that stops reading",
    response: "closed, and the others receive everything",
    run: unreadFeed,
  },
];

/** Sends requests and reads no response. */
async function requestWithoutReading({ port, ca }: BridgeProcess, times: number): Promise<string> {
  const socket = connectTls({ host: "127.0.0.1", port, ca, servername: "localhost" });
  await once(socket, "secureConnect");
  socket.pause();
  socket.write(`GET /history HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`.repeat(times));
  const over = waitForClose(socket, 40_000);
  // Longer than the bridge waits for a client that does not read.
  await sleep(times === 1 ? 12_000 : 1000);
  socket.resume();
  await over;
  return "closed";
}

/** These run concurrently, because each takes as long as the bridge's time limit. */
export const slowAttacks: readonly Attack[] = [
  ...slow,
  attack(17, "a response that is never read", "closed", (bridge) => requestWithoutReading(bridge, 1)),
];

/** Starts requests with nearly the largest allowed headers, and never ends them. */
async function sendUnfinishedRequests({ port, ca }: BridgeProcess, connections: number): Promise<string> {
  const begin = Buffer.from(`GET /healthz HTTP/1.1\r\nHost: localhost:${port}\r\nCookie: ${"x".repeat(700_000)}`);
  const ends = Array.from({ length: connections }, async () => {
    const socket = connectTls({ host: "127.0.0.1", port, ca, servername: "localhost" });
    const over = waitForClose(socket);
    socket.on("secureConnect", () => socket.write(begin));
    socket.resume();
    await over;
  });
  await Promise.all(ends);
  return "closed";
}

/** Sends each request on a connection of its own, eight at once, as a scanner does. */
async function scan(bridge: BridgeProcess, requests: number): Promise<string> {
  const responses = new Set<string>();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < requests) {
      next += 1;
      const target = `/cgi-bin/${next}.cgi?${"x".repeat(next % 1000)}`;
      responses.add(
        (await sendRequest(bridge, plainRequest(bridge, target, { Cookie: `a=${"x".repeat(next)}` }))).status,
      );
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return [...responses].join();
}

export const floodAttacks: readonly Attack[] = [
  attack(35, "1,000 requests of a scanner, each on a connection of its own", "404", (bridge) => scan(bridge, 1000)),
  attack(35, "200 requests with cookies of 700 KB that never end", "closed", (bridge) =>
    sendUnfinishedRequests(bridge, 200),
  ),
  attack(16, "5,000 requests at once on one connection", "closed", (bridge) => requestWithoutReading(bridge, 5000)),
  attack(16, "50 such connections", "closed", async (bridge) => {
    const ends = await Promise.all(Array.from({ length: 50 }, () => requestWithoutReading(bridge, 5000)));
    return [...new Set(ends)].join();
  }),
  attack(13, "1,000 idle connections", "closed", exceedConnections),
];

export const otherUserFloodAttacks: readonly Attack[] = [
  attack(13, "300 connections of another user", "403 to 16 at most, the others closed", floodAsOtherUser),
];
