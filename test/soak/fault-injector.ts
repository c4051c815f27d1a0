// Injects random changes and faults into a running pipeline. Reproducible with the seed.
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sendRequest, connectTls, encodeFrame, openFeed, upgradeRequest } from "../support/raw-client.js";
import type { BridgeProcess } from "../support/bridge-process.js";
import type { ReconnectingClients } from "./reconnecting-clients.js";

/** The Mulberry32 generator, from 0 to 1. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface FaultContext {
  readonly bridge: BridgeProcess;
  readonly clients: ReconnectingClients;
  /** From 0 to 1. */
  readonly random: () => number;
}

type Fault = (context: FaultContext) => Promise<void>;

export function outlookPid(bridge: BridgeProcess): number {
  return Number(readFileSync(join(bridge.dataDirectory, "run", "outlook.lock"), "utf8"));
}

const exitAndStart =
  (how: string): Fault =>
  async ({ bridge, random }) => {
    await bridge.outlook(how);
    await sleep(random() * 1000);
    await bridge.outlook("start");
  };

/** Suspends a process for up to 3 s, which is shorter than a pane waits. */
async function suspend(pid: number, random: () => number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  await sleep(200 + random() * 2800);
  process.kill(pid, "SIGCONT");
}

export const FAULTS: Readonly<Record<string, Fault>> = {
  "Outlook crashes": exitAndStart("crash"),
  "Outlook closes slowly": exitAndStart("quit"),
  "Outlook closes fast": exitAndStart("exit"),
  "Outlook is killed": async ({ bridge, random }) => {
    process.kill(outlookPid(bridge), "SIGKILL");
    await sleep(500 + random() * 500);
    await bridge.outlook("start");
  },
  "the add-in is disabled and enabled": async ({ bridge, random }) => {
    await bridge.outlook("untick");
    await sleep(random() * 500);
    await bridge.outlook("tick");
  },
  "Outlook is suspended": ({ bridge, random }) => suspend(outlookPid(bridge), random),
  "the bridge is suspended": ({ bridge, random }) => suspend(bridge.pid, random),
  "clients disconnect": ({ clients, random }) => {
    for (const client of clients.connected) if (random() < 0.3) client.socket.terminate();
    return Promise.resolve();
  },
  "clients stop reading": async ({ clients, random }) => {
    const paused = clients.connected.filter(() => random() < 0.3);
    for (const client of paused) client.socket.pause();
    await sleep(random() * 3000);
    for (const client of paused) client.socket.resume();
  },
  "other sites connect": async ({ bridge }) => {
    await Promise.all(
      Array.from({ length: 20 }, () => sendRequest(bridge, upgradeRequest(bridge, { Origin: "https://evil.example" }))),
    );
  },
  "a client sends a message": async ({ bridge }) => {
    const socket = await openFeed(bridge);
    socket.write(encodeFrame(0x81, Buffer.from("hello")));
    await sleep(100);
    socket.destroy();
  },
  "idle connections": async ({ bridge, random }) => {
    const sockets = Array.from({ length: 50 }, () => connect({ host: "127.0.0.1", port: bridge.port }));
    for (const socket of sockets) socket.on("error", () => undefined);
    await sleep(random() * 2000);
    for (const socket of sockets) socket.destroy();
  },
  "half a request": async ({ bridge }) => {
    const socket = await connectTls(bridge);
    socket.write("GET /taskpane.html HTTP/1.1\r\nHost: loc");
    await sleep(300);
    socket.destroy();
  },
};

/** Makes Outlook change its state, or send notifications that are no change. */
export async function change({ bridge, random }: FaultContext): Promise<void> {
  const roll = random();
  const burst = roll < 0.05 ? 50 : 1;
  for (let count = 0; count < burst; count += 1) {
    await bridge.outlook(roll > 0.9 ? "noise" : random() < 0.5 ? "online" : "offline");
  }
}
