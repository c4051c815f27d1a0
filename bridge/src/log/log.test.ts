import { mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expectPermissions } from "../../../test/support/system.js";
import { temporaryFolder } from "../../../test/support/temporary-folder.js";
import { UserError } from "../user-error.js";
import { prepareDataDirectory, resolveDataDirectory, type DataDirectory } from "../data-directory.js";
import { sanitize } from "./sanitize.js";
import { logFileOf, openLog } from "./log.js";

function preparedDataDirectory(): DataDirectory {
  const dataDirectory = resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryFolder() } });
  prepareDataDirectory(dataDirectory);
  return dataDirectory;
}

describe("openLog", () => {
  it("writes each line at once, to a file that only this user can read", () => {
    const dataDirectory = preparedDataDirectory();
    const { log, close } = openLog(dataDirectory);
    log.info({ port: 1 }, "starting");
    const [line = ""] = readFileSync(logFileOf(dataDirectory), "utf8").split("\n");
    close();
    expect(JSON.parse(line)).toMatchObject({ level: 30, port: 1, msg: "starting", pid: process.pid });
    expect(line).toMatch(/"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/);
    expectPermissions(logFileOf(dataDirectory), 0o600);
  });

  it("keeps less than 10 MB in all", () => {
    const dataDirectory = preparedDataDirectory();
    const { log, close } = openLog(dataDirectory);
    const text = "x".repeat(10_000);
    for (let number = 0; number < 1500; number += 1) log.info({ number }, text);
    close();
    const sizes = readdirSync(dataDirectory.logs).map((name) => statSync(join(dataDirectory.logs, name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(10_000_000);
    expect(readFileSync(logFileOf(dataDirectory), "utf8")).toContain('"number":1499');
  });

  it("throws a UserError if the file cannot be written", () => {
    const dataDirectory = preparedDataDirectory();
    mkdirSync(logFileOf(dataDirectory));
    expect(() => openLog(dataDirectory)).toThrow(UserError);
  });
});

describe("sanitize", () => {
  it("returns one line of printable ASCII", () => {
    expect(sanitize('a\r\nb\u001b[31m\u202e\u0085"')).toBe('a\\u000d\\u000ab\\u001b[31m\\u202e\\u0085"');
  });

  it("cuts long text and appends its length", () => {
    expect(sanitize("y".repeat(200))).toBe("y".repeat(200));
    expect(sanitize("y".repeat(5000))).toBe(`${"y".repeat(200)}... (5000 characters)`);
  });

  it("limits the length of the result, not of the input", () => {
    expect(sanitize("\u0085".repeat(200))).toBe(`${"\\u0085".repeat(33)}... (200 characters)`);
  });
});
