// The whole chain for a long time: `npm run soak -- [10m]`. In the tests' own run it is short.
import { mkdirSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { BridgeProcess, freePort, freshHome } from "../support/bridge-process.js";
import { footprint, type Footprint } from "../support/memory.js";
import { Crowd } from "./crowd.js";
import { change, outlookPid, random, TROUBLES, type Scene } from "./trouble.js";

const SECONDS = Number(process.env["SOAK_SECONDS"] ?? "35");
const SEED = Number(process.env["SOAK_SEED"] ?? String(Date.now() % 1e6));
const PANES = 50;
/** A fault comes after this long on average; in a short run more often, so that it sees several. */
const FAULT_MS = SECONDS > 120 ? 5000 : 1500;
const CHANGE_MS = 100;
/** "After the first minute"; in a short run after a third of it. */
const SETTLED_S = Math.min(60, SECONDS / 3);
const AGREE_MS = 20_000;
/** What a garbage-collected heap may differ by, MB, at two moments of the same load. */
const MEMORY_MB = 24;

const home = freshHome();

/** The least of a few looks: what lies about until the next collection is not what is held. */
async function settled(pid: number): Promise<Footprint> {
  const looks: Footprint[] = [];
  for (let look = 0; look < 5; look += 1) {
    looks.push(footprint(pid));
    await sleep(400);
  }
  const least = (of: (look: Footprint) => number): number => Math.min(...looks.map(of));
  return {
    memory: least((look) => look.memory),
    handles: least((look) => look.handles),
    threads: least((look) => look.threads),
  };
}

const line = ({ memory, handles, threads }: Footprint): string =>
  `${memory.toFixed(1)} MB, ${handles} handles, ${threads} threads`;

test(
  "50 panes, random changes and random faults: all agree in the end, and nothing has grown",
  { timeout: (SECONDS + 120) * 1000 },
  async () => {
    const port = await freePort();
    let bridge = await BridgeProcess.start({ home: home.path, port });
    const crowd = new Crowd(PANES, () => bridge);
    const dice = random(SEED);
    const scene = (): Scene => ({ bridge, crowd, dice });
    const faults = new Map<string, number>();
    const begun = performance.now();
    const elapsed = (): number => (performance.now() - begun) / 1000;
    let changes = 0;

    const note = (name: string): void => {
      faults.set(name, (faults.get(name) ?? 0) + 1);
    };
    // Everything that Outlook does at all it has then done once, whichever Outlook this is.
    const settle = async (): Promise<void> => {
      for (const state of ["offline", "online"]) {
        await bridge.outlook(state);
        await crowd.agree(state, AGREE_MS);
      }
      await bridge.outlook("noise");
    };
    const runUntil = async (end: number): Promise<void> => {
      const changing = (async () => {
        while (elapsed() < end) {
          // While Outlook is gone a command is refused, which is as it should be.
          await change(scene()).then(
            () => (changes += 1),
            () => undefined,
          );
          await sleep(2 * CHANGE_MS * dice());
        }
      })();
      while (elapsed() < end) {
        await sleep(2 * FAULT_MS * dice());
        const names = Object.keys(TROUBLES);
        const name = names[Math.floor(dice() * names.length)] ?? "";
        await TROUBLES[name]?.(scene());
        note(name);
      }
      await changing;
    };

    await crowd.agree("online", AGREE_MS);
    // The one fault that begins a new process: before the measuring.
    bridge.signal("SIGKILL");
    await bridge.ended;
    bridge = await BridgeProcess.start({ home: home.path, port });
    note("the bridge is killed and started");
    await runUntil(SETTLED_S);
    await settle();
    const before = { bridge: await settled(bridge.pid), outlook: await settled(outlookPid(bridge)) };

    await runUntil(SECONDS);
    await settle();
    await sleep(1000);
    const after = { bridge: await settled(bridge.pid), outlook: await settled(outlookPid(bridge)) };
    const said = await bridge.outlook("state");
    const states = new Set(crowd.panes.map(({ present }) => present.state));
    const seqs = new Set(crowd.panes.map(({ seq }) => seq));
    await crowd.end();
    await bridge.stop();
    home.remove();

    const report = [
      `duration ${Math.round(elapsed())} s, seed ${SEED}, ${PANES} panes`,
      `${changes} commands to Outlook, ${crowd.changes} changes told, ${crowd.messages} messages received, ${crowd.connections} connections`,
      `${[...faults.values()].reduce((sum, count) => sum + count, 0)} faults: ${[...faults].map(([name, count]) => `${name} ${count}`).join(", ")}`,
      `bridge after ${Math.round(SETTLED_S)} s: ${line(before.bridge)}; at the end: ${line(after.bridge)}`,
      `Outlook after ${Math.round(SETTLED_S)} s: ${line(before.outlook)}; at the end: ${line(after.outlook)}`,
      `${crowd.complaints.length} complaints`,
    ];
    mkdirSync(fromRoot("build/soak"), { recursive: true });
    writeFileSync(fromRoot("build/soak/report.txt"), `${report.join("\n")}\n${crowd.complaints.join("\n")}\n`);
    console.log(report.join("\n"));

    expect(crowd.complaints).toEqual([]);
    expect([...states]).toEqual(["online"]);
    expect(said).toContain("online");
    expect(seqs.size).toBe(1);
    for (const name of ["bridge", "outlook"] as const) {
      expect(after[name].memory - before[name].memory, `memory of ${name}`).toBeLessThan(MEMORY_MB);
      expect(after[name].handles, `handles of ${name}`).toBe(before[name].handles);
      expect(after[name].threads, `threads of ${name}`).toBe(before[name].threads);
    }
  },
);
