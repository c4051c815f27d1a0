// What happens to the chain while it runs: changes, and faults. Reproducible by its seed.
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { answerTo, connectTls, frame, openFeed, upgrade } from "../attacks/wire.js";
import type { BridgeProcess } from "../support/bridge-process.js";
import type { Crowd } from "./crowd.js";

/** Mulberry32: small, and good enough to shuffle faults. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Scene {
  readonly bridge: BridgeProcess;
  readonly crowd: Crowd;
  /** From 0 to 1. */
  readonly dice: () => number;
}

type Trouble = (scene: Scene) => Promise<void>;

export function outlookPid(bridge: BridgeProcess): number {
  return Number(readFileSync(join(bridge.home, "run", "outlook.lock"), "utf8"));
}

const gone =
  (how: string): Trouble =>
  async ({ bridge, dice }) => {
    await bridge.outlook(how);
    await sleep(dice() * 1000);
    await bridge.outlook("start");
  };

/** Stands still for up to 3 s: shorter than a pane's patience. */
async function stopAndGoOn(pid: number, dice: () => number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  await sleep(200 + dice() * 2800);
  process.kill(pid, "SIGCONT");
}

export const TROUBLES: Readonly<Record<string, Trouble>> = {
  "Outlook crashes": gone("crash"),
  "Outlook closes slowly": gone("quit"),
  "Outlook closes fast": gone("exit"),
  "Outlook is killed": async ({ bridge, dice }) => {
    process.kill(outlookPid(bridge), "SIGKILL");
    await sleep(500 + dice() * 500);
    await bridge.outlook("start");
  },
  "the add-in is unticked and ticked": async ({ bridge, dice }) => {
    await bridge.outlook("untick");
    await sleep(dice() * 500);
    await bridge.outlook("tick");
  },
  "Outlook stands still": ({ bridge, dice }) => stopAndGoOn(outlookPid(bridge), dice),
  "the bridge stands still": ({ bridge, dice }) => stopAndGoOn(bridge.pid, dice),
  "panes vanish": ({ crowd, dice }) => {
    for (const pane of crowd.panes) if (dice() < 0.3) pane.vanish();
    return Promise.resolve();
  },
  "panes stop reading for a while": async ({ crowd, dice }) => {
    const paused = crowd.panes.filter(() => dice() < 0.3);
    for (const pane of paused) pane.pause();
    await sleep(dice() * 3000);
    for (const pane of paused) pane.resume();
  },
  "other sites knock": async ({ bridge }) => {
    await Promise.all(
      Array.from({ length: 20 }, () => answerTo(bridge, upgrade(bridge, { Origin: "https://evil.example" }))),
    );
  },
  "a client talks": async ({ bridge }) => {
    const socket = await openFeed(bridge);
    socket.write(frame(0x81, Buffer.from("hello")));
    await sleep(100);
    socket.destroy();
  },
  "connections that say nothing": async ({ bridge, dice }) => {
    const sockets = Array.from({ length: 50 }, () => connect({ host: "127.0.0.1", port: bridge.port }));
    for (const socket of sockets) socket.on("error", () => undefined);
    await sleep(dice() * 2000);
    for (const socket of sockets) socket.destroy();
  },
  "half a request": async ({ bridge }) => {
    const socket = await connectTls(bridge);
    socket.write("GET /taskpane.html HTTP/1.1\r\nHost: loc");
    await sleep(300);
    socket.destroy();
  },
};

/** Outlook's own life: a change, or what is no change. */
export async function change({ bridge, dice }: Scene): Promise<void> {
  const roll = dice();
  const burst = roll < 0.05 ? 50 : 1;
  for (let count = 0; count < burst; count += 1) {
    await bridge.outlook(roll > 0.9 ? "noise" : dice() < 0.5 ? "online" : "offline");
  }
}
