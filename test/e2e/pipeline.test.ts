// The whole pipeline: npm start, a pane in a real browser, and the simulator.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Product } from "./support/product.js";
import type { BrowserPane } from "./support/browser-pane.js";
import { isPortFree, socketsBelow } from "../support/system.js";

/** Long enough to receive an unexpected message. */
const QUIET_MS = 300;

let product: Product;
let pane: BrowserPane;

beforeAll(async () => {
  product = await Product.create();
  pane = await product.openPane(await product.start());
});

afterAll(async () => {
  await product.destroy();
});

test("shows the current state when it opens", async () => {
  await pane.shows("online");
  expect(await pane.text()).toMatch(/online/i);
  expect(pane.messages[0]).toMatchObject({ type: "snapshot", protocol: 1, source: { status: "listening" } });
});

test("shows that Outlook went offline, reported once although Outlook notifies three times", async () => {
  const before = pane.stateChanges;
  await product.outlook("offline");
  await pane.shows("offline");
  expect(await pane.text()).toMatch(/Outbox/);
  await sleep(QUIET_MS);
  expect(pane.stateChanges).toBe(before + 1);
});

test("shows that Outlook went online again", async () => {
  const before = pane.stateChanges;
  await product.outlook("online");
  await pane.shows("online");
  expect(pane.stateChanges).toBe(before + 1);
});

test("ignores notifications of other types and masks", async () => {
  const before = pane.stateChanges;
  expect(await product.outlook("noise")).toMatch(/[1-9]\d* notifications/);
  await sleep(QUIET_MS);
  expect(pane.stateChanges).toBe(before);
  await pane.shows("online");
});

test("keeps the state when Outlook announces a change but does not make it", async () => {
  const before = pane.stateChanges;
  await product.outlook("transition", "start", "offline");
  await sleep(QUIET_MS);
  expect(pane.stateChanges).toBe(before);
  await pane.shows("online");
});

test("shows how many messages the Outbox holds when one is sent", async () => {
  await product.outlook("outbox", "3");
  await expect.poll(() => pane.text()).toMatch(/3 messages in the Outbox/);
  await product.outlook("outbox", "0");
});

test("detects a change that Outlook did not notify when another pane opens", async () => {
  await product.outlook("silent", "offline");
  const page = await pane.browser.newPage();
  await page.goto(pane.page.url());
  await pane.shows("offline");
  await page.close();
  await product.outlook("online");
  await pane.shows("online");
});

test("shows the limitation when Outlook notifies one direction only", async () => {
  await product.outlook("capabilities", "offline");
  await expect
    .poll(() => pane.messages.at(-1))
    .toMatchObject({ source: { notifies: { online: false, offline: true } } });
  await expect.poll(() => pane.page.locator("#limit").isVisible()).toBe(true);
  await product.outlook("capabilities", "both");
  await expect.poll(() => pane.page.locator("#limit").isVisible()).toBe(false);
});

test("shows that Outlook does not notify at all", async () => {
  await product.outlook("capabilities", "none");
  await pane.shows("no-notifications");
  await product.outlook("capabilities", "both");
  await pane.shows("online");
});

test.each(["exit", "crash", "quit"])(
  "shows that Outlook is closed after %s, and the state when it runs again",
  async (ending) => {
    await product.outlook("offline");
    await pane.shows("offline");
    await product.outlook(ending);
    await pane.shows("outlook-not-running");
    expect(await pane.page.locator("html").getAttribute("data-state")).toBe("unknown");
    await product.outlook("start");
    await pane.shows("online");
  },
);

test("shows that the add-in is missing while it is disabled, and the state when it is enabled again", async () => {
  await product.outlook("untick");
  await pane.shows("agent-missing");
  await product.outlook("tick");
  await pane.shows("online");
});

test("prints the simulator's state, and what is wrong with a command", async () => {
  expect(await product.outlook("state")).toMatch(/online/);
  const unknown = await product.tryOutlook("onlin");
  expect(unknown).toMatchObject({ code: 1, stdout: "" });
  expect(unknown.stderr).toMatch(/"onlin".*online/s);
  const incomplete = await product.tryOutlook("capabilities", "some");
  expect(incomplete).toMatchObject({ code: 1, stdout: "" });
  expect(incomplete.stderr).toMatch(/none, online, offline, both/);
});

test("shows that the bridge was killed, and recovers when it is started again", async () => {
  await product.outlook("offline");
  await pane.shows("offline");
  process.kill(await product.bridgePid(), "SIGKILL");
  await pane.shows("unreachable");
  expect(await pane.page.locator("html").getAttribute("data-state")).toBe("unknown");
  await product.run?.ended;
  expect(await product.processesLeft(30_000)).toEqual([]);
  // Files that the killed bridge left in the data directory must not prevent a start.
  await product.start();
  await pane.shows("online");
});

test("received every change once, and no message that violates the protocol", () => {
  expect(pane.errors).toEqual([]);
  expect(pane.messages.filter(({ type }) => type === "change").length).toBeGreaterThan(10);
});

test("ends on SIGTERM, with exit code 0, and leaves nothing behind", async () => {
  const begin = performance.now();
  const ended = await product.run?.stop("SIGTERM");
  // The limit is 2 s; a busy machine may need longer, but a process that ignores the signal would never end.
  expect(performance.now() - begin).toBeLessThan(15_000);
  expect(ended?.code).toBe(0);
  expect(await product.processesLeft(0)).toEqual([]);
  expect(socketsBelow(product.dataDirectory)).toEqual([]);
  expect(await isPortFree(product.port)).toBe(true);
  await pane.shows("unreachable");
});
