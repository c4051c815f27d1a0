// The wall clock is set, or wrong at a start: how long a state has lasted must stay right, and the history whole.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { ensureCertificates } from "../../bridge/src/certificates/certificates.js";
import { openStore } from "../../bridge/src/history/open-store.js";
import { prepareHome, resolveHome } from "../../bridge/src/home/home.js";
import { silentLog } from "../../bridge/src/log/log.js";
import type { State } from "../../shared/src/protocol.js";
import { validateHistory } from "../../shared/src/validate.js";
import { answerTo, plain } from "../attacks/wire.js";
import { BridgeProcess, freshHome } from "../support/bridge-process.js";
import { HonestPane } from "../support/honest-pane.js";
import { shim } from "../support/shim.js";

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

test.each([
  ["forward", HOUR_S],
  ["back", -HOUR_S],
])("the clock is set %s by an hour while the bridge and Outlook run", async (_direction, seconds) => {
  const folder = freshHome();
  const clock = join(folder.path, "clock");
  writeFileSync(clock, "0");
  const bridge = await BridgeProcess.start({ env: { LD_PRELOAD: shim("clock"), CLOCK_FILE: clock } });
  const pane = await HonestPane.connect(bridge);
  await pane.shows("online");
  const begun = performance.now();
  await bridge.outlook("offline");
  await pane.shows("offline");
  const { since } = pane.present;

  writeFileSync(clock, String(seconds));
  await sleep(1000);
  const late = await HonestPane.connect(bridge);
  const lasted = performance.now() - begun;
  expect(late.present).toMatchObject({ state: "offline", since });
  expect(late.present.ageMs).toBeGreaterThanOrEqual(990);
  expect(late.present.ageMs).toBeLessThanOrEqual(lasted + 50);

  await bridge.outlook("online");
  await pane.shows("online");
  expect(pane.present.ageMs).toBeLessThan(60_000);
  expect(Math.abs((pane.present.since ?? 0) - (Date.now() + seconds * 1000))).toBeLessThan(60_000);
  const history = await answerTo(bridge, plain(bridge, "/history?hours=3"));
  expect(validateHistory(history.body)).toMatchObject({ kind: "message" });
  expect([...pane.complaints, ...late.complaints]).toEqual([]);
  await bridge.stop();
  folder.remove();
});

interface Shown {
  readonly state: State;
  readonly from: number;
  readonly to: number;
}

async function shownBy(bridge: BridgeProcess): Promise<readonly Shown[]> {
  const { body } = await answerTo(bridge, plain(bridge, "/history?hours=1"));
  const validated = validateHistory(body);
  if (validated.kind !== "message") throw new Error(body);
  return validated.message.spans.map(({ state, from, to }) => ({ state, from, to }));
}

/** What an earlier run has left: certificates, and 40 minutes of history, far more than a run of this test takes: of stretches that contradict each other the longer ones are shown. */
async function recordBefore(folder: string): Promise<readonly Shown[]> {
  const home = resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: folder } });
  prepareHome(home);
  await ensureCertificates({ folder: home.certificates, log: silentLog() });
  const store = await openStore(home.history, silentLog(), () => undefined);
  const begin = Date.now() - 50 * 60_000;
  const spans: readonly Shown[] = [
    { state: "online", from: begin, to: begin + 20 * 60_000 },
    { state: "offline", from: begin + 20 * 60_000, to: begin + 40 * 60_000 },
  ];
  store.write(spans.map((span, index) => ({ ...span, number: index + 1 })));
  store.close();
  return spans;
}

/** One run of the bridge, in which Outlook goes offline and comes back; answers what the history showed at its end. */
async function aRun(home: string, clock: string, errorSeconds: number): Promise<readonly Shown[]> {
  writeFileSync(clock, String(errorSeconds));
  const bridge = await BridgeProcess.start({ home, env: { LD_PRELOAD: shim("clock"), CLOCK_FILE: clock } });
  const pane = await HonestPane.connect(bridge);
  for (const state of ["online", "offline", "online"] as const) {
    await bridge.outlook(state);
    await pane.shows(state);
    // The history is written shortly after the pane is told.
    await expect.poll(async () => (await shownBy(bridge)).at(-1)?.state).toBe(state);
  }
  const shown = await shownBy(bridge);
  await pane.close();
  await bridge.stop();
  return shown;
}

const known = (spans: readonly Shown[]): Shown[] => spans.filter(({ state }) => state !== "unknown");

test.each([
  ["60 days ahead", 60 * DAY_S],
  ["3 days back", -3 * DAY_S],
])("one start with a clock %s neither deletes nor hides what was recorded before", async (_what, seconds) => {
  const folder = freshHome();
  const clock = join(folder.path, "clock");
  const home = join(folder.path, "home");
  const first = await recordBefore(home);
  const wrong = known(await aRun(home, clock, seconds));
  expect(wrong.at(-1)?.state).toBe("online");
  const last = known(await aRun(home, clock, 0));
  expect(last.slice(0, 2)).toEqual(first);
  expect(last.slice(-3).map(({ state }) => state)).toEqual(["online", "offline", "online"]);
  folder.remove();
});
