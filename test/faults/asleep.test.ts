// The machine sleeps for an hour and wakes: the pane has heard no heartbeat for all that time.
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Pane } from "../e2e/support/pane.js";
import { BridgeProcess, freshHome } from "../support/bridge-process.js";

let bridge: BridgeProcess;
let pane: Pane;
let browserHome: ReturnType<typeof freshHome>;

beforeEach(async () => {
  browserHome = freshHome();
  bridge = await BridgeProcess.start();
  const authority = join(bridge.home, "certificates", "ca.crt");
  pane = await Pane.open(
    `https://localhost:${bridge.port}/taskpane.html`,
    authority,
    browserHome.path,
    async (page) => {
      await page.clock.install();
    },
  );
  await pane.shows("online");
});

afterEach(async () => {
  await pane.close();
  await bridge.stop();
  browserHome.remove();
});

const snapshots = (): number => pane.messages.filter(({ type }) => type === "snapshot").length;

test("the pane asks anew when it wakes, and shows what Outlook says now", async () => {
  await pane.page.clock.fastForward("01:00:00");
  await expect.poll(snapshots).toBe(2);
  await pane.shows("online");
  await bridge.outlook("offline");
  await pane.shows("offline");
  expect(pane.problems).toEqual([]);
});

test("with a bridge that does not answer after the sleep, the state from before it is shown as past and not as present", async () => {
  bridge.signal("SIGSTOP");
  await pane.page.clock.fastForward("01:00:00");
  await pane.shows("connecting");
  expect(await pane.text()).toMatch(/last known: online/i);
  bridge.signal("SIGCONT");
  await pane.page.clock.fastForward("00:01:00");
  await pane.shows("online");
  expect(pane.problems).toEqual([]);
});
