// A process of the chain stands still for 30 s, and goes on: a debugger, a suspended session, a machine out of memory.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Pane } from "../e2e/support/pane.js";
import { BridgeProcess, freshHome } from "../support/bridge-process.js";
import { healthOf } from "../support/health.js";
import { HonestPane } from "../support/honest-pane.js";

const STILL_MS = 30_000;
const LIMIT_MS = 100_000;

test.concurrent(
  "Outlook stands still: its state, which cannot change meanwhile, stays told with its true age; what was asked of it then follows",
  { timeout: LIMIT_MS },
  async () => {
    const bridge = await BridgeProcess.start();
    const pane = await HonestPane.connect(bridge);
    await pane.shows("online");
    await bridge.outlook("offline");
    await pane.shows("offline");
    const { since } = pane.present;
    const outlook = Number(readFileSync(join(bridge.home, "run", "outlook.lock"), "utf8"));

    process.kill(outlook, "SIGSTOP");
    const asked = bridge.outlook("online").catch((thrown: unknown) => thrown);
    await sleep(STILL_MS);
    const late = await HonestPane.connect(bridge);
    expect(late.present).toMatchObject({ state: "offline", since });
    expect(late.present.ageMs).toBeGreaterThanOrEqual(STILL_MS);
    expect((await healthOf(bridge)).state).toBe("offline");
    expect(pane.messages.filter(({ type }) => type === "heartbeat").length).toBeGreaterThanOrEqual(5);

    process.kill(outlook, "SIGCONT");
    await pane.shows("online");
    await late.shows("online");
    await asked;
    expect([...pane.complaints, ...late.complaints]).toEqual([]);
    await bridge.stop();
  },
);

test.concurrent(
  "the bridge stands still: the pane stops believing it after two heartbeats, and shows the present state once it goes on",
  { timeout: LIMIT_MS },
  async () => {
    const bridge = await BridgeProcess.start();
    const browserHome = freshHome();
    const authority = join(bridge.home, "certificates", "ca.crt");
    const pane = await Pane.open(`https://localhost:${bridge.port}/taskpane.html`, authority, browserHome.path);
    const plain = await HonestPane.connect(bridge);
    await pane.shows("online");
    await bridge.outlook("offline");
    await pane.shows("offline");

    bridge.signal("SIGSTOP");
    const begun = performance.now();
    await pane.shows("connecting");
    expect(await pane.text()).toMatch(/last known: offline/i);
    await pane.shows("unreachable");
    expect(await pane.text()).toMatch(/last known: offline/i);
    await sleep(STILL_MS - (performance.now() - begun));
    expect(await pane.page.locator("html").getAttribute("data-row")).not.toMatch(/^(?:online|offline)$/);

    bridge.signal("SIGCONT");
    await pane.shows("offline");
    await bridge.outlook("online");
    await pane.shows("online");
    await plain.shows("online");
    expect(plain.complaints).toEqual([]);
    await pane.close();
    await bridge.stop();
    browserHome.remove();
  },
);
