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
import { LOOPBACK } from "../../test/support/loopback.js";
import {
  get,
  listening,
  openPane,
  reportOf,
  startPlugged,
  type PluggedBridge,
} from "../../test/support/plugged-bridge.js";
import { temporaryHome } from "../../test/support/temporary-home.js";
import { validateHistory } from "../../shared/src/validate.js";
import { ensureCertificates } from "./certificates/certificates.js";
import { openStore } from "./history/open-store.js";
import { Recorder } from "./history/recorder.js";
import { prepareHome, resolveHome } from "./home/home.js";
import { logFileOf, openLog, silentLog } from "./log/log.js";
import { PortTaken } from "./server/listen.js";

/** No expectation of speed: what is given up after its own limit of a second or two must not wait for ever. */
const HANGS_MS = 15_000;

describe("a pane", () => {
  it("gets a snapshot and then each change, over TLS that its CA vouches for", async () => {
    const plugged = await startPlugged();
    plugged.source.tell(reportOf("online"));
    const { messages, socket } = await openPane(plugged);
    expect(socket.protocol).toBe("offline-state.v1");
    expect(socket.extensions).toBe("");
    expect(messages).toMatchObject([{ type: "snapshot", seq: 1, state: "online", bridge: { version: "1.2.3" } }]);
    await new Promise((resolve) => setTimeout(resolve, 60));
    plugged.source.tell(reportOf("offline"));
    await expect.poll(() => messages.length).toBe(2);
    expect(messages[1]).toMatchObject({ type: "change", seq: 2, state: "offline", source: listening });
  });

  it("gets heartbeats with the present number", async () => {
    const { messages } = await openPane(await startPlugged({ feed: { heartbeatMs: 100 } }));
    await expect.poll(() => messages.filter(({ type }) => type === "heartbeat").length).toBeGreaterThan(1);
    expect(messages.at(-1)).toEqual({ type: "heartbeat", seq: 0 });
  });

  it("is reached on both loopback addresses", async () => {
    const plugged = await startPlugged();
    for (const host of LOOPBACK) {
      const { status } = await get(plugged, "/healthz", {
        host,
        servername: "localhost",
        headers: { Host: `localhost:${plugged.bridge.port}` },
      });
      expect(status).toBe(200);
    }
  });

  it("has the source look again whether Outlook runs", async () => {
    const plugged = await startPlugged();
    await openPane(plugged);
    expect(plugged.source.looks).toBe(1);
  });

  it("sees the truth when the source goes, also in a burst of 10,000 changes, in few messages", async () => {
    const plugged = await startPlugged();
    const { messages } = await openPane(plugged);
    for (let number = 0; number < 10_000; number += 1)
      plugged.source.tell(reportOf(number % 2 === 0 ? "offline" : "online"));
    plugged.source.tell({ ...reportOf("online"), source: { status: "unavailable", reason: "outlook-not-running" } });
    await expect
      .poll(() => messages.at(-1))
      .toMatchObject({ state: "unknown", source: { reason: "outlook-not-running" } });
    expect(messages.length).toBeLessThan(10);
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index));
  });
});

describe("a bridge that stops", () => {
  it("says goodbye with 1001, ends the source and every connection, and frees the port", async () => {
    const plugged = await startPlugged();
    const { closed } = await openPane(plugged);
    const { port } = plugged.bridge;
    // One that never begins its TLS handshake must not hold it up.
    const idle = connectPlain(port, "127.0.0.1");
    idle.on("error", () => undefined);
    await new Promise((resolve) => idle.once("connect", resolve));
    const began = performance.now();
    await Promise.all([plugged.bridge.stop(), plugged.bridge.stop()]);
    expect(performance.now() - began).toBeLessThan(HANGS_MS);
    expect(await closed).toBe(1001);
    expect(plugged.source.subscriptions).toBe(0);
    const next = await startPlugged({ port });
    expect(next.bridge.port).toBe(port);
  });

  it("has said in its log what it told last, however soon it stops", async () => {
    const home = resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryHome() } });
    prepareHome(home);
    const { log, close } = openLog(home);
    const plugged = await startPlugged({ home, log });
    plugged.source.tell(reportOf("offline"));
    await plugged.bridge.stop();
    close();
    expect(readFileSync(logFileOf(home), "utf8")).toMatch(/"state":"offline".*"msg":"changed"/);
  });

  it("has logged each change of state or source, and neither readings nor confirmations", async () => {
    const home = resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryHome() } });
    prepareHome(home);
    const { log, close } = openLog(home);
    const plugged = await startPlugged({ home, log });
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
      plugged.source.tell(report);
      await expect.poll(() => plugged.bridge.feed.seq).toBe(index + 1);
    }
    await plugged.bridge.stop();
    close();
    const changed = readFileSync(logFileOf(home), "utf8")
      .split("\n")
      .filter((line) => line.includes('"msg":"changed"'));
    expect(changed.map((line) => /"state":"(\w+)"/.exec(line)?.[1])).toEqual(["unknown", "offline", "offline"]);
    expect(changed[0]).toContain(`"lastKnown":{"state":"online","at":${at + 1000}}`);
  });

  it("does not wait for a pane that does not answer", async () => {
    const plugged = await startPlugged();
    const { socket, closed } = await openPane(plugged);
    socket.pause();
    const began = performance.now();
    await plugged.bridge.stop();
    expect(performance.now() - began).toBeLessThan(HANGS_MS);
    socket.resume();
    await closed;
  });
});

