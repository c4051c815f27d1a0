// Random requests: what is accepted must be allowed by conditions that are written differently from the rules.
import { connect } from "node:tls";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startInProcessBridge, type InProcessBridge } from "../../../test/support/in-process-bridge.js";
import { allowedHosts, evaluate, type AccessRequest } from "./access-control.js";

const PORT = 38443;
const NAMES = [
  "host",
  "origin",
  "upgrade",
  "connection",
  "sec-websocket-version",
  "sec-websocket-protocol",
  "sec-fetch-site",
  "sec-fetch-mode",
  "sec-fetch-dest",
  "x-forwarded-host",
  "content-length",
  "transfer-encoding",
] as const;
const VALUES = [
  "localhost:38443",
  "https://localhost:38443",
  "localhost",
  "LOCALHOST:38443",
  "evil.example",
  "https://evil.example",
  "null",
  "websocket",
  "WebSocket",
  "13",
  "8",
  "0",
  "chunked",
  "offline-state.v1",
  "offline-state.v1, other",
  "cross-site",
  "same-site",
  "same-origin",
  "none",
  "navigate",
  "document",
  "iframe",
  "",
] as const;

const value = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...VALUES) }, { weight: 1, arbitrary: fc.string() });
const validHeaders: Readonly<Record<string, readonly string[]>> = {
  host: ["localhost:38443"],
  origin: ["https://localhost:38443"],
  upgrade: ["websocket"],
  connection: ["Upgrade"],
  "sec-websocket-version": ["13"],
  "sec-websocket-protocol": ["offline-state.v1"],
};
/** A valid request with a few headers changed, so that many rules are reached. */
const headers = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), fc.array(value, { maxLength: 2 })), { maxLength: 4 })
  .map((changes): Readonly<Record<string, readonly string[]>> => ({ ...validHeaders, ...Object.fromEntries(changes) }));
const target = fc.oneof(
  fc.constantFrom(
    "/feed",
    "/",
    "/taskpane.html",
    "/healthz",
    "/history",
    "/feed?x",
    "*",
    "https://localhost:38443/feed",
  ),
  fc.string().map((text) => `/${text}`),
  fc.string(),
  fc
    .array(fc.constantFrom("..", "%2e%2e", "%2f", "\\", "a", ".", "%00", "%"), { maxLength: 6 })
    .map((parts) => `/${parts.join("/")}`),
);
const anyRequest = fc
  .record({
    method: fc.oneof(
      { weight: 4, arbitrary: fc.constant("GET") },
      { weight: 1, arbitrary: fc.constantFrom("HEAD", "POST", "OPTIONS", "TRACE", "") },
    ),
    target: fc.oneof({ weight: 2, arbitrary: fc.constant("/feed") }, { weight: 3, arbitrary: target }),
    upgrade: fc.boolean(),
    trusted: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    httpVersion: fc.oneof({ weight: 6, arbitrary: fc.constant("1.1") }, { weight: 1, arbitrary: fc.constant("1.0") }),
    headerBytes: fc.oneof({ weight: 9, arbitrary: fc.nat(8192) }, { weight: 1, arbitrary: fc.nat(1e6) }),
    headers,
  })
  .map(({ method, target: path, upgrade, httpVersion, headerBytes, trusted, headers: sent }): AccessRequest => ({
    method,
    target: path,
    upgrade,
    httpVersion,
    headerBytes,
    header: (name) => sent[name] ?? [],
    peer: trusted ? { trusted: true } : { trusted: false, why: "another user" },
  }));

