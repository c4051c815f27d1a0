// The wall clock is changed, or wrong at a start: ages must stay correct, and the history complete.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { ensureCertificates } from "../../bridge/src/certificates/certificates.js";
import { openStore } from "../../bridge/src/history/open-store.js";
import { prepareDataDirectory, resolveDataDirectory } from "../../bridge/src/data-directory.js";
import { silentLog } from "../../bridge/src/log/log.js";
import { type State, parseHistory } from "../../shared/src/contract.js";
import { sendRequest, plainRequest } from "../support/raw-client.js";
import { BridgeProcess } from "../support/bridge-process.js";
import { createFolder, removeFolder } from "../support/temporary-folder.js";
import { TestFeedClient } from "../support/feed-client.js";
import { compileShim } from "../support/shim.js";

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

test.each([
  ["forward", HOUR_S],
  ["back", -HOUR_S],
])("keeps ages and history correct when the clock is set %s by an hour", async (_direction, seconds) => {
  const folder = createFolder();
  const clock = join(folder, "clock");
  writeFileSync(clock, "0");
  const bridge = await BridgeProcess.start({ env: { LD_PRELOAD: compileShim("clock"), CLOCK_FILE: clock } });
  const pane = await TestFeedClient.connect(bridge);
  await pane.waitForState("online");
  const begun = performance.now();
  await bridge.outlook("offline");
  await pane.waitForState("offline");
  const { since } = pane.status;

  writeFileSync(clock, String(seconds));
  await sleep(1000);
  const late = await TestFeedClient.connect(bridge);
  const lasted = performance.now() - begun;
  expect(late.status).toMatchObject({ state: "offline", since });
  expect(late.status.ageMs).toBeGreaterThanOrEqual(990);
  expect(late.status.ageMs).toBeLessThanOrEqual(lasted + 50);

  await bridge.outlook("online");
  await pane.waitForState("online");
  expect(pane.status.ageMs).toBeLessThan(60_000);
  expect(Math.abs((pane.status.since ?? 0) - (Date.now() + seconds * 1000))).toBeLessThan(60_000);
  const history = await sendRequest(bridge, plainRequest(bridge, "/history?hours=3"));
  expect(parseHistory(history.body)).toMatchObject({ kind: "message" });
  expect([...pane.errors, ...late.errors]).toEqual([]);
  await bridge.stop();
  removeFolder(folder);
});

interface Shown {
  readonly state: State;
  readonly from: number;
  readonly to: number;
}

async function shownBy(bridge: BridgeProcess): Promise<readonly Shown[]> {
  const { body } = await sendRequest(bridge, plainRequest(bridge, "/history?hours=1"));
  const validated = parseHistory(body);
  if (validated.kind !== "message") throw new Error(body);
  return validated.message.spans.map(({ state, from, to }) => ({ state, from, to }));
}

/** Creates the data of an earlier run: certificates and 40 minutes of history. That is longer than a run of this test, and of contradicting spans the longer ones are shown. */
async function recordBefore(folder: string): Promise<readonly Shown[]> {
  const dataDirectory = resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: folder } });
  prepareDataDirectory(dataDirectory);
  await ensureCertificates({ folder: dataDirectory.certificates, log: silentLog() });
  const store = await openStore(dataDirectory.history, silentLog(), () => undefined);
  const begin = Date.now() - 50 * 60_000;
  const spans: readonly Shown[] = [
    { state: "online", from: begin, to: begin + 20 * 60_000 },
    { state: "offline", from: begin + 20 * 60_000, to: begin + 40 * 60_000 },
  ];
  store.write(spans.map((span, index) => ({ ...span, number: index + 1 })));
  store.close();
  return spans;
}

/** Runs the bridge while Outlook goes offline and online. Returns the history at the end. */
async function aRun(dataDirectory: string, clock: string, errorSeconds: number): Promise<readonly Shown[]> {
  writeFileSync(clock, String(errorSeconds));
  const bridge = await BridgeProcess.start({
    dataDirectory,
    env: { LD_PRELOAD: compileShim("clock"), CLOCK_FILE: clock },
  });
  const pane = await TestFeedClient.connect(bridge);
  for (const state of ["online", "offline", "online"] as const) {
    await bridge.outlook(state);
    await pane.waitForState(state);
    // The history is written shortly after the feed message.
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
])("keeps and shows earlier history after one start with a clock %s", async (_what, seconds) => {
  const folder = createFolder();
  const clock = join(folder, "clock");
  const dataDirectory = join(folder, "data");
  const first = await recordBefore(dataDirectory);
  const wrong = known(await aRun(dataDirectory, clock, seconds));
  expect(wrong.at(-1)?.state).toBe("online");
  const last = known(await aRun(dataDirectory, clock, 0));
  expect(last.slice(0, 2)).toEqual(first);
  expect(last.slice(-3).map(({ state }) => state)).toEqual(["online", "offline", "online"]);
  removeFolder(folder);
});
