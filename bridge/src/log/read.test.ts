import { appendFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryHome } from "../../../test/support/temporary-home.js";
import { resolveHome, type Home } from "../home/home.js";
import { followLog } from "./follow.js";
import { lastLines, logFilesOf } from "./read.js";
import { logLine } from "./readable.js";

function homeWithLogs(): Home {
  const home = resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryHome() } });
  mkdirSync(home.logs, { recursive: true });
  return home;
}

describe("the log read back", () => {
  it("goes on in the older files when the newest has too few lines", () => {
    const home = homeWithLogs();
    writeFileSync(join(home.logs, "bridge.2.log"), "1\n2\n");
    writeFileSync(join(home.logs, "bridge.1.log"), "3\n4\n");
    writeFileSync(join(home.logs, "bridge.log"), "5\n");
    writeFileSync(join(home.logs, "other.log"), "x\n");
    expect(logFilesOf(home)).toHaveLength(3);
    expect(lastLines(home, 4)).toEqual(["2", "3", "4", "5"]);
    expect(lastLines(home, 100)).toEqual(["1", "2", "3", "4", "5"]);
    expect(lastLines(home, 0)).toEqual([]);
  });

  it("is empty where there is none", () => {
    const home = resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: join(temporaryHome(), "nowhere") } });
    expect(lastLines(home, 10)).toEqual([]);
  });
});

describe("the log followed", () => {
  it("shows what is added, whole lines only, also over a rotation", async () => {
    const home = homeWithLogs();
    const file = join(home.logs, "bridge.log");
    writeFileSync(file, "before\n");
    const shown: string[] = [];
    const stop = new AbortController();
    const following = followLog(home, (line) => shown.push(line), stop.signal);
    onTestFinished(() => {
      stop.abort();
    });
    appendFileSync(file, "one\ntw");
    await expect.poll(() => shown).toEqual(["one"]);
    appendFileSync(file, "o ü\n");
    await expect.poll(() => shown).toEqual(["one", "two ü"]);
    appendFileSync(file, "the last of the old\n");
    renameSync(file, join(home.logs, "bridge.1.log"));
    writeFileSync(file, "the first of the new\n");
    await expect.poll(() => shown).toEqual(["one", "two ü", "the last of the old", "the first of the new"]);
    stop.abort();
    await following;
  });
});

describe("a line of the log for a person", () => {
  it("has the time, the level when it matters, what happened and what goes with it", () => {
    const line = { level: 40, time: "2026-01-02T03:04:05.000Z", pid: 7, port: 38443, msg: "the port was taken" };
    expect(logLine(JSON.stringify(line))).toBe("2026-01-02T03:04:05.000Z WARNING the port was taken  port=38443");
    expect(logLine(JSON.stringify({ ...line, level: 30 }))).not.toContain("WARNING");
    expect(logLine(JSON.stringify({ level: 50, msg: "failed", err: { message: "why" } }))).toBe(
      "ERROR failed  err=why",
    );
  });

  it("cannot drive a terminal when it is no JSON", () => {
    expect(logLine("\u001b[2Jgone\r")).toBe("\\u001b[2Jgone\\u000d");
  });
});
