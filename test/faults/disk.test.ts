// The disk of the data directory is full or may not be written, or another program holds the history.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { validateHistory } from "../../shared/src/validate.js";
import { answerTo, plain } from "../attacks/wire.js";
import { BridgeProcess, freshHome } from "../support/bridge-process.js";
import { Disk } from "../support/disk.js";
import { healthOf } from "../support/health.js";
import { HonestPane } from "../support/honest-pane.js";

let disk: Disk;

test("there is a disk to fill where continuous integration runs", () => {
  expect(Disk.isPossible || process.env["CI"] === undefined).toBe(true);
});

/** What Outlook did in `toldFiveTimes`, from its start on. */
const EVERY_STATE = ["online", "offline", "online", "offline", "online", "offline"];

/** The known states that the history names, in their order. */
function statesIn(body: string): string[] {
  const validated = validateHistory(body);
  if (validated.kind !== "message") throw new Error(body);
  return validated.message.spans.map(({ state }) => state).filter((state) => state !== "unknown");
}

/** The known states in the history's database. Read by another process, because libsql keeps a file open that it has closed. */
function statesOnDisk(home: string): string[] {
  const script = `
    const database = new (require("libsql"))(${JSON.stringify(join(home, "history", "history.db"))});
    const rows = database.prepare("SELECT state FROM span WHERE state <> 'unknown' ORDER BY number").all();
    console.log(JSON.stringify(rows.map(({ state }) => state)));
  `;
  return JSON.parse(execFileSync(process.execPath, ["-e", script], { encoding: "utf8" })) as string[];
}

/** Until the history has what the pane was told just now. */
async function recorded(bridge: BridgeProcess, state: string): Promise<void> {
  await expect
    .poll(async () => statesIn((await answerTo(bridge, plain(bridge, "/history?hours=1"))).body).at(-1))
    .toBe(state);
}

async function toldFiveTimes(bridge: BridgeProcess, pane: HonestPane): Promise<void> {
  for (const state of ["offline", "online", "offline", "online", "offline"] as const) {
    await bridge.outlook(state);
    await pane.shows(state);
  }
}

describe.runIf(Disk.isPossible)("the disk of the home", () => {
  beforeEach(() => {
    disk = new Disk("8m");
  });

  afterEach(() => {
    disk.remove();
  });

  test("fills up while the bridge runs: every change is told all the same, and written again when there is room", async () => {
    const home = join(disk.folder, "home");
    const bridge = await BridgeProcess.start({ home });
    const pane = await HonestPane.connect(bridge);
    await pane.shows("online");
    await recorded(bridge, "online");
    disk.fill();
    await toldFiveTimes(bridge, pane);
    const late = await HonestPane.connect(bridge);
    expect(late.present.state).toBe("offline");
    expect((await healthOf(bridge)).status).toBe("ok");
    await recorded(bridge, "offline");
    const during = await answerTo(bridge, plain(bridge, "/history"));
    expect(statesIn(during.body)).toEqual(EVERY_STATE);

    disk.empty();
    await toldFiveTimes(bridge, pane);
    expect([...pane.complaints, ...late.complaints]).toEqual([]);
    expect(await bridge.stop()).toBe(0);
    expect(statesOnDisk(home)).toEqual([...EVERY_STATE, "online", "offline", "online", "offline"]);
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
  ])(
    "%s when the bridge starts: it says which folder, and what to do, and leaves nothing running",
    async (_what, prepare) => {
      prepare();
      const home = join(disk.folder, "home");
      const bridge = await BridgeProcess.launch({ home });
      expect(await bridge.ended).toBe(1);
      expect(bridge.stdout).not.toContain("Ready:");
      expect(bridge.stderr).toContain(home);
      expect(bridge.stderr.trimEnd().split("\n").length).toBeGreaterThanOrEqual(2);
      expect(bridge.stderr).not.toMatch(/^\s+at /m);
      disk.setReadOnly(false);
    },
  );
});

/** Another program opens the history and lets nobody else use it. */
async function lockHistory(home: string): Promise<() => Promise<void>> {
  const script = `
    const database = new (require("libsql"))(${JSON.stringify(join(home, "history", "history.db"))});
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE other (a)");
    console.log("locked");
    process.stdin.once("data", () => process.exit(0));
  `;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const [said] = (await Promise.race([once(child.stdout, "data"), once(child, "exit")])) as unknown[];
  if (String(said).trim() !== "locked") throw new Error("the history could not be locked");
  return async () => {
    child.stdin.write("release\n");
    await once(child, "exit");
  };
}

test("a history that another program has locked at the start is written when it is free, and nothing is lost", async () => {
  const folder = freshHome();
  const home = folder.path;
  const before = await BridgeProcess.start({ home });
  const earlier = await HonestPane.connect(before);
  await earlier.shows("online");
  await recorded(before, "online");
  await before.stop();
  expect(statesOnDisk(home)).toEqual(["online"]);

  const release = await lockHistory(home);
  const bridge = await BridgeProcess.start({ home });
  expect(bridge.stdout).toContain(join(home, "history", "history.db"));
  const pane = await HonestPane.connect(bridge);
  await pane.shows("online");
  await recorded(bridge, "online");
  await toldFiveTimes(bridge, pane);
  await recorded(bridge, "offline");
  expect(statesIn((await answerTo(bridge, plain(bridge, "/history?hours=1"))).body)).toEqual(EVERY_STATE);
  await release();
  // It is tried again with each heartbeat that is due for it, and with each question.
  await expect
    .poll(async () => statesIn((await answerTo(bridge, plain(bridge, "/history?hours=1"))).body))
    .toEqual(["online", ...EVERY_STATE]);
  expect(pane.complaints).toEqual([]);
  await bridge.stop();
  expect(statesOnDisk(home)).toEqual(["online", ...EVERY_STATE]);
  folder.remove();
});

test("a history that stays locked until the bridge has stopped is written by the next one", async () => {
  const folder = freshHome();
  const home = folder.path;
  await (await BridgeProcess.start({ home })).stop();
  const release = await lockHistory(home);
  const bridge = await BridgeProcess.start({ home });
  const pane = await HonestPane.connect(bridge);
  await pane.shows("online");
  await recorded(bridge, "online");
  await toldFiveTimes(bridge, pane);
  await bridge.stop();
  await release();
  const next = await BridgeProcess.start({ home });
  await expect
    .poll(async () => statesIn((await answerTo(next, plain(next, "/history?hours=1"))).body).slice(-7))
    .toEqual([...EVERY_STATE, "online"]);
  await next.stop();
  folder.remove();
});
