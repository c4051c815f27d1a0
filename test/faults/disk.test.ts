// The disk of the home is full, or may not be written.
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { validateHistory } from "../../shared/src/validate.js";
import { answerTo, plain } from "../attacks/wire.js";
import { BridgeProcess } from "../support/bridge-process.js";
import { Disk } from "../support/disk.js";
import { healthOf } from "../support/health.js";
import { HonestPane } from "../support/honest-pane.js";

let disk: Disk;

test("there is a disk to fill where continuous integration runs", () => {
  expect(Disk.isPossible || process.env["CI"] === undefined).toBe(true);
});

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
    disk.fill();
    await toldFiveTimes(bridge, pane);
    const late = await HonestPane.connect(bridge);
    expect(late.present.state).toBe("offline");
    expect((await healthOf(bridge)).status).toBe("ok");
    const during = await answerTo(bridge, plain(bridge, "/history"));
    expect(["200", "503"]).toContain(during.status);
    if (during.status === "200") expect(validateHistory(during.body).kind).toBe("message");

    disk.empty();
    await toldFiveTimes(bridge, pane);
    const history = validateHistory((await answerTo(bridge, plain(bridge, "/history?hours=1"))).body);
    expect(history).toMatchObject({ kind: "message" });
    expect([...pane.complaints, ...late.complaints]).toEqual([]);
    expect(await bridge.stop()).toBe(0);
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
