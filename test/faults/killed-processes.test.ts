// Processes of the pipeline are killed.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BrowserPane } from "../e2e/support/browser-pane.js";
import { BridgeProcess } from "../support/bridge-process.js";
import { freePort, resourceUsage } from "../support/system.js";
import { createFolder, removeFolder } from "../support/temporary-folder.js";
import { getHealth } from "../support/raw-client.js";
import { TestFeedClient } from "../support/feed-client.js";

const dataDirectory = createFolder();
let port: number;
let bridge: BridgeProcess;

beforeAll(async () => {
  port = await freePort();
  bridge = await BridgeProcess.start({ dataDirectory: dataDirectory, port });
});

afterAll(async () => {
  await bridge.stop();
  removeFolder(dataDirectory);
});

const outlookPid = (): number => Number(readFileSync(join(dataDirectory, "run", "outlook.lock"), "utf8"));

test("reports that Outlook is not running when it is killed, and follows the next one", async () => {
  const pane = await TestFeedClient.connect(bridge);
  for (let life = 0; life < 3; life += 1) {
    await pane.waitForState("online");
    process.kill(outlookPid(), "SIGKILL");
    await pane.waitForReason("outlook-not-running");
    expect(pane.status.state).toBe("unknown");
    await bridge.outlook("start");
  }
  await pane.waitForState("online");
  expect(pane.errors).toEqual([]);
  await pane.close();
});

test("closes the connection when the bridge is killed; the next bridge sends a new snapshot", async () => {
  const pane = await TestFeedClient.connect(bridge);
  const { epoch } = pane.snapshot;
  bridge.signal("SIGKILL");
  expect(await pane.closed).toBe(1006);
  bridge = await BridgeProcess.start({ dataDirectory: dataDirectory, port });
  const again = await TestFeedClient.connect(bridge);
  expect(again.snapshot.epoch).not.toBe(epoch);
  await again.waitForState("online");
  await bridge.outlook("offline");
  await again.waitForState("offline");
  await bridge.outlook("online");
  await again.waitForState("online");
  expect([...pane.errors, ...again.errors]).toEqual([]);
  await again.close();
});

test("releases a pane whose page is killed, without an effect on other panes", async () => {
  const other = await TestFeedClient.connect(bridge);
  await other.waitForState("online");
  const { handles } = resourceUsage(bridge.pid);
  const browserHome = createFolder();
  const pane = await BrowserPane.open(
    `https://localhost:${port}/taskpane.html`,
    join(dataDirectory, "certificates", "ca.crt"),
    browserHome,
  );
  await pane.shows("online");
  expect((await getHealth(bridge)).clients).toBe(2);
  const crashed = new Promise((resolve) => {
    pane.page.once("crash", resolve);
  });
  await pane.page.goto("chrome://crash").catch(() => undefined);
  await crashed;
  while ((await getHealth(bridge)).clients > 1) await sleep(20);
  await pane.close();
  while (resourceUsage(bridge.pid).handles > handles) await sleep(100);
  await bridge.outlook("offline");
  await other.waitForState("offline");
  expect(other.errors).toEqual([]);
  await other.close();
  removeFolder(browserHome);
});
