import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.js";
import { resolveDataDirectory, type DataDirectory } from "../data-directory.js";
import { prettyPrint, toJsonLine } from "./pretty-print.js";
import { lastLines, logFilesOf, tailLog } from "./read.js";
import { printable, printableJson, printableLines } from "./sanitize.js";

function dataDirectoryWithLogs(): DataDirectory {
  const dataDirectory = resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryFolder() } });
  mkdirSync(dataDirectory.logs, { recursive: true });
  return dataDirectory;
}

describe("lastLines", () => {
  it("continues in the older files if the current one has too few lines", () => {
    const dataDirectory = dataDirectoryWithLogs();
    writeFileSync(join(dataDirectory.logs, "bridge.2.log"), "1\n2\n");
    writeFileSync(join(dataDirectory.logs, "bridge.1.log"), "3\n4\n");
    writeFileSync(join(dataDirectory.logs, "bridge.log"), "5\n");
    writeFileSync(join(dataDirectory.logs, "other.log"), "x\n");
    expect(logFilesOf(dataDirectory)).toHaveLength(3);
    expect(lastLines(dataDirectory, 4)).toEqual(["2", "3", "4", "5"]);
    expect(lastLines(dataDirectory, 100)).toEqual(["1", "2", "3", "4", "5"]);
    expect(lastLines(dataDirectory, 0)).toEqual([]);
  });

  it("returns nothing if there is no log", () => {
    const dataDirectory = resolveDataDirectory({
      env: { OUTLOOK_OFFLINE_STATE_HOME: join(temporaryFolder(), "nowhere") },
    });
    expect(lastLines(dataDirectory, 10)).toEqual([]);
  });
});

describe("an unreadable log", () => {
  it.each(["a folder in the place of the file", "a file in the place of the folder"])(
    "is reported with its path: %s",
    async (what) => {
      const dataDirectory = dataDirectoryWithLogs();
      const file = join(dataDirectory.logs, "bridge.log");
      if (what.startsWith("a folder")) mkdirSync(file);
      else {
        rmSync(dataDirectory.logs, { recursive: true });
        writeFileSync(dataDirectory.logs, "");
      }
      const named = what.startsWith("a folder") ? file : dataDirectory.logs;
      expect(() => lastLines(dataDirectory, 10)).toThrow(`cannot read the log: ${named}: `);
      const tailing = tailLog(dataDirectory, () => undefined, AbortSignal.timeout(60_000));
      await expect(tailing).rejects.toThrow("cannot read the log");
    },
  );
});

describe("tailLog", () => {
  it("reports complete lines, across a rotation", async () => {
    const dataDirectory = dataDirectoryWithLogs();
    const file = join(dataDirectory.logs, "bridge.log");
    writeFileSync(file, "before\n");
    const shown: string[] = [];
    const stop = new AbortController();
    const tailing = tailLog(dataDirectory, (line) => shown.push(line), stop.signal);
    onTestFinished(() => {
      stop.abort();
    });
    appendFileSync(file, "one\ntw");
    await expect.poll(() => shown).toEqual(["one"]);
    appendFileSync(file, "o ü\n");
    await expect.poll(() => shown).toEqual(["one", "two ü"]);
    appendFileSync(file, "the last of the old\n");
    renameSync(file, join(dataDirectory.logs, "bridge.1.log"));
    writeFileSync(file, "the first of the new\n");
    await expect.poll(() => shown).toEqual(["one", "two ü", "the last of the old", "the first of the new"]);
    stop.abort();
    await tailing;
  });
});

describe("tailLog with a damaged log", () => {
  // Searching it from the beginning again for each chunk would take many minutes.
  it("reads a line of 48 MB in linear time", async () => {
    const dataDirectory = dataDirectoryWithLogs();
    const file = join(dataDirectory.logs, "bridge.log");
    writeFileSync(file, "");
    const shown: number[] = [];
    const stop = new AbortController();
    const tailing = tailLog(dataDirectory, (line) => shown.push(line.length), stop.signal);
    onTestFinished(() => {
      stop.abort();
    });
    writeFileSync(file, `${"\0".repeat(48 << 20)}\n`);
    await expect.poll(() => shown).toEqual([48 << 20]);
    stop.abort();
    await tailing;
  });
});

describe("printable", () => {
  it("keeps letters of all languages, and `printableLines` keeps line feeds", () => {
    expect(printable("Zoë 日本\n")).toBe("Zoë 日本\\u000a");
    expect(printableLines("a\nb\u001b[1m")).toBe("a\nb\\u001b[1m");
    expect(printable("\u{e0041}")).toBe("\\udb40\\udc41");
    expect(JSON.parse(printableJson({ a: "\u{e0041}\u009b" }))).toEqual({ a: "\u{e0041}\u009b" });
  });
});

describe("prettyPrint and toJsonLine", () => {
  it("print the time, the level of warnings and errors, the message and the fields", () => {
    const line = { level: 40, time: "2026-01-02T03:04:05.000Z", pid: 7, port: 38443, msg: "the port was taken" };
    expect(prettyPrint(JSON.stringify(line))).toBe("2026-01-02T03:04:05.000Z WARNING the port was taken  port=38443");
    expect(prettyPrint(JSON.stringify({ ...line, level: 30 }))).not.toContain("WARNING");
    expect(prettyPrint(JSON.stringify({ level: 50, msg: "failed", err: { message: "why" } }))).toBe(
      "ERROR failed  err=why",
    );
  });

  it("escape control and bidirectional characters in every field", () => {
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
    expect(prettyPrint(line)).not.toMatch(/[\p{C}\u2028]/u);
    expect(prettyPrint(line)).toContain(`${escaped}=${escaped}`);
    expect(prettyPrint(line)).toContain(`err=${escaped}`);
    expect(toJsonLine(line)).not.toMatch(/[\p{C}\u2028]/u);
    expect(JSON.parse(toJsonLine(line))).toEqual(JSON.parse(line));
    expect(prettyPrint(JSON.stringify({ msg: "Müller, 日本" }))).toBe("Müller, 日本");
  });

  it("return JSON for damaged lines, too", () => {
    expect(JSON.parse(toJsonLine("\0\0\u001b[2J"))).toEqual({ damaged: "\\u0000\\u0000\\u001b[2J" });
    expect(JSON.parse(toJsonLine("[1]"))).toEqual({ damaged: "[1]" });
  });

  it("escape control characters of lines that are not JSON", () => {
    expect(prettyPrint("\u001b[2Jgone\r")).toBe("\\u001b[2Jgone\\u000d");
  });
});