describe("a port that is taken", () => {
  it.each(LOOPBACK)("on %s is named, with what helps, and nothing goes on listening", async (host) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen({ port: 0, host }, resolve));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const failure = await startPlugged({ port }).catch((thrown: unknown) => thrown);
    await new Promise((resolve) => other.close(resolve));
    if (!(failure instanceof PortTaken)) throw new Error(String(failure));
    expect(failure.message).toContain(String(port));
    expect(failure.remedy).toContain("--port");
    expect((await startPlugged({ port })).bridge.port).toBe(port);
  });
});

describe("plain requests", () => {
  it("are told the health", async () => {
    const plugged = await startPlugged();
    plugged.source.tell(reportOf("offline"));
    await openPane(plugged);
    const { status, headers, body } = await get(plugged, "/healthz");
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

  it("are told the last known state and the reading with the health, while the source listens", async () => {
    const plugged = await startPlugged();
    const at = Date.now() - 60_000;
    const source = { ...listening, notifies: { online: true, offline: false } };
    const reading = { at, exchangeConnectionMode: 700, outboxItems: 3 };
    plugged.source.tell({ ...reportOf("online"), confirmedAt: at, reading, source });
    expect(JSON.parse((await get(plugged, "/healthz")).body)).toEqual({
      ...{ status: "ok", state: "unknown", source, clients: 0, version: "1.2.3" },
      lastKnown: { state: "online", at },
      reading: { at, connection: "connected", outboxItems: 3 },
    });
  });

  it("are told a history in which a state ends when it was known last, if Outlook does not notify its end", async () => {
    const log = silentLog();
    const home = (await startPlugged()).home;
    const history = new Recorder({ store: await openStore(home.history, log, () => undefined), log });
    const plugged = await startPlugged({ history });
    const source = { ...listening, notifies: { online: true, offline: false } };
    const now = Date.now();
    const online = { ...reportOf("online"), since: now - 600_000, ageMs: 600_000, source };
    const spans = async (): Promise<unknown[]> => {
      const validated = validateHistory((await get(plugged, "/history?hours=1")).body);
      if (validated.kind !== "message") throw new Error(validated.kind);
      return validated.message.spans.slice(1).map(({ state, from, to }) => [state, from, Math.min(to, now)]);
    };
    plugged.source.tell({ ...online, confirmedAt: now - 300_000 });
    expect(await spans()).toEqual([
      ["online", now - 600_000, now - 300_000],
      ["unknown", now - 300_000, now],
    ]);
    plugged.source.tell({ ...online, number: 2, confirmedAt: now - 100_000 });
    await expect.poll(() => plugged.bridge.feed.seq).toBe(2);
    expect(await spans()).toEqual([
      ["online", now - 600_000, now - 100_000],
      ["unknown", now - 100_000, now],
    ]);
    history.close();
  });

  it("are told the history, for as many hours as they ask", async () => {
    const log = silentLog();
    const home = (await startPlugged()).home;
    const history = new Recorder({ store: await openStore(home.history, log, () => undefined), log });
    const plugged = await startPlugged({ history });
    plugged.source.tell(reportOf("online"));
    await expect.poll(async () => (await get(plugged, "/history?hours=1")).body).toMatch(/"state":"online"[^{]*\]\}$/);
    for (const [query, hours] of [
      ["", 24],
      ["?hours=1", 1],
      ["?hours=720", 720],
    ] as const) {
      const { status, body } = await get(plugged, `/history${query}`);
      expect(status).toBe(200);
      const validated = validateHistory(body);
      if (validated.kind !== "message") throw new Error(body);
      const { now, from, spans } = validated.message;
      expect(now - from).toBe(hours * 3_600_000);
      expect(spans.at(-1)?.state).toBe("online");
    }
    history.close();
  });

  it("are told the change that has only just been told", async () => {
    const log = silentLog();
    const home = (await startPlugged()).home;
    const history = new Recorder({ store: await openStore(home.history, log, () => undefined), log });
    const plugged = await startPlugged({ history });
    const { port } = plugged.bridge;
    const asking = connect({ host: "127.0.0.1", port, ca: plugged.ca, servername: "localhost" });
    await once(asking, "secureConnect");
    asking.write(`GET /history?hours=1 HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n`);
    plugged.source.tell({ ...reportOf("offline"), since: Date.now() - 60_000 });
    asking.end("\r\n");
    expect(await text(asking)).toMatch(/"state":"offline"[^{]*\]\}$/);
    history.close();
  });

  it("get a long history in pieces while the client reads slowly, and panes are served meanwhile", async () => {
    const { plugged, history } = await withLongHistory();
    const { messages } = await openPane(plugged);
    const { port } = plugged.bridge;
    const options = { host: "127.0.0.1", servername: "localhost", port, ca: plugged.ca, path: "/history?hours=720" };
    const asked = request({ ...options, headers: { Host: `localhost:${port}` }, agent: false }).end();
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    expect(response.headers["content-length"]).toBeUndefined();
    expect(response.headers["content-type"]).toMatch(/^application\/json/);
    response.pause();
    const before = messages.length;
    plugged.source.tell(reportOf("offline"));
    await expect.poll(() => messages.slice(before)).toMatchObject([{ type: "change", state: "offline" }]);
    const validated = validateHistory(await text(response));
    if (validated.kind !== "message") throw new Error(JSON.stringify(validated));
    expect(validated.message.spans.filter(({ state }) => state === "online")).toHaveLength(LONG_HISTORY / 2);
    history.close();
  });

  it("that end before a long history has been sent are not reported as failures", async () => {
    const lines: string[] = [];
    const log = pino({ level: "error" }, { write: (line: string) => lines.push(line) });
    const { plugged, history, pieces } = await withLongHistory(log);
    const { port } = plugged.bridge;
    const options = { host: "127.0.0.1", servername: "localhost", port, ca: plugged.ca, path: "/history?hours=720" };
    const asked = request({ ...options, headers: { Host: `localhost:${port}` }, agent: false }).end();
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    response.on("error", () => undefined).destroy();
    await expect.poll(() => pieces.ended).toBe(1);
    expect(pieces.read).toBeLessThan(LONG_HISTORY / 500);
    expect(lines).toEqual([]);
    history.close();
  });

  it.each(["0", "721", "-1", "1.5", "abc", "", "24&hours=3", "00001", "1e2"])(
    "may not ask for %j hours",
    async (hours) => {
      const { status, body } = await get(await startPlugged(), `/history?hours=${hours}`);
      expect(status).toBe(400);
      expect(body).toContain("1 to 720");
    },
  );

  it("get the pane's files with their types; only names with a hash may be kept", async () => {
    const plugged = await startPlugged();
    const files: [string, RegExp, RegExp][] = [
      ["taskpane.html", /^text\/html/, /^no-cache$/],
      ["sw.js", /^text\/javascript/, /^no-cache$/],
      ["taskpane.3f2a9c1be0d4.js", /^text\/javascript/, /immutable/],
      ["taskpane.3f2a9c1be0d4.css", /^text\/css/, /immutable/],
      ["fr/office_strings.js", /^text\/javascript/, /^no-cache$/],
      ["icon-16.png", /^image\/png/, /^no-cache$/],
    ];
    for (const [name, type, caching] of files) {
      if (name !== "taskpane.html") writeFileSync(join(plugged.paneFolder, name), name);
      const { status, headers } = await get(plugged, `/${name}`);
      expect(status).toBe(200);
      expect(headers["content-type"]).toMatch(type);
      expect(headers["cache-control"]).toMatch(caching);
      expect(headers["x-content-type-options"]).toBe("nosniff");
    }
  });

  it("are told a policy without anything unsafe; only the page's own names what stands in it", async () => {
    const plugged = await startPlugged();
    const policy = async (path: string): Promise<string> =>
      String((await get(plugged, path)).headers["content-security-policy"]);
    writeFileSync(join(plugged.paneFolder, "taskpane.html"), "<style>p{}</style><script>now()</script>");
    const page = await policy("/taskpane.html");
    expect(page).toMatch(/(^|;)script-src 'self' 'sha256-[\w+/=]{44}'(;|$)/);
    expect(page).toMatch(/(^|;)style-src 'self' 'sha256-[\w+/=]{44}'(;|$)/);
    const others = await Promise.all(["/healthz", "/sw.js", "/nothing", "/"].map(policy));
    for (const other of others) {
      expect(other).toMatch(/(^|;)script-src 'self'(;|$)/);
      expect(other).toMatch(/(^|;)style-src 'self'(;|$)/);
    }
    for (const one of [page, ...others]) expect(one).not.toContain("unsafe");

    writeFileSync(join(plugged.paneFolder, "taskpane.html"), "<script>later()</script>");
    const later = await policy("/taskpane.html");
    expect(later).toMatch(/(^|;)style-src 'self'(;|$)/);
    expect(later).not.toBe(page);
  });

  it("are led from / to the pane, and told plainly what is not there", async () => {
    const plugged = await startPlugged();
    expect(await get(plugged, "/")).toMatchObject({ status: 302, headers: { location: "/taskpane.html" } });
    for (const path of ["/nothing.js", "/fr", "/fr/", "/.hidden"])
      expect(await get(plugged, path)).toMatchObject({ status: 404 });
  });

  it("are refused with 403 when the peer is not trusted, or cannot be found out", async () => {
    for (const peer of [
      () => Promise.resolve({ trusted: false, why: "another user" } as const),
      () => Promise.reject(new Error("unknown")),
    ]) {
      const plugged = await startPlugged({ peer });
      const { status, body } = await get(plugged, "/healthz");
      expect(status).toBe(403);
      expect(body).not.toContain("state");
      await expect(openPane(plugged)).rejects.toThrow("403");
    }
  });
});

