import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { connect as connectPlain, createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { connect } from "node:tls";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { LOOPBACK } from "../../test/support/system.js";
import {
  get,
  listening,
  connectClient,
  reportOf,
  startInProcessBridge,
  type InProcessBridge,
} from "../../test/support/in-process-bridge.js";
import { temporaryFolder } from "../../test/support/temporary-folder.js";
import { parseHistory } from "../../shared/src/contract.js";
import { ensureCertificates } from "./certificates/certificates.js";
import { openStore } from "./history/open-store.js";
import { Recorder } from "./history/recorder.js";
import { prepareDataDirectory, resolveDataDirectory } from "./data-directory.js";
import { logFileOf, openLog, silentLog } from "./log/log.js";
import { PortTaken } from "./server/listen.js";

/** No expectation of speed: what is given up after its own limit of a second or two must not wait for ever. */
const HANGS_MS = 15_000;

describe("a pane", () => {
  it("gets a snapshot and then each change, over TLS with the certificate of its CA", async () => {
    const fixture = await startInProcessBridge();
    fixture.source.report(reportOf("online"));
    const { messages, socket } = await connectClient(fixture);
    expect(socket.protocol).toBe("offline-state.v1");
    expect(socket.extensions).toBe("");
    expect(messages).toMatchObject([{ type: "snapshot", seq: 1, state: "online", bridge: { version: "1.2.3" } }]);
    await new Promise((resolve) => setTimeout(resolve, 60));
    fixture.source.report(reportOf("offline"));
    await expect.poll(() => messages.length).toBe(2);
    expect(messages[1]).toMatchObject({ type: "change", seq: 2, state: "offline", source: listening });
  });

  it("gets heartbeats with the current number", async () => {
    const { messages } = await connectClient(await startInProcessBridge({ feed: { heartbeatMs: 100 } }));
    await expect.poll(() => messages.filter(({ type }) => type === "heartbeat").length).toBeGreaterThan(1);
    expect(messages.at(-1)).toEqual({ type: "heartbeat", seq: 0 });
  });

  it("is reached on both loopback addresses", async () => {
    const fixture = await startInProcessBridge();
    for (const host of LOOPBACK) {
      const { status } = await get(fixture, "/healthz", {
        host,
        servername: "localhost",
        headers: { Host: `localhost:${fixture.bridge.port}` },
      });
      expect(status).toBe(200);
    }
  });

  it("makes the source look again whether Outlook runs", async () => {
    const fixture = await startInProcessBridge();
    await connectClient(fixture);
    expect(fixture.source.refreshes).toBe(1);
  });

  it("gets the newest status in few messages after a burst of 10,000 changes", async () => {
    const fixture = await startInProcessBridge();
    const { messages } = await connectClient(fixture);
    for (let number = 0; number < 10_000; number += 1)
      fixture.source.report(reportOf(number % 2 === 0 ? "offline" : "online"));
    fixture.source.report({ ...reportOf("unknown"), source: { status: "unavailable", reason: "outlook-not-running" } });
    await expect
      .poll(() => messages.at(-1))
      .toMatchObject({ state: "unknown", source: { reason: "outlook-not-running" } });
    expect(messages.length).toBeLessThan(10);
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index));
  });
});

