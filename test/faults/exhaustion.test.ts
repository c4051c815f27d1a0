// More than there is of something: descriptors, changes in a second.
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { BridgeProcess } from "../support/bridge-process.js";
import { HonestPane } from "../support/honest-pane.js";
import { footprint } from "../support/memory.js";
import { startOutlook } from "../support/simulated-outlook.js";

const DESCRIPTORS = 80;

test("descriptors run out: the panes that are there are told everything, and others come in when there are some again", async () => {
  const bridge = await BridgeProcess.start({ wrapper: ["prlimit", `--nofile=${DESCRIPTORS}:${DESCRIPTORS}`] });
  const pane = await HonestPane.connect(bridge);
  await pane.shows("online");
  const outlook = pane.present.source;
  expect(outlook.status).toBe("listening");

  const sockets: Socket[] = [];
  while (footprint(bridge.pid).handles < DESCRIPTORS) {
    const socket = connect({ host: "127.0.0.1", port: bridge.port });
    socket.on("error", () => undefined);
    sockets.push(socket);
    await sleep(2);
  }
  for (const socket of Array.from({ length: 50 }, () => connect({ host: "127.0.0.1", port: bridge.port }))) {
    socket.on("error", () => undefined);
    sockets.push(socket);
  }
  await expect(HonestPane.connect(bridge)).rejects.toThrow();
  // A command for Outlook would want a descriptor too: heartbeats show that the pane is still served.
  const heard = pane.messages.length;
  await pane.until(() => pane.messages.length >= heard + 2, 15_000);

  for (const socket of sockets) socket.destroy();
  let late: HonestPane | undefined;
  while (late === undefined) {
    await sleep(100);
    late = await HonestPane.connect(bridge).catch(() => undefined);
    if (late === undefined) continue;
    await bridge.outlook("offline");
    await Promise.all([pane.shows("offline"), late.shows("offline")]);
    expect(late.complaints).toEqual([]);
  }
  expect(pane.complaints).toEqual([]);
  await bridge.stop();
}, 60_000);

test("Outlook flaps 10,000 times in 10 s: the pane ends on the right state, by few messages, and nothing grows", async () => {
  const bridge = await BridgeProcess.start();
  const pane = await HonestPane.connect(bridge);
  await pane.shows("online");
  // One whose commands go straight to its standard input, 20 at a time.
  await bridge.outlook("exit");
  await pane.showsReason("outlook-not-running");
  const outlook = await startOutlook(bridge.home);
  await pane.shows("online");
  const before = footprint(bridge.pid);
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
  await pane.shows("offline");
  const told = pane.messages.length - from;
  const after = footprint(bridge.pid);

  // One change each 50 ms at most, and a heartbeat each 5 s.
  expect(told).toBeLessThanOrEqual(tookMs / 50 + tookMs / 5000 + 3);
  expect(told).toBeGreaterThan(10);
  expect(after.memory - before.memory).toBeLessThan(40);
  expect(after.handles).toBe(before.handles);
  await sleep(200);
  expect(pane.present.state).toBe("offline");
  expect(pane.complaints).toEqual([]);
  const late = await HonestPane.connect(bridge);
  expect(late.present.state).toBe("offline");
  await outlook.kill();
  await pane.showsReason("outlook-not-running");
  await bridge.stop();
}, 60_000);

test("panes come and go 500 times: the bridge holds as many handles afterwards as before", async () => {
  const bridge = await BridgeProcess.start();
  const first = await HonestPane.connect(bridge);
  await first.shows("online");
  const before = footprint(bridge.pid);
  for (let round = 0; round < 25; round += 1) {
    const panes = await Promise.all(Array.from({ length: 20 }, () => HonestPane.connect(bridge)));
    for (const [index, pane] of panes.entries()) {
      if (index % 2 === 0) pane.vanish();
      else await pane.close();
    }
    await Promise.all(panes.map(({ closed }) => closed));
  }
  for (let tries = 0; tries < 50 && footprint(bridge.pid).handles > before.handles; tries += 1) await sleep(100);
  const after = footprint(bridge.pid);
  expect(after.handles).toBe(before.handles);
  expect(after.threads).toBe(before.threads);
  expect(first.complaints).toEqual([]);
  await bridge.stop();
}, 60_000);
