import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { answerTo, closeCodeIn, openFeed, plain, untilClosed } from "../../../test/attacks/wire.js";
import { get, startPlugged, type PluggedBridge } from "../../../test/support/plugged-bridge.js";
import { Feed } from "../feed/feed.js";
import { LimitedLog } from "../log/limited-log.js";
import { silentLog } from "../log/log.js";
import { createApp } from "./app.js";
import { defaultLimits } from "./limits.js";
import { Panes } from "./panes.js";
import { startServer } from "./server.js";

interface Logged {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A log whose lines are kept. */
function keptLog(): { readonly log: pino.Logger; readonly lines: Logged[] } {
  const lines: Logged[] = [];
  const write = (line: string): void => {
    lines.push(JSON.parse(line) as Logged);
  };
  return { log: pino({ base: null }, { write }), lines };
}

async function connectTo({ bridge, ca }: PluggedBridge, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host: "127.0.0.1", port: bridge.port, ca, servername: "localhost", ...options });
  await once(socket, "secureConnect");
  return socket;
}

/** Everything that comes back on a connection of its own. */
async function exchange(plugged: PluggedBridge, request: string): Promise<string> {
  const socket = await connectTo(plugged);
  socket.write(request.replaceAll("HOST", `Host: localhost:${plugged.bridge.port}`));
  return text(socket);
}

describe("TLS", () => {
  const connects = async (plugged: PluggedBridge, ciphers: string): Promise<boolean> => {
    const options: ConnectionOptions = {
      maxVersion: "TLSv1.2",
      ciphers: `${ciphers}:@SECLEVEL=0`,
      rejectUnauthorized: false,
    };
    return connectTo(plugged, options).then(
      (socket) => {
        socket.destroy();
        return true;
      },
      () => false,
    );
  };

  it("offers the same cipher suites after a renewal: ECDHE with AEAD, and nothing else", async () => {
    let ahead = 0;
    const { log, lines } = keptLog();
    const plugged = await startPlugged({ log, certificates: { checkMs: 20, now: () => Date.now() + ahead } });
    const before = await fingerprintOf(plugged);
    for (const renewed of [false, true]) {
      if (renewed) {
        ahead = 380 * 86_400_000;
        await expect.poll(() => fingerprintOf(plugged), { timeout: 30_000, interval: 200 }).not.toBe(before);
      }
      expect(await connects(plugged, "ECDHE+AESGCM:ECDHE+CHACHA20")).toBe(true);
      for (const weak of ["RSA", "kRSA+AESGCM", "ECDHE+AES+SHA1", "ECDHE+SHA256", "AESCCM8", "DHE"])
        expect(await connects(plugged, weak)).toBe(false);
    }
    const level = 30;
    const msg = "no TLS connection came about";
    expect(lines.map(({ time: _time, ...line }) => line)).toContainEqual({
      level,
      msg,
      code: "ERR_SSL_NO_SHARED_CIPHER",
    });
  });

  async function fingerprintOf(plugged: PluggedBridge): Promise<string | undefined> {
    const socket = await connectTo(plugged, { rejectUnauthorized: false });
    const fingerprint = socket.getPeerX509Certificate()?.fingerprint256;
    socket.destroy();
    return fingerprint;
  }
});

