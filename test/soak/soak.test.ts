// The whole pipeline for a long time: `npm run soak -- [10m]`. `npm test` runs it for 35 s.
import { mkdirSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { BridgeProcess } from "../support/bridge-process.js";
import { freePort } from "../support/system.js";
import { createFolder, removeFolder } from "../support/temporary-folder.js";
import { resourceUsage, type ResourceUsage } from "../support/system.js";
import { ReconnectingClients } from "./reconnecting-clients.js";
import { change, outlookPid, seededRandom, FAULTS, type FaultContext } from "./fault-injector.js";

const SECONDS = Number(process.env["SOAK_SECONDS"] ?? "35");
const SEED = Number(process.env["SOAK_SEED"] ?? String(Date.now() % 1e6));
const PANES = 50;
/** The average time between faults; shorter in a short run, so that several occur. */
const FAULT_MS = SECONDS > 120 ? 5000 : 1500;
const CHANGE_MS = 100;
/** The time until the first measurement: a minute, or a third of a short run. */
const WARM_UP_S = Math.min(60, SECONDS / 3);
const WAIT_LIMIT_MS = 20_000;
/** The tolerance for a garbage-collected heap under the same load, MB. */
const MEMORY_MB = 24;

const dataDirectory = createFolder();

/** The minimum of several samples, to exclude garbage. */
async function minimumUsage(pid: number): Promise<ResourceUsage> {
  const samples: ResourceUsage[] = [];
  for (let count = 0; count < 5; count += 1) {
    samples.push(resourceUsage(pid));
    await sleep(400);
  }
  const least = (of: (sample: ResourceUsage) => number): number => Math.min(...samples.map(of));
  return {
    memory: least((sample) => sample.memory),
    handles: least((sample) => sample.handles),
    threads: least((sample) => sample.threads),
  };
}

const line = ({ memory, handles, threads }: ResourceUsage): string =>
  `${memory.toFixed(1)} MB, ${handles} handles, ${threads} threads`;

test(
  "keeps 50 clients consistent and does not grow under random changes and faults",
  { timeout: (SECONDS + 120) * 1000 },
  async () => {
    const port = await freePort();
    let bridge = await BridgeProcess.start({ dataDirectory: dataDirectory, port });
    const clients = new ReconnectingClients(PANES, () => bridge);
    const random = seededRandom(SEED);
    const context = (): FaultContext => ({ bridge, clients, random });
    const faults = new Map<string, number>();
    const started = performance.now();
    const elapsed = (): number => (performance.now() - started) / 1000;
    let changes = 0;

    const count = (name: string): void => {
      faults.set(name, (faults.get(name) ?? 0) + 1);
    };
    // So that every code path of the current Outlook process has run once.
    const runEveryPath = async (): Promise<void> => {
      for (const state of ["offline", "online"]) {
        await bridge.outlook(state);
        await clients.waitForState(state, WAIT_LIMIT_MS);
      }
      await bridge.outlook("noise");
    };
    const runUntil = async (end: number): Promise<void> => {
      const changing = (async () => {
        while (elapsed() < end) {
          // Commands fail while Outlook is not running.
          await change(context()).then(
            () => (changes += 1),
            () => undefined,
          );
          await sleep(2 * CHANGE_MS * random());
        }
      })();
      while (elapsed() < end) {
        await sleep(2 * FAULT_MS * random());
        const names = Object.keys(FAULTS);
        const name = names[Math.floor(random() * names.length)] ?? "";
        await FAULTS[name]?.(context());
        count(name);
      }
      await changing;
    };

    await clients.waitForState("online", WAIT_LIMIT_MS);
    // The only fault that starts a new bridge process, so it happens before the measurement.
    bridge.signal("SIGKILL");
    await bridge.ended;
    bridge = await BridgeProcess.start({ dataDirectory: dataDirectory, port });
    count("the bridge is killed and started");
    await runUntil(WARM_UP_S);
    await runEveryPath();
    const before = { bridge: await minimumUsage(bridge.pid), outlook: await minimumUsage(outlookPid(bridge)) };

    await runUntil(SECONDS);
    await runEveryPath();
    await sleep(1000);
    const after = { bridge: await minimumUsage(bridge.pid), outlook: await minimumUsage(outlookPid(bridge)) };
    const outlookState = await bridge.outlook("state");
    const states = new Set(clients.connected.map(({ status }) => status.state));
    const seqs = new Set(clients.connected.map(({ seq }) => seq));
    await clients.close();
    await bridge.stop();
    removeFolder(dataDirectory);

    const report = [
      `duration ${Math.round(elapsed())} s, seed ${SEED}, ${PANES} panes`,
      `${changes} commands to Outlook, ${clients.changes} changes published, ${clients.messages} messages received, ${clients.connections} connections`,
      `${[...faults.values()].reduce((sum, count) => sum + count, 0)} faults: ${[...faults].map(([name, count]) => `${name} ${count}`).join(", ")}`,
      `bridge after ${Math.round(WARM_UP_S)} s: ${line(before.bridge)}; at the end: ${line(after.bridge)}`,
      `Outlook after ${Math.round(WARM_UP_S)} s: ${line(before.outlook)}; at the end: ${line(after.outlook)}`,
      `${clients.errors.length} errors`,
    ];
    mkdirSync(fromRoot("build/soak"), { recursive: true });
    writeFileSync(fromRoot("build/soak/report.txt"), `${report.join("\n")}\n${clients.errors.join("\n")}\n`);
    console.log(report.join("\n"));

    expect(clients.errors).toEqual([]);
    expect([...states]).toEqual(["online"]);
    expect(outlookState).toContain("online");
    expect(seqs.size).toBe(1);
    for (const name of ["bridge", "outlook"] as const) {
      expect(after[name].memory - before[name].memory, `memory of ${name}`).toBeLessThan(MEMORY_MB);
      expect(after[name].handles, `handles of ${name}`).toBe(before[name].handles);
      expect(after[name].threads, `threads of ${name}`).toBe(before[name].threads);
    }
  },
);
