import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import type { Connection } from "./connection.js";
import { FeedClient } from "./feed-client.js";
import type { World } from "./world.js";

/** Short, so that two missed heartbeats are soon there: 2 × 100 ms and 1 s of patience. */
const HEARTBEAT_MS = 100;

const present = {
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
  ...present,
  heartbeatMs: HEARTBEAT_MS,
  bridge: { version: "1" },
});

/** A bridge whose every message the test sends itself, over real sockets. */
let server: Server;
let feed: WebSocketServer;
let port = 0;
let connects: number[] = [];
let onConnect: (socket: WebSocket) => void = () => undefined;

/** What the bridge answers to a plain request for the feed. */
let plainAnswer = 426;
/** The HTTP status with which a WebSocket is refused; null: it is not. */
let upgradeRefusal: number | null = null;
let probes = 0;
let onUpgrade: () => void = () => undefined;

async function startBridge(): Promise<void> {
  server = createServer((_request, response) => {
    probes += 1;
    response.writeHead(plainAnswer).end();
  });
  feed = new WebSocketServer({
    server,
    verifyClient: (_info, answer) => {
      answer(upgradeRefusal === null, upgradeRefusal ?? undefined);
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

/** The real clocks and sockets, with the pending timers known and the wall clock settable. */
const timers = new Set<NodeJS.Timeout>();
let wallOffset = 0;
let told: Connection[] = [];
/** Milliseconds that each wait was to last when it was told. */
let waits: number[] = [];
let clients: FeedClient[] = [];
const world: World = {
  connect: () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/feed`);
    socket.on("error", () => undefined);
    return socket;
  },
  probe: (signal) =>
    fetch(`http://127.0.0.1:${port}/feed`, { signal }).then(
      ({ status }) => status,
      () => null,
    ),
  monotonic: () => performance.now(),
  wall: () => Date.now() + wallOffset,
  random: () => Math.random(),
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
  const [mine, waited] = [told, waits];
  const client = new FeedClient(world, visible, (connection) => {
    mine.push(connection);
    if (connection.status === "waiting") waited.push((connection.retryAt ?? Infinity) - performance.now());
  });
  clients.push(client);
  client.start();
  return client;
}

const last = (): Connection | undefined => told.at(-1);
const until = (status: Connection["status"], within = 3000): Promise<void> =>
  vi.waitFor(
    () => {
      expect(last()?.status).toBe(status);
    },
    { timeout: within, interval: 2 },
  );
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

beforeEach(async () => {
  port = 0;
  connects = [];
  plainAnswer = 426;
  upgradeRefusal = null;
  probes = 0;
  onUpgrade = () => undefined;
  told = [];
  waits = [];
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

describe("a feed client", () => {
  it("is live with the first snapshot, and tells what it says", async () => {
    open();
    expect(last()?.status).toBe("connecting");
    await until("live");
    expect(last()).toMatchObject({ present: { state: "online", ageMs: 5 }, bridgeVersion: "1" });
  });

  it("tells each change, and nothing for a heartbeat", async () => {
    open();
    await until("live");
    send({ type: "change", seq: 1, ...present, state: "offline" });
    send({ type: "heartbeat", seq: 1 });
    send({ type: "change", seq: 2, ...present, state: "online" });
    await vi.waitFor(() => {
      expect(told.map((one) => (one.status === "live" ? one.present.state : one.status))).toEqual([
        "connecting",
        "online",
        "offline",
        "online",
      ]);
    });
  });

  it("connects again when the bridge is back", async () => {
    open();
    await until("live");
    const beats = setInterval(() => {
      send({ type: "heartbeat", seq: 0 });
    }, HEARTBEAT_MS);
    await pause(1100);
    clearInterval(beats);
    await stopBridge();
    await until("waiting");
    expect(last()).toMatchObject({ lost: "unreachable", failures: 0 });
    await startBridge();
    await until("live");
    expect(connects).toHaveLength(2);
  });

  it("waits at most 250 ms for the first retry and at most 5 s for any", { timeout: 15_000 }, async () => {
    await stopBridge();
    open();
    await vi.waitFor(
      () => {
        expect(waits).toHaveLength(6);
      },
      { timeout: 10_000 },
    );
    expect(waits[0]).toBeLessThanOrEqual(250);
    expect(waits[5]).toBeGreaterThan(1000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(5000);
    expect(last()).toMatchObject({ failures: 6 });
    await startBridge();
  });

  it.each<[string, object | string, string]>([
    ["a change that is not the next one", { type: "change", seq: 2, ...present }, "gap"],
    ["a heartbeat that knows of a change it has not got", { type: "heartbeat", seq: 1 }, "gap"],
    ["a snapshot of another epoch", snapshot(0, "e2"), "gap"],
    ["what the protocol does not have", { type: "hello" }, "malformed"],
    ["what is no JSON", "{", "malformed"],
    [
      "an online from a source that does not listen",
      { type: "change", seq: 1, ...present, source: { status: "starting" } },
      "malformed",
    ],
  ])("connects anew on %s", async (_name, message, lost) => {
    open();
    await until("live");
    send(message);
    await until("waiting");
    expect(last()).toMatchObject({ lost });
    await until("live");
    expect(connects).toHaveLength(2);
  });

  it("takes a second snapshot of the same epoch as the present", async () => {
    open();
    await until("live");
    send({ ...snapshot(7), state: "offline" });
    send({ type: "change", seq: 8, ...present });
    await vi.waitFor(() => {
      expect(told.filter(({ status }) => status === "live")).toHaveLength(3);
    });
    expect(connects).toHaveLength(1);
  });

  it("connects anew when two heartbeats did not come, and not while they come", async () => {
    open();
    await until("live");
    const beats = setInterval(() => {
      send({ type: "heartbeat", seq: 0 });
    }, HEARTBEAT_MS);
    await pause(2000);
    expect(last()?.status).toBe("live");
    clearInterval(beats);
    await until("waiting");
    expect(last()).toMatchObject({ lost: "silent" });
    await until("live");
  });

  it("gives up a socket that brings no snapshot", async () => {
    onConnect = () => undefined;
    open();
    await until("waiting", 7000);
    expect(last()).toMatchObject({ lost: "silent", failures: 1 });
  }, 10_000);

  it("refuses another protocol and does not try again", async () => {
    onConnect = (socket) => {
      socket.send(JSON.stringify({ ...snapshot(), protocol: 2 }));
    };
    const client = open();
    await until("refused");
    client.retryNow();
    await pause(500);
    expect(connects).toHaveLength(1);
    expect(timers.size).toBe(0);
  });

  it("distinguishes a bridge that stops and one that is too busy", async () => {
    open();
    await until("live");
    for (const socket of feed.clients) socket.close(1001);
    await until("waiting");
    expect(last()).toMatchObject({ lost: "stopping" });
    onConnect = (socket) => {
      socket.close(1013);
    };
    await vi.waitFor(() => {
      expect(last()).toMatchObject({ status: "waiting", lost: "busy" });
    });
  });

  it("says with which HTTP status the bridge refuses, and recovers when it does no longer", async () => {
    plainAnswer = upgradeRefusal = 431;
    open();
    await vi.waitFor(() => {
      expect(last()).toMatchObject({ status: "waiting", lost: "rejected", httpStatus: 431 });
    });
    const before = told.length;
    await vi.waitFor(() => {
      expect(told.filter(({ status }) => status === "connecting").length).toBeGreaterThanOrEqual(4);
    }, 5000);
    // Nothing else is shown in between.
    expect(told.slice(before).filter((one) => !("lost" in one) || one.lost !== "rejected")).toEqual([]);
    plainAnswer = 426;
    upgradeRefusal = null;
    await until("live", 6000);
  });

  it("is busy when only the WebSocket is refused, and unreachable as soon as nothing answers", async () => {
    upgradeRefusal = 503;
    open();
    await vi.waitFor(() => {
      expect(last()).toMatchObject({ status: "waiting", lost: "busy", httpStatus: null });
    }, 5000);
    await stopBridge();
    await vi.waitFor(() => {
      expect(last()).toMatchObject({ status: "waiting", lost: "unreachable", httpStatus: null });
    }, 8000);
    await startBridge();
  });

  it("connects at once when the bridge was started just after a try", async () => {
    upgradeRefusal = 503;
    onUpgrade = () => {
      upgradeRefusal = null;
    };
    open();
    await until("live");
    expect(probes).toBe(1);
    expect(told.some((one) => "lost" in one && one.lost === "busy")).toBe(false);
  });

  it("asks for no reason while the page is hidden", async () => {
    upgradeRefusal = 503;
    open(false);
    await until("waiting");
    await pause(300);
    expect(probes).toBe(0);
  });

  it("connects anew when the machine slept or the clock was set, because durations are wrong then", async () => {
    const client = open();
    await until("live");
    const heard = client.lastHeard;
    wallOffset = 3_600_000;
    send({ type: "heartbeat", seq: 0 });
    await until("waiting");
    expect(last()).toMatchObject({ lost: "slept" });
    // What the machine slept through, nobody has confirmed.
    expect(client.lastHeard).toBe(heard);
    await until("live");
  });

  it("backs off from a bridge that drops every connection at once", async () => {
    onConnect = (socket) => {
      socket.send(JSON.stringify(snapshot()));
      socket.terminate();
    };
    open();
    await pause(2500);
    expect(connects.length).toBeLessThan(8);
  });

  it("runs no timer while the page is hidden, and still hears the bridge", async () => {
    const client = open();
    await until("live");
    client.setVisible(false);
    expect(timers.size).toBe(0);
    send({ type: "change", seq: 1, ...present, state: "offline" });
    await vi.waitFor(() => {
      expect(last()).toMatchObject({ status: "live", present: { state: "offline" } });
    });
    expect(timers.size).toBe(0);
  });

  it("tries nothing while hidden, and at once when seen again", async () => {
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
    expect(last()?.status).toBe("connecting");
    await until("live");
  });

  it("finds out at once when seen again that the bridge has been silent meanwhile", async () => {
    const client = open();
    await until("live");
    client.setVisible(false);
    await pause(2 * HEARTBEAT_MS + 1100);
    expect(last()?.status).toBe("live");
    client.setVisible(true);
    expect(last()?.status).toBe("connecting");
    await until("live");
  });

  it("stays live when seen again soon, and watches the heartbeats again", async () => {
    const client = open();
    await until("live");
    client.setVisible(false);
    client.setVisible(true);
    expect(last()?.status).toBe("live");
    await until("waiting");
    expect(last()).toMatchObject({ lost: "silent" });
  });

  it("opens hidden without a timer", async () => {
    open(false);
    expect(timers.size).toBe(0);
    await until("live");
    expect(timers.size).toBe(0);
  });

  it("tries at once when the network is back", async () => {
    await stopBridge();
    const client = open();
    await vi.waitFor(() => {
      expect(last()).toMatchObject({ status: "waiting", failures: 4 });
    }, 5000);
    await startBridge();
    client.retryNow();
    expect(last()?.status).toBe("connecting");
    await until("live");
    expect(told.some((one) => one.status === "connecting" && one.failures === 4)).toBe(true);
  });

  it("tells when the last message came, by both clocks, for what is then past", async () => {
    const client = open();
    expect(client.lastHeard).toBeNull();
    await until("live");
    await pause(300);
    send({ type: "heartbeat", seq: 0 });
    await pause(50);
    const heard = performance.now();
    await stopBridge();
    await until("waiting");
    expect(Math.abs((client.lastHeard?.monotonic ?? 0) - heard)).toBeLessThan(200);
    expect(Math.abs((client.lastHeard?.wall ?? 0) - (Date.now() - (performance.now() - heard)))).toBeLessThan(200);
    await startBridge();
  });
});