describe("what a client does wrong", () => {
  it("is logged without a stack, and without what it has sent", async () => {
    const { log, lines } = keptLog();
    const plugged = await startPlugged({ log });
    const { port } = plugged.bridge;
    const pane = await openFeed({ port, ca: Buffer.from(plugged.ca) });
    const notMasked = Buffer.from([0x81, 1, 65]);
    pane.write(notMasked);
    expect(closeCodeIn(await untilClosed(pane))).toBe("close 1002");
    expect(await exchange(plugged, "GET / secret\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect(await exchange(plugged, `GET / HTTP/1.1\r\nHOST\r\nCookie: secret${"x".repeat(1 << 20)}`)).toMatch(
      /^HTTP\/1\.1 431 [^]*cookies/,
    );
    expect(await exchange(plugged, "GET /nothing HTTP/1.1\r\nHost: evil.example\r\nCookie: secret\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 421 /,
    );
    const found = Object.fromEntries(lines.map(({ msg, ...fields }) => [msg, fields]));
    expect(found["a pane broke the protocol"]).toMatchObject({
      code: "WS_ERR_EXPECTED_MASK",
      why: "Invalid WebSocket frame: MASK must be set",
    });
    expect(JSON.stringify(lines)).not.toMatch(/"stack"|at Receiver|secret/);
    expect(lines.filter(({ status }) => status === 431)).toHaveLength(1);
  });

  it("is answered with its own status where the file server finds it, and is not logged as our failure", async () => {
    const { log, lines } = keptLog();
    const plugged = await startPlugged({ log });
    const range = await get(plugged, "/taskpane.html", { headers: { Range: "bytes=9999-" } });
    expect(range).toMatchObject({ status: 416, body: "Range Not Satisfiable\n" });
    expect(range.headers["content-range"]).toMatch(/^bytes \*\/\d+$/);
    expect(await get(plugged, "/taskpane.html", { headers: { "If-Match": '"other"' } })).toMatchObject({ status: 412 });
    expect(lines.filter(({ level }) => level > 30)).toEqual([]);
  });

  it("does not get into the answer that is under way", async () => {
    const plugged = await startPlugged();
    writeFileSync(join(plugged.paneFolder, "big.js"), "x".repeat(20 << 20));
    const socket = await connectTo(plugged);
    socket.on("error", () => undefined);
    socket.write(`GET /big.js HTTP/1.1\r\nHost: localhost:${plugged.bridge.port}\r\n\r\n`);
    await once(socket, "readable");
    socket.write("no HTTP at all\r\n\r\n");
    let heard = "";
    socket.on("data", (piece: Buffer) => (heard += piece.toString("latin1")));
    await once(socket, "close");
    expect(heard).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(heard).not.toContain("HTTP/1.1 400");
  });
});

describe("the cookies of other programs on localhost", () => {
  it("reach nobody who answers a request, and the request is answered", async () => {
    const plugged = await startPlugged();
    const file = (name: string): string => readFileSync(join(plugged.home.certificates, name), "utf8");
    const log = new LimitedLog(silentLog(), defaultLimits);
    const seen: IncomingMessage[] = [];
    const server = await startServer({
      port: 0,
      certificates: { key: file("localhost.key"), certificate: file("localhost.crt") },
      limits: defaultLimits,
      panes: new Panes(new Feed({ version: "1" }), defaultLimits, log),
      log,
      onPane: () => undefined,
      compose: () => ({
        gate: {
          meet: () => ({ verdict: Promise.resolve({ trusted: true }), forget: () => undefined }),
          decide: () => Promise.resolve(undefined),
        },
        app: (request, response) => {
          seen.push(request);
          response.end("answered");
        },
      }),
    });
    onTestFinished(() => server.stop());
    const target = { port: server.port, ca: Buffer.from(plugged.ca) };
    const cookie = `session=secret; ${"x".repeat(700_000)}`;
    expect(await answerTo(target, plain(target, "/", { Cookie: cookie, X: "kept" }))).toMatchObject({
      status: "200",
      body: "answered",
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.headers).toMatchObject({ x: "kept", cookie: "" });
    expect(seen[0]?.rawHeaders.join()).not.toContain("secret");
  });
});

describe("a failure of our own", () => {
  it("is answered with 500 and logged with its stack, but not for every request", async () => {
    const { log, lines } = keptLog();
    const limited = new LimitedLog(log, { logLines: 3, logLineMs: 60_000 }, () => 0);
    const app = createApp({
      port: 1,
      paneFolder: "/nowhere",
      health: () => {
        throw new Error("broken");
      },
      history: () => undefined,
      log: limited,
    });
    const server = createServer(app).listen(0, "127.0.0.1");
    onTestFinished(() => {
      server.close();
    });
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    for (let count = 0; count < 10; count += 1) {
      const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
      expect(answer.status).toBe(500);
      expect(await answer.text()).not.toContain("broken");
    }
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatchObject({ level: 50, msg: "a request failed", err: { message: "broken" } });
    expect(JSON.stringify(lines[0])).toContain('"stack"');
  });
});