describe("stop", () => {
  it("closes panes with 1001, closes the source and every connection, and frees the port", async () => {
    const fixture = await startInProcessBridge();
    const { closed } = await connectClient(fixture);
    const { port } = fixture.bridge;
    // One that never begins its TLS handshake must not hold it up.
    const idle = connectPlain(port, "127.0.0.1");
    idle.on("error", () => undefined);
    await new Promise((resolve) => idle.once("connect", resolve));
    const began = performance.now();
    await Promise.all([fixture.bridge.stop(), fixture.bridge.stop()]);
    expect(performance.now() - began).toBeLessThan(HANGS_MS);
    expect(await closed).toBe(1001);
    expect(fixture.source.subscriptions).toBe(0);
    const next = await startInProcessBridge({ port });
    expect(next.bridge.port).toBe(port);
  });

  it("logs the last change before it resolves", async () => {
    const dataDirectory = resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryFolder() } });
    prepareDataDirectory(dataDirectory);
    const { log, close } = openLog(dataDirectory);
    const fixture = await startInProcessBridge({ dataDirectory, log });
    fixture.source.report(reportOf("offline"));
    await fixture.bridge.stop();
    close();
    expect(readFileSync(logFileOf(dataDirectory), "utf8")).toMatch(/"state":"offline".*"msg":"changed"/);
  });

  it("has logged each change of state or source, but no readings and confirmations", async () => {
    const dataDirectory = resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryFolder() } });
    prepareDataDirectory(dataDirectory);
    const { log, close } = openLog(dataDirectory);
    const fixture = await startInProcessBridge({ dataDirectory, log });
    const oneWay = { ...listening, notifies: { online: true, offline: false } };
    const at = Date.now() - 60_000;
    const online = { ...reportOf("online"), since: at, source: oneWay };
    const offline = { ...reportOf("offline"), since: at, source: oneWay };
    const reports = [
      { ...online, confirmedAt: at + 1000 },
      { ...online, confirmedAt: at + 2000 },
      { ...offline, reading: { at, outboxItems: 1 } },
      { ...offline, reading: { at, outboxItems: 2 } },
      { ...offline, source: listening },
    ];
    for (const [index, report] of reports.entries()) {
      fixture.source.report(report);
      await expect.poll(() => fixture.bridge.feed.seq).toBe(index + 1);
    }
    await fixture.bridge.stop();
    close();
    const changed = readFileSync(logFileOf(dataDirectory), "utf8")
      .split("\n")
      .filter((line) => line.includes('"msg":"changed"'));
    expect(changed.map((line) => /"state":"(\w+)"/.exec(line)?.[1])).toEqual(["unknown", "offline", "offline"]);
    expect(changed[0]).toContain(`"lastKnown":{"state":"online","at":${at + 1000}}`);
  });

  it("does not wait for a pane that does not respond", async () => {
    const fixture = await startInProcessBridge();
    const { socket, closed } = await connectClient(fixture);
    socket.pause();
    const began = performance.now();
    await fixture.bridge.stop();
    expect(performance.now() - began).toBeLessThan(HANGS_MS);
    socket.resume();
    await closed;
  });
});

describe("createBridge, if its port is taken", () => {
  it.each(LOOPBACK)("reports the port, with a remedy, and listens on no address (taken on %s)", async (host) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen({ port: 0, host }, resolve));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const failure = await startInProcessBridge({ port }).catch((error: unknown) => error);
    await new Promise((resolve) => other.close(resolve));
    if (!(failure instanceof PortTaken)) throw new Error(String(failure));
    expect(failure.message).toContain(String(port));
    expect(failure.remedy).toContain("--port");
    expect((await startInProcessBridge({ port })).bridge.port).toBe(port);
  });
});