describe("evaluate", () => {
  it("accepts only allowed requests, of 10,000 random ones", () => {
    let upgrades = 0;
    let pages = 0;
    fc.assert(
      fc.property(anyRequest, fc.boolean(), (request, full) => {
        const refusal = evaluate(request, {
          ...allowedHosts(PORT),
          isFull: () => full,
          targetBytes: 8192,
          headerBytes: 8192,
        });
        if (refusal !== undefined) {
          expect([400, 403, 404, 405, 414, 421, 426, 431, 503]).toContain(refusal.status);
          return;
        }
        const origin = request.header("origin");
        const site = request.header("sec-fetch-site");
        expect(request.peer.trusted).toBe(true);
        expect(request.headerBytes).toBeLessThanOrEqual(8192);
        expect(request.target.length).toBeLessThanOrEqual(8192);
        expect(request.header("host")).toEqual(["localhost:38443"]);
        // The query does not lead to a file.
        expect(request.target.split("?")[0]).not.toMatch(/\.\.(?:\/|$|\\)|%2e|%2f|%5c|%00|\\|\/\//i);
        expect([...request.header("content-length"), ...request.header("transfer-encoding")].join("")).toMatch(/^0*$/);
        if (request.upgrade) {
          upgrades += 1;
          expect(full).toBe(false);
          expect(request).toMatchObject({ method: "GET", target: "/feed", httpVersion: "1.1" });
          expect(origin).toEqual(["https://localhost:38443"]);
          expect(request.header("sec-websocket-version")).toEqual(["13"]);
          expect(request.header("sec-websocket-protocol").join()).toContain("offline-state.v1");
          expect(["", "same-origin", "none"]).toContain(site.join());
          return;
        }
        pages += 1;
        expect(["GET", "HEAD"]).toContain(request.method);
        expect(request.target.startsWith("/")).toBe(true);
        expect(["", "https://localhost:38443"]).toContain(origin.join());
        if (["cross-site", "same-site"].includes(site.join()))
          expect(request.target).not.toMatch(/healthz|history|feed/);
      }),
      { numRuns: 10_000 },
    );
    // Both kinds were accepted.
    expect(upgrades).toBeGreaterThan(50);
    expect(pages).toBeGreaterThan(50);
  });
});

describe("the server", () => {
  const exchange = ({ bridge, ca }: InProcessBridge, bytes: Uint8Array): Promise<string> =>
    new Promise((resolve) => {
      let heard = "";
      const socket = connect({ host: "127.0.0.1", port: bridge.port, ca, servername: "localhost" });
      socket.on("data", (piece: Buffer) => (heard += piece.toString("latin1")));
      socket.on("error", () => undefined);
      socket.on("close", () => {
        resolve(heard);
      });
      // Half-closes, so an unfinished request ends.
      socket.once("secureConnect", () => socket.end(bytes));
    });

  const text = fc
    .tuple(
      fc.constantFrom("GET", "POST", "HEAD", "OPTIONS", "PRI", "\u0016\u0003"),
      fc.constantFrom("/feed", "/healthz", "/", "*", "http://x/", "/%", "\0"),
      fc.constantFrom("HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/9", ""),
      fc.array(
        fc.tuple(fc.constantFrom(...NAMES, "content-length", "transfer-encoding", "expect", "bad name"), value),
        { maxLength: 8 },
      ),
      fc.constantFrom("\r\n\r\n", "\n\n", "\r\n", ""),
      fc.string({ maxLength: 40 }),
    )
    .map(([method, path, version, lines, end, body]) =>
      Buffer.from(
        `${method} ${path} ${version}\r\n${lines.map(([name, text]) => `${name}: ${text}`).join("\r\n")}${end}${body}`,
        "latin1",
      ),
    );

  it("refuses or closes 300 connections that send random bytes, and then serves a valid request", async () => {
    const fixture = await startInProcessBridge();
    const port = fixture.bridge.port;
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, fc.uint8Array({ maxLength: 400 })), async (drawn) => {
        const sent = Buffer.from(drawn).toString("latin1").replaceAll(String(PORT), String(port));
        const response = await exchange(fixture, Buffer.from(sent, "latin1"));
        expect(response).toMatch(/^(?:$|HTTP\/1\.1 [2345]\d\d )/);
        expect(response).not.toMatch(/access-control-allow/i);
        if (response.includes('"state"')) expect(sent).toContain(`host: localhost:${port}\r\n`);
      }),
      { numRuns: 300 },
    );
    const valid = `GET /healthz HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`;
    expect(await exchange(fixture, Buffer.from(valid))).toContain("HTTP/1.1 200 OK");
  }, 60_000);
});
