import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryHome } from "../../../test/support/temporary-home.js";
import { resolveHome, type Home } from "../home/home.js";
import { followLog } from "./follow.js";
import { lastLines, logFilesOf } from "./read.js";
import { printable, printableJson, printableLines } from "./printable.js";
import { jsonLine, logLine } from "./readable.js";

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

describe("a log that cannot be read", () => {
  it.each(["a folder in the place of the file", "a file in the place of the folder"])("says why: %s", async (what) => {
    const home = homeWithLogs();
    const file = join(home.logs, "bridge.log");
    if (what.startsWith("a folder")) mkdirSync(file);
    else {
      rmSync(home.logs, { recursive: true });
      writeFileSync(home.logs, "");
    }
    const named = what.startsWith("a folder") ? file : home.logs;
    expect(() => lastLines(home, 10)).toThrow(`the log cannot be read: ${named}: `);
    const following = followLog(home, () => undefined, AbortSignal.timeout(60_000));
    await expect(following).rejects.toThrow("the log cannot be read");
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

describe("a damaged log followed", () => {
  // 48 MB without a line end: searched again from its beginning for each chunk this would take many minutes.
  it("takes linear time for a line without an end", async () => {
    const home = homeWithLogs();
    const file = join(home.logs, "bridge.log");
    writeFileSync(file, "");
    const shown: number[] = [];
    const stop = new AbortController();
    const following = followLog(home, (line) => shown.push(line.length), stop.signal);
    onTestFinished(() => {
      stop.abort();
    });
    writeFileSync(file, `${"\0".repeat(48 << 20)}\n`);
    await expect.poll(() => shown).toEqual([48 << 20]);
    stop.abort();
    await following;
  });
});

describe("printable text", () => {
  it("keeps letters of every language, and line feeds where they are wanted", () => {
    expect(printable("Zoë 日本\n")).toBe("Zoë 日本\\u000a");
    expect(printableLines("a\nb\u001b[1m")).toBe("a\nb\\u001b[1m");
    expect(printable("\u{e0041}")).toBe("\\udb40\\udc41");
    expect(JSON.parse(printableJson({ a: "\u{e0041}\u009b" }))).toEqual({ a: "\u{e0041}\u009b" });
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

  it("holds no escape sequence and no bidirectional control, wherever the logged text has it", () => {
    const hostile = "a\u001b[2J\u009b31m\u202e\n\u2028z";
    const escaped = "a\\u001b[2J\\u009b31m\\u202e\\u000a\\u2028z";
    const line = JSON.stringify({
      level: 30,
      time: hostile,
      msg: hostile,
      [hostile]: hostile,
      err: { message: hostile },
      deep: [hostile],
    });
    expect(logLine(line)).not.toMatch(/[\p{C}\u2028]/u);
    expect(logLine(line)).toContain(`${escaped}=${escaped}`);
    expect(logLine(line)).toContain(`err=${escaped}`);
    expect(jsonLine(line)).not.toMatch(/[\p{C}\u2028]/u);
    expect(JSON.parse(jsonLine(line))).toEqual(JSON.parse(line));
    expect(logLine(JSON.stringify({ msg: "Müller, 日本" }))).toBe("Müller, 日本");
  });

  it("is JSON for a program, also when the log is damaged", () => {
    expect(JSON.parse(jsonLine("\0\0\u001b[2J"))).toEqual({ damaged: "\\u0000\\u0000\\u001b[2J" });
    expect(JSON.parse(jsonLine("[1]"))).toEqual({ damaged: "[1]" });
  });

  it("cannot drive a terminal when it is no JSON", () => {
    expect(logLine("\u001b[2Jgone\r")).toBe("\\u001b[2Jgone\\u000d");
  });
});
