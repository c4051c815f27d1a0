// Rows 13 to 17: whoever goes beyond what one client may cost, while an honest pane goes on being told.
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import type { BridgeProcess } from "../../support/bridge-process.js";
import { HonestPane } from "../../support/honest-pane.js";
import { asStranger } from "../../support/stranger.js";
import type { Attack } from "../attack.js";
import {
  answerTo,
  closeCodeIn,
  connectTls as secure,
  ended,
  frame,
  openFeed,
  plain,
  untilClosed,
  upgrade,
} from "../wire.js";
import { unread } from "./unread.js";

const MOST_PANES = 64;
/** The bridge's patience is 5 s; the rest is for a busy machine. */
const IN_TIME_MS = 20_000;
const attack = (row: number, tried: string, answer: string, run: Attack["run"]): Attack => ({
  row,
  tried,
  answer,
  run,
});

async function tooManyPanes(bridge: BridgeProcess): Promise<string> {
  // Some are honest panes that look on.
  const health = JSON.parse((await answerTo(bridge, healthRequest(bridge))).body) as { clients: number };
  const panes = await Promise.all(
    Array.from({ length: MOST_PANES - health.clients }, () => HonestPane.connect(bridge)),
  );
  const { status } = await answerTo(bridge, upgrade(bridge));
  const seq = Math.max(...panes.map((pane) => pane.seq));
  await Promise.all(panes.map((pane) => pane.until(() => pane.seq > seq)));
  const stayed = panes.filter((pane) => pane.closeCode === undefined && pane.complaints.length === 0).length;
  await Promise.all(panes.map((pane) => pane.close()));
  return stayed === panes.length ? `${status}, and those there stay` : `${status}, but ${panes.length - stayed} went`;
}

const healthRequest = ({ port }: BridgeProcess) => ({
  target: "/healthz",
  headers: [
    ["Host", `localhost:${port}`],
    ["Connection", "close"],
  ] as const,
});

/** 1,000 connections that say nothing. */
async function tooManyConnections({ port }: BridgeProcess): Promise<string> {
  const sockets = Array.from({ length: 1000 }, () => connectTcp({ host: "127.0.0.1", port }));
  const closed = sockets.map((socket) => {
    return ended(socket, 20_000);
  });
  // Those that were let in are closed when their time for the handshake is over.
  await Promise.all(closed);
  return "closed";
}

/** A stranger's 300 connections: how many were worth an answer. */
async function flood(bridge: BridgeProcess): Promise<string> {
  const output = await asStranger(
    `const tls = require("node:tls");
     const text = "GET /healthz HTTP/1.1\\r\\nHost: localhost:" + input.port + "\\r\\n\\r\\n";
     let left = 300, told = 0;
     for (let i = 0; i < 300; i += 1) {
       const socket = tls.connect({ host: "127.0.0.1", port: input.port, ca: input.ca, servername: "localhost" }, () => socket.write(text));
       socket.on("data", (data) => { if (String(data).includes(" 403 ")) told += 1; else told = NaN; });
       socket.on("error", () => undefined);
       socket.on("close", () => { if ((left -= 1) === 0) console.log(told); });
     }`,
    { port: bridge.port, ca: bridge.ca.toString() },
  );
  return Number(output) <= 16 ? "403 to 16 at most, the others closed" : `403 to ${output}`;
}

/** How long a connection that `begin` has begun stays open, and whether that is in time. */
async function lastsUntilClosed(socket: Socket, everySecond: () => void): Promise<string> {
  const begun = performance.now();
  socket.on("error", () => undefined);
  socket.resume();
  const drip = setInterval(everySecond, 1000);
  await ended(socket, 2 * IN_TIME_MS);
  clearInterval(drip);
  return performance.now() - begun < IN_TIME_MS ? "closed in time" : "closed later";
}

const CLIENT_HELLO = Buffer.from("160301020001000001fc0303", "hex");

const slow: Attack[] = [
  attack(14, "a connection that says nothing", "closed in time", ({ port }) =>
    lastsUntilClosed(connectTcp({ host: "127.0.0.1", port }), () => undefined),
  ),
  attack(14, "a TLS handshake, a byte a second", "closed in time", ({ port }) => {
    const socket = connectTcp({ host: "127.0.0.1", port });
    let sent = 0;
    return lastsUntilClosed(socket, () => socket.write(CLIENT_HELLO.subarray(sent, (sent += 1))));
  }),
  attack(14, "silence after the TLS handshake", "closed in time", async (bridge) =>
    lastsUntilClosed(await secure(bridge), () => undefined),
  ),
  attack(14, "headers, one a second", "closed in time", async (bridge) => {
    const socket = await secure(bridge);
    socket.write(`GET /feed HTTP/1.1\r\nHost: localhost:${bridge.port}\r\n`);
    return lastsUntilClosed(socket, () => socket.write("X-Slow: 1\r\n"));
  }),
];

/** What the bridge says when a pane sends `bytes`. */
const onFeed = (row: number, tried: string, answer: string, bytes: () => Buffer): Attack =>
  attack(row, tried, answer, async (bridge) => {
    const socket = await openFeed(bridge);
    const all = untilClosed(socket);
    socket.write(bytes());
    return closeCodeIn(await all);
  });

