import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { sendRequest, closeCodeIn, openFeed, plainRequest, readUntilClosed } from "../../../test/support/raw-client.js";
import { get, startInProcessBridge, type InProcessBridge } from "../../../test/support/in-process-bridge.js";
import { Feed } from "../feed/feed.js";
import { RateLimitedLog } from "../log/rate-limited-log.js";
import { silentLog } from "../log/log.js";
import { allowedHosts } from "./access-control.js";
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

async function connectTo({ bridge, ca }: InProcessBridge, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host: "127.0.0.1", port: bridge.port, ca, servername: "localhost", ...options });
  await once(socket, "secureConnect");
  return socket;
}

/** Everything that comes back on a connection of its own. */
async function exchange(fixture: InProcessBridge, request: string): Promise<string> {
  const socket = await connectTo(fixture);
  socket.write(request.replaceAll("HOST", `Host: localhost:${fixture.bridge.port}`));
  return text(socket);
}

describe("TLS", () => {
  const connects = async (fixture: InProcessBridge, ciphers: string): Promise<boolean> => {
    const options: ConnectionOptions = {
      maxVersion: "TLSv1.2",
      ciphers: `${ciphers}:@SECLEVEL=0`,
      rejectUnauthorized: false,
    };
    return connectTo(fixture, options).then(
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
    const fixture = await startInProcessBridge({
      log,
      certificates: { checkIntervalMs: 20, now: () => Date.now() + ahead },
    });
    const before = await fingerprintOf(fixture);
    for (const renewed of [false, true]) {
      if (renewed) {
        ahead = 380 * 86_400_000;
        await expect.poll(() => fingerprintOf(fixture), { timeout: 30_000, interval: 200 }).not.toBe(before);
      }
      expect(await connects(fixture, "ECDHE+AESGCM:ECDHE+CHACHA20")).toBe(true);
      for (const weak of ["RSA", "kRSA+AESGCM", "ECDHE+AES+SHA1", "ECDHE+SHA256", "AESCCM8", "DHE"])
        expect(await connects(fixture, weak)).toBe(false);
    }
    const level = 30;
    const msg = "TLS handshake failed";
    expect(lines.map(({ time: _time, ...line }) => line)).toContainEqual({
      level,
      msg,
      code: "ERR_SSL_NO_SHARED_CIPHER",
    });
  });

  async function fingerprintOf(fixture: InProcessBridge): Promise<string | undefined> {
    const socket = await connectTo(fixture, { rejectUnauthorized: false });
    const fingerprint = socket.getPeerX509Certificate()?.fingerprint256;
    socket.destroy();
    return fingerprint;
  }
});

describe("an error of a client", () => {
  it("is logged without a stack and without the received bytes", async () => {
    const { log, lines } = keptLog();
    const fixture = await startInProcessBridge({ log });
    const { port } = fixture.bridge;
    const pane = await openFeed({ port, ca: Buffer.from(fixture.ca) });
    const notMasked = Buffer.from([0x81, 1, 65]);
    pane.write(notMasked);
    expect(closeCodeIn(await readUntilClosed(pane))).toBe("close 1002");
    expect(await exchange(fixture, "GET / secret\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect(await exchange(fixture, `GET / HTTP/1.1\r\nHOST\r\nCookie: secret${"x".repeat(1 << 20)}`)).toMatch(
      /^HTTP\/1\.1 431 [^]*cookies/,
    );
    expect(await exchange(fixture, "GET /nothing HTTP/1.1\r\nHost: evil.example\r\nCookie: secret\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 421 /,
    );
    const found = Object.fromEntries(lines.map(({ msg, ...fields }) => [msg, fields]));
    expect(found["a pane violated the protocol"]).toMatchObject({
      code: "WS_ERR_EXPECTED_MASK",
      why: "Invalid WebSocket frame: MASK must be set",
    });
    expect(JSON.stringify(lines)).not.toMatch(/"stack"|at Receiver|secret/);
    expect(lines.filter(({ status }) => status === 431)).toHaveLength(1);
  });

  it("gets the status of the file server, and is not logged as an error", async () => {
    const { log, lines } = keptLog();
    const fixture = await startInProcessBridge({ log });
    const range = await get(fixture, "/taskpane.html", { headers: { Range: "bytes=9999-" } });
    expect(range).toMatchObject({ status: 416, body: "Range Not Satisfiable\n" });
    expect(range.headers["content-range"]).toMatch(/^bytes \*\/\d+$/);
    expect(await get(fixture, "/taskpane.html", { headers: { "If-Match": '"other"' } })).toMatchObject({ status: 412 });
    expect(lines.filter(({ level }) => level > 30)).toEqual([]);
  });

  it("is not reported within a response that has begun", async () => {
    const fixture = await startInProcessBridge();
    writeFileSync(join(fixture.paneFolder, "big.js"), "x".repeat(20 << 20));
    const socket = await connectTo(fixture);
    socket.on("error", () => undefined);
    socket.write(`GET /big.js HTTP/1.1\r\nHost: localhost:${fixture.bridge.port}\r\n\r\n`);
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
  it("are dropped before the request is served", async () => {
    const fixture = await startInProcessBridge();
    const file = (name: string): string => readFileSync(join(fixture.dataDirectory.certificates, name), "utf8");
    const log = new RateLimitedLog(silentLog(), defaultLimits);
    const seen: IncomingMessage[] = [];
    const server = await startServer({
      port: 0,
      certificates: { key: file("localhost.key"), certificate: file("localhost.crt") },
      limits: defaultLimits,
      panes: new Panes(new Feed({ version: "1" }), defaultLimits, log),
      log,
      onClient: () => undefined,
      peer: () => Promise.resolve({ trusted: true }),
      configure: (port) => ({
        policy: { ...allowedHosts(port), isFull: () => false, targetBytes: 8192, headerBytes: 8192 },
        app: (request, response) => {
          seen.push(request);
          response.end("answered");
        },
      }),
    });
    onTestFinished(() => server.stop());
    const target = { port: server.port, ca: Buffer.from(fixture.ca) };
    const cookie = `session=secret; ${"x".repeat(700_000)}`;
    expect(await sendRequest(target, plainRequest(target, "/", { Cookie: cookie, X: "kept" }))).toMatchObject({
      status: "200",
      body: "answered",
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.headers).toMatchObject({ x: "kept", cookie: "" });
    expect(seen[0]?.rawHeaders.join()).not.toContain("secret");
  });
});

describe("an internal error", () => {
  it("gets 500 and is logged with its stack, but not for every request", async () => {
    const { log, lines } = keptLog();
    const limited = new RateLimitedLog(log, { logLines: 3, logLineMs: 60_000 }, () => 0);
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