describe("plain requests", () => {
  it("get the health", async () => {
    const fixture = await startInProcessBridge();
    fixture.source.report(reportOf("offline"));
    await connectClient(fixture);
    const { status, headers, body } = await get(fixture, "/healthz");
    expect(status).toBe(200);
    expect(headers["content-type"]).toMatch(/^application\/json/);
    expect(headers["cache-control"]).toBe("no-store");
    expect(JSON.parse(body)).toEqual({
      status: "ok",
      state: "offline",
      source: listening,
      clients: 1,
      version: "1.2.3",
    });
  });

  it("get the last known state and the reading with the health", async () => {
    const fixture = await startInProcessBridge();
    const at = Date.now() - 60_000;
    const source = { ...listening, notifies: { online: true, offline: false } };
    const reading = { at, exchangeConnectionMode: 700, outboxItems: 3 };
    fixture.source.report({ ...reportOf("online"), confirmedAt: at, reading, source });
    expect(JSON.parse((await get(fixture, "/healthz")).body)).toEqual({
      ...{ status: "ok", state: "unknown", source, clients: 0, version: "1.2.3" },
      lastKnown: { state: "online", at },
      reading: { at, connection: "connected", outboxItems: 3 },
    });
  });

  it("get a history in which a state ends when it was last known, if Outlook does not notify its end", async () => {
    const log = silentLog();
    const dataDirectory = (await startInProcessBridge()).dataDirectory;
    const history = new Recorder({ store: await openStore(dataDirectory.history, log, () => undefined), log });
    const fixture = await startInProcessBridge({ history });
    const source = { ...listening, notifies: { online: true, offline: false } };
    const now = Date.now();
    const online = { ...reportOf("online"), since: now - 600_000, ageMs: 600_000, source };
    const spans = async (): Promise<unknown[]> => {
      const validated = parseHistory((await get(fixture, "/history?hours=1")).body);
      if (validated.kind !== "message") throw new Error(validated.kind);
      return validated.message.spans.slice(1).map(({ state, from, to }) => [state, from, Math.min(to, now)]);
    };
    fixture.source.report({ ...online, confirmedAt: now - 300_000 });
    expect(await spans()).toEqual([
      ["online", now - 600_000, now - 300_000],
      ["unknown", now - 300_000, now],
    ]);
    fixture.source.report({ ...online, confirmedAt: now - 100_000 });
    await expect.poll(() => fixture.bridge.feed.seq).toBe(2);
    expect(await spans()).toEqual([
      ["online", now - 600_000, now - 100_000],
      ["unknown", now - 100_000, now],
    ]);
    history.close();
  });

  it("get the history of the requested hours", async () => {
    const log = silentLog();
    const dataDirectory = (await startInProcessBridge()).dataDirectory;
    const history = new Recorder({ store: await openStore(dataDirectory.history, log, () => undefined), log });
    const fixture = await startInProcessBridge({ history });
    fixture.source.report(reportOf("online"));
    await expect.poll(async () => (await get(fixture, "/history?hours=1")).body).toMatch(/"state":"online"[^{]*\]\}$/);
    for (const [query, hours] of [
      ["", 24],
      ["?hours=1", 1],
      ["?hours=720", 720],
    ] as const) {
      const { status, body } = await get(fixture, `/history${query}`);
      expect(status).toBe(200);
      const validated = parseHistory(body);
      if (validated.kind !== "message") throw new Error(body);
      const { now, from, spans } = validated.message;
      expect(now - from).toBe(hours * 3_600_000);
      expect(spans.at(-1)?.state).toBe("online");
    }
    history.close();
  });

  it("get a history with the change that was published just before", async () => {
    const log = silentLog();
    const dataDirectory = (await startInProcessBridge()).dataDirectory;
    const history = new Recorder({ store: await openStore(dataDirectory.history, log, () => undefined), log });
    const fixture = await startInProcessBridge({ history });
    const { port } = fixture.bridge;
    const asking = connect({ host: "127.0.0.1", port, ca: fixture.ca, servername: "localhost" });
    await once(asking, "secureConnect");
    asking.write(`GET /history?hours=1 HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n`);
    fixture.source.report({ ...reportOf("offline"), since: Date.now() - 60_000 });
    asking.end("\r\n");
    expect(await text(asking)).toMatch(/"state":"offline"[^{]*\]\}$/);
    history.close();
  });

  it("get a long history in pieces while the client reads slowly, and panes are served meanwhile", async () => {
    const { fixture, history } = await withLongHistory();
    const { messages } = await connectClient(fixture);
    const { port } = fixture.bridge;
    const options = { host: "127.0.0.1", servername: "localhost", port, ca: fixture.ca, path: "/history?hours=720" };
    const sent = request({ ...options, headers: { Host: `localhost:${port}` }, agent: false }).end();
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    expect(response.headers["content-length"]).toBeUndefined();
    expect(response.headers["content-type"]).toMatch(/^application\/json/);
    response.pause();
    const before = messages.length;
    fixture.source.report(reportOf("offline"));
    await expect.poll(() => messages.slice(before)).toMatchObject([{ type: "change", state: "offline" }]);
    const validated = parseHistory(await text(response));
    if (validated.kind !== "message") throw new Error(JSON.stringify(validated));
    expect(validated.message.spans.filter(({ state }) => state === "online")).toHaveLength(LONG_HISTORY / 2);
    history.close();
  });

  it("cause no error if they end before a long history has been sent", async () => {
    const lines: string[] = [];
    const log = pino({ level: "error" }, { write: (line: string) => lines.push(line) });
    const { fixture, history, pieces } = await withLongHistory(log);
    const { port } = fixture.bridge;
    const options = { host: "127.0.0.1", servername: "localhost", port, ca: fixture.ca, path: "/history?hours=720" };
    const sent = request({ ...options, headers: { Host: `localhost:${port}` }, agent: false }).end();
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    response.on("error", () => undefined).destroy();
    await expect.poll(() => pieces.ended).toBe(1);
    expect(pieces.read).toBeLessThan(LONG_HISTORY / 500);
    expect(lines).toEqual([]);
    history.close();
  });

  it.each(["0", "721", "-1", "1.5", "abc", "", "24&hours=3", "00001", "1e2"])(
    "are refused with 400 if they request %j hours",
    async (hours) => {
      const { status, body } = await get(await startInProcessBridge(), `/history?hours=${hours}`);
      expect(status).toBe(400);
      expect(body).toContain("1 to 720");
    },
  );

  it("get the pane's files with their types; only names with a hash are cached", async () => {
    const fixture = await startInProcessBridge();
    const files: [string, RegExp, RegExp][] = [
      ["taskpane.html", /^text\/html/, /^no-cache$/],
      ["sw.js", /^text\/javascript/, /^no-cache$/],
      ["taskpane.3f2a9c1be0d4.js", /^text\/javascript/, /immutable/],
      ["taskpane.3f2a9c1be0d4.css", /^text\/css/, /immutable/],
      ["fr/office_strings.js", /^text\/javascript/, /^no-cache$/],
      ["icon-16.png", /^image\/png/, /^no-cache$/],
    ];
    for (const [name, type, caching] of files) {
      if (name !== "taskpane.html") writeFileSync(join(fixture.paneFolder, name), name);
      const { status, headers } = await get(fixture, `/${name}`);
      expect(status).toBe(200);
      expect(headers["content-type"]).toMatch(type);
      expect(headers["cache-control"]).toMatch(caching);
      expect(headers["x-content-type-options"]).toBe("nosniff");
    }
  });

  it("get a content security policy without anything unsafe; only that of the page allows its inline code", async () => {
    const fixture = await startInProcessBridge();
    const policy = async (path: string): Promise<string> =>
      String((await get(fixture, path)).headers["content-security-policy"]);
    writeFileSync(join(fixture.paneFolder, "taskpane.html"), "<style>p{}</style><script>now()</script>");
    const page = await policy("/taskpane.html");
    expect(page).toMatch(/(^|;)script-src 'self' 'sha256-[\w+/=]{44}'(;|$)/);
    expect(page).toMatch(/(^|;)style-src 'self' 'sha256-[\w+/=]{44}'(;|$)/);
    const others = await Promise.all(["/healthz", "/sw.js", "/nothing", "/"].map(policy));
    for (const other of others) {
      expect(other).toMatch(/(^|;)script-src 'self'(;|$)/);
      expect(other).toMatch(/(^|;)style-src 'self'(;|$)/);
    }
    for (const one of [page, ...others]) expect(one).not.toContain("unsafe");

    writeFileSync(join(fixture.paneFolder, "taskpane.html"), "<script>later()</script>");
    const later = await policy("/taskpane.html");
    expect(later).toMatch(/(^|;)style-src 'self'(;|$)/);
    expect(later).not.toBe(page);
  });

  it("are redirected from / to the pane, and get 404 for unknown paths", async () => {
    const fixture = await startInProcessBridge();
    expect(await get(fixture, "/")).toMatchObject({ status: 302, headers: { location: "/taskpane.html" } });
    for (const path of ["/nothing.js", "/fr", "/fr/", "/.hidden"])
      expect(await get(fixture, path)).toMatchObject({ status: 404 });
  });

  it("are refused with 403 if the peer is not trusted, or cannot be determined", async () => {
    for (const peer of [
      () => Promise.resolve({ trusted: false, why: "another user" } as const),
      () => Promise.reject(new Error("unknown")),
    ]) {
      const fixture = await startInProcessBridge({ peer });
      const { status, body } = await get(fixture, "/healthz");
      expect(status).toBe(403);
      expect(body).not.toContain("state");
      await expect(connectClient(fixture)).rejects.toThrow("403");
    }
  });
});

