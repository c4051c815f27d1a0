// The whole pipeline with Windows binaries: the bridge in node.exe, the agent in OUTLOOK.EXE, and a pane in a browser on Linux.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BrowserPane } from "../e2e/support/browser-pane.js";
import { WindowsBridge, WindowsDataDirectory } from "./support/bridge.js";
import { clearAddIns, registerAgent } from "./support/outlook.js";

/** Long enough to receive an unexpected message. */
const QUIET_MS = 300;

const dataDirectory = new WindowsDataDirectory();
const browserHome = mkdtempSync(join(tmpdir(), "offline-state-browser-"));
let bridge: WindowsBridge;
let pane: BrowserPane;

beforeAll(async () => {
  clearAddIns();
  registerAgent();
  bridge = await WindowsBridge.start(dataDirectory, { outlook: true });
  pane = await BrowserPane.open(bridge.url, dataDirectory.authority, browserHome);
});

afterAll(async () => {
  await pane.close();
  await bridge.kill();
  dataDirectory.remove();
  rmSync(browserHome, { recursive: true, force: true, maxRetries: 5 });
});

test("shows the current state when it opens", async () => {
  await pane.shows("online");
  expect(pane.messages[0]).toMatchObject({ type: "snapshot", source: { status: "listening", profile: "Simulated" } });
});

test("shows that Outlook went offline, reported once although Outlook notifies three times, and online again", async () => {
  const before = pane.stateChanges;
  await bridge.outlook("offline");
  await pane.shows("offline");
  expect(await pane.text()).toMatch(/Outbox/);
  await sleep(QUIET_MS);
  expect(pane.stateChanges).toBe(before + 1);
  await bridge.outlook("online");
  await pane.shows("online");
  expect(pane.stateChanges).toBe(before + 2);
});

test("ignores notifications of other types and masks", async () => {
  const before = pane.stateChanges;
  expect(await bridge.outlook("noise")).toMatch(/[1-9]\d* notifications/);
  await sleep(QUIET_MS);
  expect(pane.stateChanges).toBe(before);
});

test("keeps the state when Outlook announces a change but does not make it", async () => {
  const before = pane.stateChanges;
  await bridge.outlook("transition", "start", "offline");
  await sleep(QUIET_MS);
  expect(pane.stateChanges).toBe(before);
  await pane.shows("online");
});

test("shows how many messages the Outbox holds when one is sent", async () => {
  await bridge.outlook("outbox", "3");
  await expect.poll(() => pane.text()).toMatch(/3 messages in the Outbox/);
  await bridge.outlook("outbox", "0");
});

test("detects a change that Outlook did not notify when another pane opens", async () => {
  await bridge.outlook("silent", "offline");
  const page = await pane.browser.newPage();
  await page.goto(pane.page.url());
  await pane.shows("offline");
  await page.close();
  await bridge.outlook("online");
  await pane.shows("online");
});

test("shows the limitation when Outlook notifies one direction only or none", async () => {
  await bridge.outlook("capabilities", "offline");
  await expect
    .poll(() => pane.messages.at(-1))
    .toMatchObject({ source: { notifies: { online: false, offline: true } } });
  await bridge.outlook("capabilities", "none");
  await pane.shows("no-notifications");
  await bridge.outlook("capabilities", "both");
  await pane.shows("online");
});

test.each(["exit", "crash", "quit"])(
  "shows that Outlook is closed after %s, and the state when it runs again",
  async (ending) => {
    await bridge.outlook("offline");
    await pane.shows("offline");
    await bridge.outlook(ending);
    await pane.shows("outlook-not-running");
    expect(await pane.page.locator("html").getAttribute("data-state")).toBe("unknown");
    await bridge.outlook("start");
    await pane.shows("online");
  },
);

test("shows that the add-in is missing while it is disabled, and the state when it is enabled again", async () => {
  await bridge.outlook("untick");
  await pane.shows("agent-missing");
  await bridge.outlook("tick");
  await pane.shows("online");
});

test("prints the simulator's state, and what is wrong with a command, on the command line", async () => {
  expect(bridge.outlookByCommandLine("state")).toMatch(/online.*add-in ticked/);
  expect(() => bridge.outlookByCommandLine("onlin")).toThrow(/exit code 1[^]*"onlin"/);
  await expect(bridge.outlook("capabilities", "some")).rejects.toThrow(/none, online, offline, both/);
});

test("received every change once, and no message that violates the protocol", () => {
  expect(pane.errors).toEqual([]);
  expect(pane.messages.filter(({ type }) => type === "change").length).toBeGreaterThan(10);
});
