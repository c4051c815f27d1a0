// The messages of failing tasks, with real errors of the operating system.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { explain, UserError, systemRemedyIn } from "./user-error.mjs";
import { fromRoot } from "./paths.mjs";

const { DEBUG } = process.env;

beforeEach(() => {
  delete process.env["DEBUG"];
});

afterEach(() => {
  if (DEBUG === undefined) delete process.env["DEBUG"];
  else process.env["DEBUG"] = DEBUG;
});

describe("an operating system error", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "user-error-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** The text of what `work` throws. */
  function textOf(work: () => void): string {
    try {
      work();
    } catch (error) {
      return explain(error);
    }
    throw new Error("no error");
  }

  test("names the missing file and how to restore it", () => {
    const file = path.join(folder, "missing");
    const text = textOf(() => readFileSync(file));
    expect(text).toContain(`open '${file}'`);
    expect(text).toContain(`${file} is missing. Restore it`);
    expect(text).not.toMatch(/^\s+at /m);
  });

  test("names what blocks the path", () => {
    const text = textOf(() => {
      writeFileSync(folder, "");
    });
    expect(text).toContain(`rename or delete ${folder}`);
  });

  test("names the missing program", async () => {
    const error = await new Promise((resolve) => spawn("no-such-program", []).once("error", resolve));
    expect(explain(error)).toContain("Install no-such-program, or put it on the PATH.");
  });

  test("includes the stack only with DEBUG", () => {
    process.env["DEBUG"] = "1";
    expect(textOf(() => readFileSync(path.join(folder, "missing")))).toMatch(/^\s+at /m);
  });
});

test("explains how to show the stack of an unexpected error", () => {
  const text = explain(new TypeError("x is not a function"));
  expect(text).toContain("error: x is not a function");
  expect(text).toContain("--verbose");
  expect(text).not.toMatch(/^\s+at /m);
});

test("shows the beginning and the end of a failing tool's output", () => {
  const lines = Array.from({ length: 500 }, (_, index) => `line ${index}`);
  const text = explain(new UserError("It failed.", { output: lines.join("\n"), remedy: "Do this." }));
  expect(text).toContain("line 0\n");
  expect(text).toContain("line 499");
  expect(text).not.toContain("line 250");
  expect(text).toMatch(/\d+ lines omitted/);
  expect(text).toMatch(/error: It failed\.\nDo this\.$/);
});

test.each([
  ["fatal error: error writing to /tmp/x.s: No space left on device", "disk is full"],
  ["npm error code ENOSPC", "disk is full"],
  ["g++: fatal error: Killed signal terminated program cc1plus", "not enough memory"],
  ["FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", "not enough memory"],
  ["Error: EMFILE: too many open files, open 'x'", "ulimit -n"],
  ["mkdir: cannot create directory 'x': Read-only file system", "read-only"],
  ["rm: cannot remove 'x': Permission denied", "Give this user access to /clone"],
])("recognizes the operating system error in %j", (output, remedy) => {
  expect(systemRemedyIn(output, "/clone")).toContain(remedy);
});

test("finds no operating system error in a compiler error", () => {
  expect(systemRemedyIn("a.cc:1:1: error: 'x' was not declared in this scope", "/clone")).toBeUndefined();
});

describe("a task that cannot write its output", () => {
  function list(script: string): Promise<{ code: unknown; stderr: string }> {
    return new Promise((resolve) => {
      const args = ["-c", script, process.execPath, fromRoot("tools/task.mjs")];
      execFile("bash", args, (error, _stdout, stderr) => {
        resolve({ code: error?.code ?? 0, stderr });
      });
    });
  }

  test.runIf(process.platform === "linux")("reports that the disk is full", async () => {
    const { code, stderr } = await list('"$0" "$1" test --list > /dev/full');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: ENOSPC.*\nThe disk is full/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test.runIf(process.platform !== "win32")("exits silently when the reader of its pipe has exited", async () => {
    expect(await list('"$0" "$1" test --list | true; exit 0')).toEqual({ code: 0, stderr: "" });
  });
});
