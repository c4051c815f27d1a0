import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import type { Clock } from "./clock.js";
import { FeedClient, retryDelay, type Connection } from "./feed-client.js";

/** Short, so that two heartbeats are soon missed: after 2 × 100 ms and 1 s of tolerance. */
const HEARTBEAT_MS = 100;

const status = {
  state: "online",
  since: null,
  ageMs: 5,
  source: { status: "listening", profile: "p", outlook: "16", notifies: { online: true, offline: true } },
} as const;
const snapshot = (seq = 0, epoch = "e1") => ({
  type: "snapshot",
  protocol: 1,
  epoch,
  seq,
  ...status,
  heartbeatMs: HEARTBEAT_MS,
  bridge: { version: "1" },
});

/** A bridge on real sockets; each test sends its messages itself. */
let server: Server;
let feed: WebSocketServer;
let port = 0;
let connects: number[] = [];
let onConnect: (socket: WebSocket) => void = () => undefined;

/** HTTP status of a plain request for the feed. */
let probeStatus = 426;
/** HTTP status with which WebSockets are refused; null accepts them. */
let upgradeRefusal: number | null = null;
let probes = 0;
let onUpgrade: () => void = () => undefined;

async function startBridge(): Promise<void> {
  server = createServer((_request, response) => {
    probes += 1;
    response.writeHead(probeStatus).end();
  });
  feed = new WebSocketServer({
    server,
    verifyClient: (_info, callback) => {
      callback(upgradeRefusal === null, upgradeRefusal ?? undefined);
      onUpgrade();
    },
  });
  feed.on("connection", (socket) => {
    connects.push(performance.now());
    onConnect(socket);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
}

async function stopBridge(): Promise<void> {
  for (const socket of feed.clients) socket.terminate();
  server.close();
  await once(server, "close");
}

const send = (message: object | string): void => {
  for (const socket of feed.clients) socket.send(typeof message === "string" ? message : JSON.stringify(message));
};

/** The real clock, with the pending timers known and the wall clock settable. */
const timers = new Set<NodeJS.Timeout>();
let wallOffset = 0;
let reports: Connection[] = [];
/** The delay of each retry when it was reported, in milliseconds. */
let delays: number[] = [];
let clients: FeedClient[] = [];
const clock: Clock = {
  now: () => ({ monotonic: performance.now(), wall: Date.now() + wallOffset }),
  after: (ms, task) => {
    const id = setTimeout(() => {
      timers.delete(id);
      task();
    }, ms);
    timers.add(id);
    return () => {
      timers.delete(id);
      clearTimeout(id);
    };
  },
};

function open(visible = true): FeedClient {
  const [ownReports, ownDelays] = [reports, delays];
  const client = new FeedClient({
    clock,
    visible,
    openSocket: () => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/feed`);
      socket.on("error", () => undefined);
      return socket;
    },
    probe: (signal) =>
      fetch(`http://127.0.0.1:${port}/feed`, { signal }).then(
        ({ status: httpStatus }) => httpStatus,
        () => null,
      ),
    onChange: (connection) => {
      ownReports.push(connection);
      if (connection.phase === "waiting") ownDelays.push((connection.retryAt ?? Infinity) - performance.now());
    },
  });
  clients.push(client);
  client.start();
  return client;
}

const last = (): Connection | undefined => reports.at(-1);
const until = (phase: Connection["phase"], within = 3000): Promise<void> =>
  vi.waitFor(
    () => {
      expect(last()?.phase).toBe(phase);
    },
    { timeout: within, interval: 2 },
  );
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

beforeEach(async () => {
  port = 0;
  connects = [];
  probeStatus = 426;
  upgradeRefusal = null;
  probes = 0;
  onUpgrade = () => undefined;
  reports = [];
  delays = [];
  wallOffset = 0;
  clients = [];
  onConnect = (socket) => {
    socket.send(JSON.stringify(snapshot()));
  };
  await startBridge();
});

afterEach(async () => {
  for (const client of clients) client.setVisible(false);
  await stopBridge().catch(() => undefined);
});

describe("retryDelay", () => {
  it("returns at most 250 ms for the first retry", () => {
    expect(retryDelay(0, 0)).toBeGreaterThan(0);
    expect(retryDelay(0, 0.999)).toBeLessThanOrEqual(250);
  });

  it("returns at most 5 s after any number of failures", () => {
    for (const failures of [0, 1, 4, 5, 20, 1e6]) expect(retryDelay(failures, 0.9999)).toBeLessThanOrEqual(5000);
    expect(retryDelay(1e6, 0.9999)).toBeGreaterThan(4900);
  });

  it("grows, and differs between two panes", () => {
    expect(retryDelay(3, 0)).toBeGreaterThanOrEqual(retryDelay(1, 0.999));
    expect(retryDelay(3, 0.1)).not.toBe(retryDelay(3, 0.9));
  });
});

describe("FeedClient", () => {
  it("is live after the first snapshot and reports its status", async () => {
    open();
    expect(last()?.phase).toBe("connecting");
    await until("live");
    expect(last()).toMatchObject({ status: { state: "online", ageMs: 5 }, bridgeVersion: "1" });
  });

  it("reports each change, and nothing for a heartbeat", async () => {
    open();
    await until("live");
    send({ type: "change", seq: 1, ...status, state: "offline" });
    send({ type: "heartbeat", seq: 1 });
    send({ type: "change", seq: 2, ...status, state: "online" });
    await vi.waitFor(() => {
      expect(reports.map((one) => (one.phase === "live" ? one.status.state : one.phase))).toEqual([
        "connecting",
        "online",
        "offline",
        "online",
      ]);
    });
  });

  it("reconnects when the bridge is back", async () => {
    open();
    await until("live");
    const heartbeats = setInterval(() => {
      send({ type: "heartbeat", seq: 0 });
    }, HEARTBEAT_MS);
    await pause(1100);
    clearInterval(heartbeats);
    await stopBridge();
    await until("waiting");
    expect(last()).toMatchObject({ reason: "unreachable", failures: 0 });
    await startBridge();
    await until("live");
    expect(connects).toHaveLength(2);
  });

  it("retries within 250 ms first, and within 5 s after any failure", { timeout: 15_000 }, async () => {
    await stopBridge();
    open();
    await vi.waitFor(
      () => {
        expect(delays).toHaveLength(6);
      },
      { timeout: 10_000 },
    );
    expect(delays[0]).toBeLessThanOrEqual(250);
    expect(delays[5]).toBeGreaterThan(1000);
    expect(Math.max(...delays)).toBeLessThanOrEqual(5000);
    expect(last()).toMatchObject({ failures: 6 });
    await startBridge();
  });

  it.each<[string, object | string, string]>([
    ["a change with a gap in seq", { type: "change", seq: 2, ...status }, "gap"],
    ["a heartbeat with a newer seq", { type: "heartbeat", seq: 1 }, "gap"],
    ["a snapshot with another epoch", snapshot(0, "e2"), "gap"],
    ["a message type that the protocol does not have", { type: "hello" }, "malformed"],
    ["invalid JSON", "{", "malformed"],
    [
      "a state from a source that is not listening",
      { type: "change", seq: 1, ...status, source: { status: "starting" } },
      "malformed",
    ],
  ])("reconnects after %s", async (_name, message, reason) => {
    open();
    await until("live");
    send(message);
    await until("waiting");
    expect(last()).toMatchObject({ reason });
    await until("live");
    expect(connects).toHaveLength(2);
  });

  it("accepts a second snapshot with the same epoch", async () => {
    open();
    await until("live");
    send({ ...snapshot(7), state: "offline" });
    send({ type: "change", seq: 8, ...status });
    await vi.waitFor(() => {
      expect(reports.filter(({ phase }) => phase === "live")).toHaveLength(3);
    });
    expect(connects).toHaveLength(1);
  });

  it("reconnects after two missed heartbeats, and not before", async () => {
    open();
    await until("live");
    const heartbeats = setInterval(() => {
      send({ type: "heartbeat", seq: 0 });
    }, HEARTBEAT_MS);
    await pause(2000);
    expect(last()?.phase).toBe("live");
    clearInterval(heartbeats);
    await until("waiting");
    expect(last()).toMatchObject({ reason: "silent" });
    await until("live");
  });

  it("disconnects if no snapshot is received", async () => {
    onConnect = () => undefined;
    open();
    await until("waiting", 7000);
    expect(last()).toMatchObject({ reason: "silent", failures: 1 });
  }, 10_000);

  it("reports another protocol version as incompatible and does not retry", async () => {
    onConnect = (socket) => {
      socket.send(JSON.stringify({ ...snapshot(), protocol: 2 }));
    };
    const client = open();
    await until("incompatible");
    client.retryNow();
    await pause(500);
    expect(connects).toHaveLength(1);
    expect(timers.size).toBe(0);
  });

  it("distinguishes a bridge that shuts down from one that is busy", async () => {
    open();
    await until("live");
    for (const socket of feed.clients) socket.close(1001);
    await until("waiting");
    expect(last()).toMatchObject({ reason: "shutdown" });
    onConnect = (socket) => {
      socket.close(1013);
    };
    await vi.waitFor(() => {
      expect(last()).toMatchObject({ phase: "waiting", reason: "busy" });
    });
  });

  it("reports the HTTP status of a refusal, and recovers", async () => {
    probeStatus = upgradeRefusal = 431;
    open();
    await vi.waitFor(() => {
      expect(last()).toMatchObject({ phase: "waiting", reason: "rejected", httpStatus: 431 });
    });
    const before = reports.length;
    await vi.waitFor(() => {
      expect(reports.filter(({ phase }) => phase === "connecting").length).toBeGreaterThanOrEqual(4);
    }, 5000);
    // No other reason is reported in between.
    expect(reports.slice(before).filter((one) => !("reason" in one) || one.reason !== "rejected")).toEqual([]);
    probeStatus = 426;
    upgradeRefusal = null;
    await until("live", 6000);
  });

  it("reports busy if only the WebSocket is refused, and unreachable as soon as nothing responds", async () => {
    upgradeRefusal = 503;
    open();
    await vi.waitFor(() => {
      expect(last()).toMatchObject({ phase: "waiting", reason: "busy", httpStatus: null });
    }, 5000);
    await stopBridge();
    await vi.waitFor(() => {
      expect(last()).toMatchObject({ phase: "waiting", reason: "unreachable", httpStatus: null });
    }, 8000);
    await startBridge();
  });

  it("connects at once if the bridge was started just after an attempt", async () => {
    upgradeRefusal = 503;
    onUpgrade = () => {
      upgradeRefusal = null;
    };
    open();
    await until("live");
    expect(probes).toBe(1);
    expect(reports.some((one) => "reason" in one && one.reason === "busy")).toBe(false);
  });

  it("does not probe while the page is hidden", async () => {
    upgradeRefusal = 503;
    open(false);
    await until("waiting");
    await pause(300);
    expect(probes).toBe(0);
  });

  it("reconnects after sleep or a clock change, because durations are then wrong", async () => {
    const client = open();
    await until("live");
    const before = client.lastMessageAt;
    wallOffset = 3_600_000;
    send({ type: "heartbeat", seq: 0 });
    await until("waiting");
    expect(last()).toMatchObject({ reason: "clock-jump" });
    // Nothing confirmed the status during sleep.
    expect(client.lastMessageAt).toBe(before);
    await until("live");
  });

  it("backs off from a bridge that closes every connection at once", async () => {
    onConnect = (socket) => {
      socket.send(JSON.stringify(snapshot()));
      socket.terminate();
    };
    open();
    await pause(2500);
    expect(connects.length).toBeLessThan(8);
  });

  it("runs no timer while the page is hidden, and still receives changes", async () => {
    const client = open();
    await until("live");
    client.setVisible(false);
    expect(timers.size).toBe(0);
    send({ type: "change", seq: 1, ...status, state: "offline" });
    await vi.waitFor(() => {
      expect(last()).toMatchObject({ phase: "live", status: { state: "offline" } });
    });
    expect(timers.size).toBe(0);
  });

  it("does not retry while hidden, and does at once when visible again", async () => {
    const client = open();
    await until("live");
    client.setVisible(false);
    await stopBridge();
    await until("waiting");
    expect(last()).toMatchObject({ retryAt: null });
    expect(timers.size).toBe(0);
    await startBridge();
    await pause(600);
    expect(connects).toHaveLength(1);
    client.setVisible(true);
    expect(last()?.phase).toBe("connecting");
    await until("live");
  });

  it("detects at once when visible again that the bridge was silent meanwhile", async () => {
    const client = open();
    await until("live");
    client.setVisible(false);
    await pause(2 * HEARTBEAT_MS + 1100);
    expect(last()?.phase).toBe("live");
    client.setVisible(true);
    expect(last()?.phase).toBe("connecting");
    await until("live");
  });

  it("stays live when visible again soon, and watches the heartbeats again", async () => {
    const client = open();
    await until("live");
    client.setVisible(false);
    client.setVisible(true);
    expect(last()?.phase).toBe("live");
    await until("waiting");
    expect(last()).toMatchObject({ reason: "silent" });
  });

  it("connects while hidden without a timer", async () => {
    open(false);
    expect(timers.size).toBe(0);
    await until("live");
    expect(timers.size).toBe(0);
  });

  it("retries at once when the network is back", async () => {
    await stopBridge();
    const client = open();
    await vi.waitFor(() => {
      expect(last()).toMatchObject({ phase: "waiting", failures: 4 });
    }, 5000);
    await startBridge();
    client.retryNow();
    expect(last()?.phase).toBe("connecting");
    await until("live");
    expect(reports.some((one) => one.phase === "connecting" && one.failures === 4)).toBe(true);
  });

  it("returns when the last message was received, by both clocks", async () => {
    const client = open();
    expect(client.lastMessageAt).toBeNull();
    await until("live");
    await pause(300);
    send({ type: "heartbeat", seq: 0 });
    await pause(50);
    const before = performance.now();
    await stopBridge();
    await until("waiting");
    expect(Math.abs((client.lastMessageAt?.monotonic ?? 0) - before)).toBeLessThan(200);
    expect(Math.abs((client.lastMessageAt?.wall ?? 0) - (Date.now() - (performance.now() - before)))).toBeLessThan(200);
    await startBridge();
  });
});
