// A process of the chain dies without a word.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Pane } from "../e2e/support/pane.js";
import { BridgeProcess, freePort, freshHome } from "../support/bridge-process.js";
import { healthOf } from "../support/health.js";
import { HonestPane } from "../support/honest-pane.js";
import { footprint } from "../support/memory.js";

const home = freshHome();
let port: number;
let bridge: BridgeProcess;

beforeAll(async () => {
  port = await freePort();
  bridge = await BridgeProcess.start({ home: home.path, port });
});

afterAll(async () => {
  await bridge.stop();
  home.remove();
});

const outlookPid = (): number => Number(readFileSync(join(home.path, "run", "outlook.lock"), "utf8"));

test("Outlook is killed: the pane is told that it does not run, and follows the next one", async () => {
  const pane = await HonestPane.connect(bridge);
  for (let life = 0; life < 3; life += 1) {
    await pane.shows("online");
    process.kill(outlookPid(), "SIGKILL");
    await pane.showsReason("outlook-not-running");
    expect(pane.present.state).toBe("unknown");
    await bridge.outlook("start");
  }
  await pane.shows("online");
  expect(pane.complaints).toEqual([]);
  await pane.close();
});

test("the bridge is killed: the pane loses its connection, and the next bridge tells it the truth anew", async () => {
  const pane = await HonestPane.connect(bridge);
  const { epoch } = pane.snapshot;
  bridge.signal("SIGKILL");
  expect(await pane.closed).toBe(1006);
  bridge = await BridgeProcess.start({ home: home.path, port });
  const again = await HonestPane.connect(bridge);
  expect(again.snapshot.epoch).not.toBe(epoch);
  await again.shows("online");
  await bridge.outlook("offline");
  await again.shows("offline");
  await bridge.outlook("online");
  await again.shows("online");
  expect([...pane.complaints, ...again.complaints]).toEqual([]);
  await again.close();
});

test("the pane's page is killed: the bridge forgets it, and the other panes notice nothing", async () => {
  const other = await HonestPane.connect(bridge);
  await other.shows("online");
  const { handles } = footprint(bridge.pid);
  const browserHome = freshHome();
  const pane = await Pane.open(
    `https://localhost:${port}/taskpane.html`,
    join(home.path, "certificates", "ca.crt"),
    browserHome.path,
  );
  await pane.shows("online");
  expect((await healthOf(bridge)).clients).toBe(2);
  const crashed = new Promise((resolve) => {
    pane.page.once("crash", resolve);
  });
  await pane.page.goto("chrome://crash").catch(() => undefined);
  await crashed;
  while ((await healthOf(bridge)).clients > 1) await sleep(20);
  await pane.close();
  while (footprint(bridge.pid).handles > handles) await sleep(100);
  await bridge.outlook("offline");
  await other.shows("offline");
  expect(other.complaints).toEqual([]);
  await other.close();
  browserHome.remove();
});
