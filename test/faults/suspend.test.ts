// The machine sleeps for an hour, in which the pane receives no heartbeat.
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BrowserPane } from "../e2e/support/browser-pane.js";
import { BridgeProcess } from "../support/bridge-process.js";
import { createFolder, removeFolder } from "../support/temporary-folder.js";

let bridge: BridgeProcess;
let pane: BrowserPane;
let browserHome: string;

beforeEach(async () => {
  browserHome = createFolder();
  bridge = await BridgeProcess.start();
  const authority = join(bridge.dataDirectory, "certificates", "ca.crt");
  pane = await BrowserPane.open(
    `https://localhost:${bridge.port}/taskpane.html`,
    authority,
    browserHome,
    async (page) => {
      await page.clock.install();
    },
  );
  await pane.shows("online");
});

afterEach(async () => {
  await pane.close();
  await bridge.stop();
  removeFolder(browserHome);
});

const snapshots = (): number => pane.messages.filter(({ type }) => type === "snapshot").length;

test("reconnects when the machine wakes, and shows the current state", async () => {
  await pane.page.clock.fastForward("01:00:00");
  await expect.poll(snapshots).toBe(2);
  await pane.shows("online");
  await bridge.outlook("offline");
  await pane.shows("offline");
  expect(pane.errors).toEqual([]);
});

test("shows the old state as the past when the bridge does not respond after the machine wakes", async () => {
  bridge.signal("SIGSTOP");
  await pane.page.clock.fastForward("01:00:00");
  await pane.shows("connecting");
  expect(await pane.text()).toMatch(/last known: online/i);
  bridge.signal("SIGCONT");
  await pane.page.clock.fastForward("00:01:00");
  await pane.shows("online");
  expect(pane.errors).toEqual([]);
});