describe("the certificate of a running bridge", () => {
  it("is renewed for new connections before it ends, and panes that are connected stay", async () => {
    let ahead = 0;
    const fixture = await startInProcessBridge({
      certificates: { checkIntervalMs: 20, now: () => Date.now() + ahead },
    });
    const { socket } = await connectClient(fixture);
    const old = await servedBy(fixture);
    expect(old).toBe(onDisk(fixture));
    ahead = 380 * 86_400_000;
    await expect.poll(() => servedBy(fixture), { timeout: 15_000, interval: 200 }).not.toBe(old);
    expect(await servedBy(fixture)).toBe(onDisk(fixture));
    expect(socket.readyState).toBe(socket.OPEN);
  });

  it("is replaced without a restart by one that an administrator has installed", async () => {
    const fixture = await startInProcessBridge();
    const { socket } = await connectClient(fixture);
    const other = temporaryFolder();
    await ensureCertificates({ folder: other, log: silentLog() });
    for (const file of ["ca.crt", "localhost.crt", "localhost.key"])
      copyFileSync(join(other, file), join(fixture.dataDirectory.certificates, file));
    await expect.poll(() => servedBy(fixture), { timeout: 15_000, interval: 200 }).toBe(onDisk(fixture));
    expect(socket.readyState).toBe(socket.OPEN);
  });

  it("is not renewed once the bridge has stopped, not even if a renewal has begun", async () => {
    let ahead = 0;
    let isAsked = false;
    const fixture = await startInProcessBridge({
      certificates: { checkIntervalMs: 20, now: () => Date.now() + ahead },
      trust: () => {
        if (ahead === 0) return Promise.resolve();
        isAsked = true;
        return new Promise((resolve) => setTimeout(resolve, 300));
      },
    });
    const folder = fixture.dataDirectory.certificates;
    const files = readdirSync(folder).sort();
    ahead = 380 * 86_400_000;
    await expect.poll(() => isAsked, { timeout: 30_000, interval: 2 }).toBe(true);
    await fixture.bridge.stop();
    expect(readdirSync(folder).sort()).toEqual(files);
    const asStopped = readFileSync(join(folder, "localhost.crt"), "utf8");
    // Longer than making a set takes: one that went on would be seen.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(readdirSync(folder).sort()).toEqual(files);
    expect(readFileSync(join(folder, "localhost.crt"), "utf8")).toBe(asStopped);
  });
});

