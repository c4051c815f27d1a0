// The wall clock is set, by an hour: how long a state has lasted must stay right, and the history whole.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { validateHistory } from "../../shared/src/validate.js";
import { answerTo, plain } from "../attacks/wire.js";
import { BridgeProcess, freshHome } from "../support/bridge-process.js";
import { HonestPane } from "../support/honest-pane.js";
import { shim } from "../support/shim.js";

const HOUR_S = 3600;

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
