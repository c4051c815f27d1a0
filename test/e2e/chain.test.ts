// The whole chain as a person meets it: npm start, a pane in a real browser, and Outlook doing what Outlook does.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Chain } from "./support/chain.js";
import type { Pane } from "./support/pane.js";
import { isPortFree, socketsBelow } from "./support/surroundings.js";

/** Long enough for a message to come that must not. */
const QUIET_MS = 300;

let chain: Chain;
let pane: Pane;

beforeAll(async () => {
  chain = await Chain.create();
  pane = await chain.openPane(await chain.start());
});

afterAll(async () => {
  await chain.destroy();
});

test("shows the present state when it opens", async () => {
  await pane.shows("online");
  expect(await pane.text()).toMatch(/online/i);
  expect(pane.messages[0]).toMatchObject({ type: "snapshot", protocol: 1, source: { status: "listening" } });
});

test("shows that Outlook went offline, told once although Outlook notifies three times", async () => {
  const before = pane.stateChanges;
  await chain.outlook("offline");
  await pane.shows("offline");
  expect(await pane.text()).toMatch(/Outbox/);
  await sleep(QUIET_MS);
  expect(pane.stateChanges).toBe(before + 1);
});

test("shows that Outlook came online again", async () => {
  const before = pane.stateChanges;
  await chain.outlook("online");
  await pane.shows("online");
  expect(pane.stateChanges).toBe(before + 1);
});

test("tells nothing when Outlook sends notifications of other types and masks", async () => {
  const before = pane.stateChanges;
  expect(await chain.outlook("noise")).toMatch(/[1-9]\d* notifications/);
  await sleep(QUIET_MS);
  expect(pane.stateChanges).toBe(before);
  await pane.shows("online");
});

test("keeps the state when Outlook announces a change and does not make it", async () => {
  const before = pane.stateChanges;
  await chain.outlook("transition", "start", "offline");
  await sleep(QUIET_MS);
  expect(pane.stateChanges).toBe(before);
  await pane.shows("online");
});

test("shows how many messages the Outbox holds when one is sent", async () => {
  await chain.outlook("outbox", "3");
  await expect.poll(() => pane.text()).toMatch(/3 messages in the Outbox/);
  await chain.outlook("outbox", "0");
});

test("finds a change that Outlook did not notify when another pane opens", async () => {
  await chain.outlook("silent", "offline");
  const page = await pane.browser.newPage();
  await page.goto(pane.page.url());
  await pane.shows("offline");
  await page.close();
  await chain.outlook("online");
  await pane.shows("online");
});

test("says what cannot be noticed when Outlook notifies one direction only", async () => {
  await chain.outlook("capabilities", "offline");
  await expect
    .poll(() => pane.messages.at(-1))
    .toMatchObject({ source: { notifies: { online: false, offline: true } } });
  await expect.poll(() => pane.page.locator("#limit").isVisible()).toBe(true);
  await chain.outlook("capabilities", "both");
  await expect.poll(() => pane.page.locator("#limit").isVisible()).toBe(false);
});

test("says that Outlook notifies nothing", async () => {
  await chain.outlook("capabilities", "none");
  await pane.shows("no-notifications");
  await chain.outlook("capabilities", "both");
  await pane.shows("online");
});

test.each(["exit", "crash", "quit"])(
  "says that Outlook is gone after %s, and shows it again when it is back",
  async (ending) => {
    await chain.outlook("offline");
    await pane.shows("offline");
    await chain.outlook(ending);
    await pane.shows("outlook-not-running");
    expect(await pane.page.locator("html").getAttribute("data-state")).toBe("unknown");
    await chain.outlook("start");
    await pane.shows("online");
  },
);

test("says that the add-in is missing while it is unticked, and shows the state when it is ticked again", async () => {
  await chain.outlook("untick");
  await pane.shows("agent-missing");
  await chain.outlook("tick");
  await pane.shows("online");
});

test("answers what the simulated Outlook's state is, and what is wrong with a command", async () => {
  expect(await chain.outlook("state")).toMatch(/online/);
  const unknown = await chain.tryOutlook("onlin");
  expect(unknown).toMatchObject({ code: 1, stdout: "" });
  expect(unknown.stderr).toMatch(/"onlin".*online/s);
  const incomplete = await chain.tryOutlook("capabilities", "some");
  expect(incomplete).toMatchObject({ code: 1, stdout: "" });
  expect(incomplete.stderr).toMatch(/none, online, offline, both/);
});

test("a killed bridge is told as such, and the pane recovers by itself when it is started again", async () => {
  await chain.outlook("offline");
  await pane.shows("offline");
  process.kill(await chain.bridgePid(), "SIGKILL");
  await pane.shows("unreachable");
  expect(await pane.page.locator("html").getAttribute("data-state")).toBe("unknown");
  await chain.run?.ended;
  expect(await chain.processesLeft(30_000)).toEqual([]);
  // What the killed one has left in the home does not stop the next.
  await chain.start();
  await pane.shows("online");
});

test("never missed a change nor told one twice, and said nothing that the protocol's document does not have", () => {
  expect(pane.problems).toEqual([]);
  pane.expectNoGaps();
  expect(pane.messages.filter(({ type }) => type === "change").length).toBeGreaterThan(10);
});

test("ends on SIGTERM, with exit code 0, and leaves nothing behind", async () => {
  const begin = performance.now();
  const ended = await chain.run?.stop("SIGTERM");
  // Above the 2 s that it has, because a busy machine is no failure; far below what a process waits that was not ended.
  expect(performance.now() - begin).toBeLessThan(15_000);
  expect(ended?.code).toBe(0);
  expect(await chain.processesLeft(0)).toEqual([]);
  expect(socketsBelow(chain.home)).toEqual([]);
  expect(await isPortFree(chain.port)).toBe(true);
  await pane.shows("unreachable");
});