const LONG_HISTORY = 60_000;

/** A bridge with a history that no socket holds whole. `pieces` counts those that were read, and the readings that ended. */
async function withLongHistory(
  log = silentLog(),
): Promise<{ fixture: InProcessBridge; history: Recorder; pieces: { read: number; ended: number } }> {
  const { dataDirectory } = await startInProcessBridge();
  const store = await openStore(dataDirectory.history, log, () => undefined);
  const from = Date.now() - LONG_HISTORY * 1000;
  store.write(
    Array.from({ length: LONG_HISTORY }, (_, at) => ({
      number: at + 1,
      state: at % 2 === 0 ? "online" : "unknown",
      from: from + at * 1000,
      to: from + (at + 1) * 1000,
    })),
  );
  store.close();
  const history = new Recorder({ store: await openStore(dataDirectory.history, log, () => undefined), log });
  const pieces = { read: 0, ended: 0 };
  const read = history.read.bind(history);
  history.read = (hours) => {
    const { pages, ...head } = read(hours);
    async function* countedPages(): typeof pages {
      try {
        for await (const page of pages) {
          pieces.read += 1;
          yield page;
        }
      } finally {
        pieces.ended += 1;
      }
    }
    return { ...head, pages: countedPages() };
  };
  // However slow the machine is, the client that waits is not given up.
  const limits = { stallMs: 120_000 };
  return { fixture: await startInProcessBridge({ history, log, limits }), history, pieces };
}

function onDisk({ dataDirectory }: InProcessBridge): string {
  return new X509Certificate(readFileSync(join(dataDirectory.certificates, "localhost.crt"))).fingerprint256;
}

/** The fingerprint of what a new connection is shown, whatever the clock of the test says about it. */
function servedBy({ bridge }: InProcessBridge): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({
      host: "127.0.0.1",
      port: bridge.port,
      servername: "localhost",
      rejectUnauthorized: false,
    });
    socket.on("error", () => {
      resolve(undefined);
    });
    socket.on("secureConnect", () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256);
      socket.destroy();
    });
  });
}
