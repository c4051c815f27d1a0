// A process of the pipeline is suspended for 30 s, as by a debugger, a suspended session or a lack of memory.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { BrowserPane } from "../e2e/support/browser-pane.js";
import { BridgeProcess } from "../support/bridge-process.js";
import { createFolder, removeFolder } from "../support/temporary-folder.js";
import { getHealth } from "../support/raw-client.js";
import { TestFeedClient } from "../support/feed-client.js";

const SUSPENDED_MS = 30_000;
const LIMIT_MS = 100_000;

test.concurrent(
  "keeps reporting the state with its correct age while Outlook is suspended, and executes pending commands afterwards",
  { timeout: LIMIT_MS },
  async () => {
    const bridge = await BridgeProcess.start();
    const pane = await TestFeedClient.connect(bridge);
    await pane.waitForState("online");
    await bridge.outlook("offline");
    await pane.waitForState("offline");
    const { since } = pane.status;
    const outlook = Number(readFileSync(join(bridge.dataDirectory, "run", "outlook.lock"), "utf8"));

    process.kill(outlook, "SIGSTOP");
    const pending = bridge.outlook("online").catch((error: unknown) => error);
    await sleep(SUSPENDED_MS);
    const late = await TestFeedClient.connect(bridge);
    expect(late.status).toMatchObject({ state: "offline", since });
    expect(late.status.ageMs).toBeGreaterThanOrEqual(SUSPENDED_MS);
    expect((await getHealth(bridge)).state).toBe("offline");
    expect(pane.messages.filter(({ type }) => type === "heartbeat").length).toBeGreaterThanOrEqual(5);

    process.kill(outlook, "SIGCONT");
    await pane.waitForState("online");
    await late.waitForState("online");
    await pending;
    expect([...pane.errors, ...late.errors]).toEqual([]);
    await bridge.stop();
  },
);

test.concurrent(
  "shows the state as the past after two missed heartbeats while the bridge is suspended, and the current state afterwards",
  { timeout: LIMIT_MS },
  async () => {
    const bridge = await BridgeProcess.start();
    const browserHome = createFolder();
    const authority = join(bridge.dataDirectory, "certificates", "ca.crt");
    const pane = await BrowserPane.open(`https://localhost:${bridge.port}/taskpane.html`, authority, browserHome);
    const plain = await TestFeedClient.connect(bridge);
    await pane.shows("online");
    await bridge.outlook("offline");
    await pane.shows("offline");

    bridge.signal("SIGSTOP");
    const begun = performance.now();
    await pane.shows("connecting");
    expect(await pane.text()).toMatch(/last known: offline/i);
    await pane.shows("unreachable");
    expect(await pane.text()).toMatch(/last known: offline/i);
    await sleep(SUSPENDED_MS - (performance.now() - begun));
    expect(await pane.page.locator("html").getAttribute("data-message")).not.toMatch(/^(?:online|offline)$/);

    bridge.signal("SIGCONT");
    await pane.shows("offline");
    await bridge.outlook("online");
    await pane.shows("online");
    await plain.waitForState("online");
    expect(plain.errors).toEqual([]);
    await pane.close();
    await bridge.stop();
    removeFolder(browserHome);
  },
);