describe("the certificate of a running bridge", () => {
  it("is renewed for new connections before it ends, and panes that are connected stay", async () => {
    let ahead = 0;
    const plugged = await startPlugged({ certificates: { checkMs: 20, now: () => Date.now() + ahead } });
    const { socket } = await openPane(plugged);
    const old = await servedBy(plugged);
    expect(old).toBe(onDisk(plugged));
    ahead = 380 * 86_400_000;
    await expect.poll(() => servedBy(plugged), { timeout: 15_000, interval: 200 }).not.toBe(old);
    expect(await servedBy(plugged)).toBe(onDisk(plugged));
    expect(socket.readyState).toBe(socket.OPEN);
  });

  it("is the one that an administrator has put in the place of the old, without a restart", async () => {
    const plugged = await startPlugged();
    const { socket } = await openPane(plugged);
    const other = temporaryHome();
    await ensureCertificates({ folder: other, log: silentLog() });
    for (const file of ["ca.crt", "localhost.crt", "localhost.key"])
      copyFileSync(join(other, file), join(plugged.home.certificates, file));
    await expect.poll(() => servedBy(plugged), { timeout: 15_000, interval: 200 }).toBe(onDisk(plugged));
    expect(socket.readyState).toBe(socket.OPEN);
  });

  it("is left alone once the bridge has stopped, also in the middle of a renewal", async () => {
    let ahead = 0;
    let isAsked = false;
    const plugged = await startPlugged({
      certificates: { checkMs: 20, now: () => Date.now() + ahead },
      trust: () => {
        if (ahead === 0) return Promise.resolve();
        isAsked = true;
        return new Promise((resolve) => setTimeout(resolve, 300));
      },
    });
    const folder = plugged.home.certificates;
    const files = readdirSync(folder).sort();
    ahead = 380 * 86_400_000;
    await expect.poll(() => isAsked, { timeout: 30_000, interval: 2 }).toBe(true);
    await plugged.bridge.stop();
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
): Promise<{ plugged: PluggedBridge; history: Recorder; pieces: { read: number; ended: number } }> {
  const { home } = await startPlugged();
  const store = await openStore(home.history, log, () => undefined);
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
  const history = new Recorder({ store: await openStore(home.history, log, () => undefined), log });
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
  return { plugged: await startPlugged({ history, log, limits }), history, pieces };
}

function onDisk({ home }: PluggedBridge): string {
  return new X509Certificate(readFileSync(join(home.certificates, "localhost.crt"))).fingerprint256;
}

/** The fingerprint of what a new connection is shown, whatever the clock of the test says about it. */
function servedBy({ bridge }: PluggedBridge): Promise<string | undefined> {
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
