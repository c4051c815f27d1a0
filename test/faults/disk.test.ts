// The disk of the data directory is full or read-only, or another program locks the history.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { parseHistory } from "../../shared/src/contract.js";
import { sendRequest, plainRequest, getHealth } from "../support/raw-client.js";
import { BridgeProcess } from "../support/bridge-process.js";
import { createFolder, removeFolder } from "../support/temporary-folder.js";
import { SmallDisk } from "../support/small-disk.js";
import { TestFeedClient } from "../support/feed-client.js";

let disk: SmallDisk;

test("can mount a small disk in continuous integration", () => {
  expect(SmallDisk.isPossible || process.env["CI"] === undefined).toBe(true);
});

/** The states of Outlook from its start to the end of `changeFiveTimes`. */
const EVERY_STATE = ["online", "offline", "online", "offline", "online", "offline"];

/** The known states in a history response, in order. */
function statesIn(body: string): string[] {
  const validated = parseHistory(body);
  if (validated.kind !== "message") throw new Error(body);
  return validated.message.spans.map(({ state }) => state).filter((state) => state !== "unknown");
}

/** The known states in the history database. Read in another process, because libsql keeps closed files open. */
function statesOnDisk(dataDirectory: string): string[] {
  const script = `
    const database = new (require("libsql"))(${JSON.stringify(join(dataDirectory, "history", "history.db"))});
    const rows = database.prepare("SELECT state FROM span WHERE state <> 'unknown' ORDER BY number").all();
    console.log(JSON.stringify(rows.map(({ state }) => state)));
  `;
  return JSON.parse(execFileSync(process.execPath, ["-e", script], { encoding: "utf8" })) as string[];
}

/** Waits until `state` is the newest in the history. */
async function waitForHistory(bridge: BridgeProcess, state: string): Promise<void> {
  await expect
    .poll(async () => statesIn((await sendRequest(bridge, plainRequest(bridge, "/history?hours=1"))).body).at(-1))
    .toBe(state);
}

async function changeFiveTimes(bridge: BridgeProcess, pane: TestFeedClient): Promise<void> {
  for (const state of ["offline", "online", "offline", "online", "offline"] as const) {
    await bridge.outlook(state);
    await pane.waitForState(state);
  }
}

describe.runIf(SmallDisk.isPossible)("the disk of the data directory", () => {
  beforeEach(() => {
    disk = new SmallDisk("8m");
  });

  afterEach(() => {
    disk.remove();
  });

  test("fills up while the bridge runs: every change is still delivered, and written when there is space", async () => {
    const dataDirectory = join(disk.path, "data");
    const bridge = await BridgeProcess.start({ dataDirectory });
    const pane = await TestFeedClient.connect(bridge);
    await pane.waitForState("online");
    await waitForHistory(bridge, "online");
    disk.fill();
    await changeFiveTimes(bridge, pane);
    const late = await TestFeedClient.connect(bridge);
    expect(late.status.state).toBe("offline");
    expect((await getHealth(bridge)).status).toBe("ok");
    await waitForHistory(bridge, "offline");
    const during = await sendRequest(bridge, plainRequest(bridge, "/history"));
    expect(statesIn(during.body)).toEqual(EVERY_STATE);

    disk.empty();
    await changeFiveTimes(bridge, pane);
    expect([...pane.errors, ...late.errors]).toEqual([]);
    expect(await bridge.stop()).toBe(0);
    expect(statesOnDisk(dataDirectory)).toEqual([...EVERY_STATE, "online", "offline", "online", "offline"]);
  });

  test.each([
    [
      "is full",
      () => {
        disk.fill();
      },
    ],
    [
      "is read-only",
      () => {
        disk.setReadOnly(true);
      },
    ],
  ])("%s when the bridge starts: it reports the folder and the fix, and leaves no process", async (_what, prepare) => {
    prepare();
    const dataDirectory = join(disk.path, "data");
    const bridge = await BridgeProcess.launch({ dataDirectory });
    expect(await bridge.ended).toBe(1);
    expect(bridge.stdout).not.toContain("Ready:");
    expect(bridge.stderr).toContain(dataDirectory);
    expect(bridge.stderr.trimEnd().split("\n").length).toBeGreaterThanOrEqual(2);
    expect(bridge.stderr).not.toMatch(/^\s+at /m);
    disk.setReadOnly(false);
  });
});

/** Locks the history in another process. Returns a function that unlocks it. */
async function lockHistory(dataDirectory: string): Promise<() => Promise<void>> {
  const script = `
    const database = new (require("libsql"))(${JSON.stringify(join(dataDirectory, "history", "history.db"))});
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE other (a)");
    console.log("locked");
    process.stdin.once("data", () => process.exit(0));
  `;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const [output] = (await Promise.race([once(child.stdout, "data"), once(child, "exit")])) as unknown[];
  if (String(output).trim() !== "locked") throw new Error("the history could not be locked");
  return async () => {
    child.stdin.write("release\n");
    await once(child, "exit");
  };
}

test("writes a history that another program locked at the start once it is unlocked, without loss", async () => {
  const folder = createFolder();
  const dataDirectory = folder;
  const before = await BridgeProcess.start({ dataDirectory });
  const earlier = await TestFeedClient.connect(before);
  await earlier.waitForState("online");
  await waitForHistory(before, "online");
  await before.stop();
  expect(statesOnDisk(dataDirectory)).toEqual(["online"]);

  const release = await lockHistory(dataDirectory);
  const bridge = await BridgeProcess.start({ dataDirectory });
  expect(bridge.stdout).toContain(join(dataDirectory, "history", "history.db"));
  const pane = await TestFeedClient.connect(bridge);
  await pane.waitForState("online");
  await waitForHistory(bridge, "online");
  await changeFiveTimes(bridge, pane);
  await waitForHistory(bridge, "offline");
  expect(statesIn((await sendRequest(bridge, plainRequest(bridge, "/history?hours=1"))).body)).toEqual(EVERY_STATE);
  await release();
  // Writing is retried with heartbeats and with each request.
  await expect
    .poll(async () => statesIn((await sendRequest(bridge, plainRequest(bridge, "/history?hours=1"))).body))
    .toEqual(["online", ...EVERY_STATE]);
  expect(pane.errors).toEqual([]);
  await bridge.stop();
  expect(statesOnDisk(dataDirectory)).toEqual(["online", ...EVERY_STATE]);
  removeFolder(folder);
});

test("writes a history that stayed locked until the bridge stopped at the next start", async () => {
  const folder = createFolder();
  const dataDirectory = folder;
  await (await BridgeProcess.start({ dataDirectory })).stop();
  const release = await lockHistory(dataDirectory);
  const bridge = await BridgeProcess.start({ dataDirectory });
  const pane = await TestFeedClient.connect(bridge);
  await pane.waitForState("online");
  await waitForHistory(bridge, "online");
  await changeFiveTimes(bridge, pane);
  await bridge.stop();
  await release();
  const next = await BridgeProcess.start({ dataDirectory });
  await expect
    .poll(async () => statesIn((await sendRequest(next, plainRequest(next, "/history?hours=1"))).body).slice(-7))
    .toEqual([...EVERY_STATE, "online"]);
  await next.stop();
  removeFolder(folder);
});
