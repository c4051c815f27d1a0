// Resource exhaustion: file descriptors, changes per second, connections.
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { BridgeProcess } from "../support/bridge-process.js";
import { TestFeedClient } from "../support/feed-client.js";
import { resourceUsage } from "../support/system.js";
import { startSimulator } from "../support/simulator.js";

const DESCRIPTORS = 80;

test("serves connected clients when file descriptors run out, and accepts others when some are free", async () => {
  const bridge = await BridgeProcess.start({ wrapper: ["prlimit", `--nofile=${DESCRIPTORS}:${DESCRIPTORS}`] });
  const pane = await TestFeedClient.connect(bridge);
  await pane.waitForState("online");
  const outlook = pane.status.source;
  expect(outlook.status).toBe("listening");

  const sockets: Socket[] = [];
  while (resourceUsage(bridge.pid).handles < DESCRIPTORS) {
    const socket = connect({ host: "127.0.0.1", port: bridge.port });
    socket.on("error", () => undefined);
    sockets.push(socket);
    await sleep(2);
  }
  for (const socket of Array.from({ length: 50 }, () => connect({ host: "127.0.0.1", port: bridge.port }))) {
    socket.on("error", () => undefined);
    sockets.push(socket);
  }
  await expect(TestFeedClient.connect(bridge)).rejects.toThrow();
  // A simulator command would need a descriptor too. Heartbeats show that the client is still served.
  const count = pane.messages.length;
  await pane.waitUntil(() => pane.messages.length >= count + 2, 15_000);

  for (const socket of sockets) socket.destroy();
  let late: TestFeedClient | undefined;
  while (late === undefined) {
    await sleep(100);
    late = await TestFeedClient.connect(bridge).catch(() => undefined);
    if (late === undefined) continue;
    await bridge.outlook("offline");
    await Promise.all([pane.waitForState("offline"), late.waitForState("offline")]);
    expect(late.errors).toEqual([]);
  }
  expect(pane.errors).toEqual([]);
  await bridge.stop();
}, 60_000);

test("delivers the correct state in few messages when Outlook changes 10,000 times in 10 s, and does not grow", async () => {
  const bridge = await BridgeProcess.start();
  const pane = await TestFeedClient.connect(bridge);
  await pane.waitForState("online");
  // A simulator that takes commands on its standard input, 20 at a time.
  await bridge.outlook("exit");
  await pane.waitForReason("outlook-not-running");
  const outlook = await startSimulator(bridge.dataDirectory);
  await pane.waitForState("online");
  const before = resourceUsage(bridge.pid);
  const from = pane.messages.length;

  const begun = performance.now();
  for (let batch = 0; batch < 500; batch += 1) {
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => outlook.command(index % 2 === 0 ? "offline" : "online")),
    );
    await sleep(Math.max(0, begun + (batch + 1) * 20 - performance.now()));
  }
  const tookMs = performance.now() - begun;
  await outlook.command("offline");
  await pane.waitForState("offline");
  const received = pane.messages.length - from;
  const after = resourceUsage(bridge.pid);

  // At most one change every 50 ms, and a heartbeat every 5 s.
  expect(received).toBeLessThanOrEqual(tookMs / 50 + tookMs / 5000 + 3);
  expect(received).toBeGreaterThan(10);
  expect(after.memory - before.memory).toBeLessThan(40);
  expect(after.handles).toBe(before.handles);
  await sleep(200);
  expect(pane.status.state).toBe("offline");
  expect(pane.errors).toEqual([]);
  const late = await TestFeedClient.connect(bridge);
  expect(late.status.state).toBe("offline");
  await outlook.kill();
  await pane.waitForReason("outlook-not-running");
  await bridge.stop();
}, 60_000);

test("has as many handles as before when clients connected and disconnected 500 times", async () => {
  const bridge = await BridgeProcess.start();
  const first = await TestFeedClient.connect(bridge);
  await first.waitForState("online");
  const before = resourceUsage(bridge.pid);
  for (let round = 0; round < 25; round += 1) {
    const panes = await Promise.all(Array.from({ length: 20 }, () => TestFeedClient.connect(bridge)));
    for (const [index, pane] of panes.entries()) {
      if (index % 2 === 0) pane.socket.terminate();
      else await pane.close();
    }
    await Promise.all(panes.map(({ closed }) => closed));
  }
  for (let tries = 0; tries < 50 && resourceUsage(bridge.pid).handles > before.handles; tries += 1) await sleep(100);
  const after = resourceUsage(bridge.pid);
  expect(after.handles).toBe(before.handles);
  expect(after.threads).toBe(before.threads);
  expect(first.errors).toEqual([]);
  await bridge.stop();
}, 60_000);