const TEXT = 0x81;
const BINARY = 0x82;
const PING = 0x89;
const PONG = 0x8a;
const times = (count: number, make: () => Buffer): Buffer => Buffer.concat(Array.from({ length: count }, make));

const frames: Attack[] = [
  onFeed(15, "text", "close 1008", () => frame(TEXT, Buffer.from('{"type":"snapshot"}'))),
  onFeed(15, "binary", "close 1008", () => frame(BINARY, Buffer.from([1, 2, 3]))),
  onFeed(15, "text of no length", "close 1008", () => frame(TEXT)),
  onFeed(15, "an opcode that WebSocket does not have", "close 1002", () => frame(0x83)),
  onFeed(15, "a compressed frame, which was not agreed on", "close 1002", () => frame(0xc1, Buffer.from([1]))),
  onFeed(15, "text that is not UTF-8", "close 1007", () => frame(TEXT, Buffer.from([0xff, 0xfe]))),
  onFeed(15, "a frame that is not masked", "close 1002", () => Buffer.from([TEXT, 1, 65])),
  onFeed(16, "a message of 1 MB", "close 1009", () => frame(TEXT, Buffer.alloc(1 << 20))),
  onFeed(16, "a frame that claims 8 EB", "close 1009", () => frame(TEXT, Buffer.alloc(0), 2 ** 53)),
  onFeed(16, "100,000 fragments", "close 1008", () =>
    Buffer.concat([frame(0x01, Buffer.from("a")), times(100_000, () => frame(0x00, Buffer.from("a")))]),
  ),
  onFeed(16, "100,000 fragments of no length", "close 1008", () =>
    Buffer.concat([frame(0x01), times(100_000, () => frame(0x00))]),
  ),
  onFeed(16, "100,000 pings", "close 1008", () => times(100_000, () => frame(PING, Buffer.alloc(125)))),
  onFeed(16, "100,000 pongs", "close 1008", () => times(100_000, () => frame(PONG, Buffer.alloc(125)))),
];

export const limits: readonly Attack[] = [
  attack(13, "a 65th pane", "503, and those there stay", tooManyPanes),
  ...frames,
  { row: 17, tried: "a pane that stops reading", answer: "ended, and the others are told everything", run: unread },
];

/** Asks for pages and reads nothing of them. */
async function asked({ port, ca }: BridgeProcess, times: number): Promise<string> {
  const socket = connectTls({ host: "127.0.0.1", port, ca, servername: "localhost" });
  await once(socket, "secureConnect");
  socket.pause();
  socket.write(`GET /history HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`.repeat(times));
  const over = ended(socket, 40_000);
  // As long as the bridge's patience with somebody who does not read.
  await sleep(times === 1 ? 12_000 : 1000);
  socket.resume();
  await over;
  return "closed";
}

/** Each takes as long as the bridge's patience does: they are tried side by side. */
export const slowLimits: readonly Attack[] = [
  ...slow,
  attack(17, "a page that is asked for and never read", "closed", (bridge) => asked(bridge, 1)),
];

/** Begins requests with nearly as much as headers may have, which never end. */
async function unfinished({ port, ca }: BridgeProcess, connections: number): Promise<string> {
  const begin = Buffer.from(`GET /healthz HTTP/1.1\r\nHost: localhost:${port}\r\nCookie: ${"x".repeat(700_000)}`);
  const ends = Array.from({ length: connections }, async () => {
    const socket = connectTls({ host: "127.0.0.1", port, ca, servername: "localhost" });
    const over = ended(socket);
    socket.on("secureConnect", () => socket.write(begin));
    socket.resume();
    await over;
  });
  await Promise.all(ends);
  return "closed";
}

/** What a scanner does: each request on a connection of its own, a few at once. */
async function scanned(bridge: BridgeProcess, requests: number): Promise<string> {
  const answers = new Set<string>();
  let next = 0;
  const scan = async (): Promise<void> => {
    while (next < requests) {
      next += 1;
      const target = `/cgi-bin/${next}.cgi?${"x".repeat(next % 1000)}`;
      answers.add((await answerTo(bridge, plain(bridge, target, { Cookie: `a=${"x".repeat(next)}` }))).status);
    }
  };
  await Promise.all(Array.from({ length: 8 }, scan));
  return [...answers].join();
}

export const crowds: readonly Attack[] = [
  attack(35, "1,000 requests of a scanner, each on a connection of its own", "404", (bridge) => scanned(bridge, 1000)),
  attack(35, "200 requests with cookies of 700 KB that never end", "closed", (bridge) => unfinished(bridge, 200)),
  attack(16, "5,000 requests at once on one connection", "closed", (bridge) => asked(bridge, 5000)),
  attack(16, "50 such connections", "closed", async (bridge) => {
    const ends = await Promise.all(Array.from({ length: 50 }, () => asked(bridge, 5000)));
    return [...new Set(ends)].join();
  }),
  attack(13, "1,000 connections that say nothing", "closed", tooManyConnections),
];

export const strangersInCrowds: readonly Attack[] = [
  attack(13, "300 connections of another user", "403 to 16 at most, the others closed", flood),
];
