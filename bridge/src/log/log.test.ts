import { mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expectRights } from "../../../test/support/rights.js";
import { temporaryHome } from "../../../test/support/temporary-home.js";
import { Failure } from "../failure.js";
import { prepareHome, resolveHome, type Home } from "../home/home.js";
import { foreign } from "./foreign.js";
import { logFileOf, openLog } from "./log.js";

function preparedHome(): Home {
  const home = resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryHome() } });
  prepareHome(home);
  return home;
}

describe("the log", () => {
  it("is on disk as soon as a line is logged, for this user alone", () => {
    const home = preparedHome();
    const { log, close } = openLog(home);
    log.info({ port: 1 }, "starting");
    const [line = ""] = readFileSync(logFileOf(home), "utf8").split("\n");
    close();
    expect(JSON.parse(line)).toMatchObject({ level: 30, port: 1, msg: "starting", pid: process.pid });
    expectRights(logFileOf(home), 0o600);
  });

  it("stays under 10 MB in all, however much is logged", () => {
    const home = preparedHome();
    const { log, close } = openLog(home);
    const text = "x".repeat(10_000);
    for (let number = 0; number < 1500; number += 1) log.info({ number }, text);
    close();
    const sizes = readdirSync(home.logs).map((name) => statSync(join(home.logs, name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(10_000_000);
    expect(readFileSync(logFileOf(home), "utf8")).toContain('"number":1499');
  });

  it("says which file cannot be written", () => {
    const home = preparedHome();
    mkdirSync(logFileOf(home));
    expect(() => openLog(home)).toThrow(Failure);
  });
});

describe("text from outside", () => {
  it("is one line of printable ASCII, whatever it was", () => {
    expect(foreign('a\r\nb\u001b[31m\u202e\u0085"')).toBe('a\\u000d\\u000ab\\u001b[31m\\u202e\\u0085"');
  });

  it("is cut", () => {
    expect(foreign("y".repeat(200))).toBe("y".repeat(200));
    expect(foreign("y".repeat(5000))).toBe(`${"y".repeat(200)}... (5000 characters)`);
  });

  it("is cut to the same length when every character of it is escaped", () => {
    expect(foreign("\u0085".repeat(200))).toBe(`${"\\u0085".repeat(33)}... (200 characters)`);
  });
});
