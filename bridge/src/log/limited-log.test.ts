import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { LimitedLog } from "./limited-log.js";

function limitedLog(): { log: LimitedLog; lines: Record<string, unknown>[]; pass: (ms: number) => void } {
  const lines: Record<string, unknown>[] = [];
  let now = 0;
  const write = (line: string): void => {
    lines.push(JSON.parse(line) as Record<string, unknown>);
  };
  const log = new LimitedLog(pino({ base: null }, { write }), { logLines: 3, logLineMs: 1000 }, () => now);
  return { log, lines, pass: (ms) => (now += ms) };
}

describe("the log lines that clients cause", () => {
  it("writes a burst, then one line per interval, and says how many were left out", () => {
    const { log, lines, pass } = limitedLog();
    for (let count = 0; count < 10; count += 1) log.warn({ count }, "refused");
    expect(lines.map(({ count }) => count)).toEqual([0, 1, 2]);
    pass(999);
    log.warn({ count: 10 }, "refused");
    expect(lines).toHaveLength(3);
    pass(1);
    log.warn({ count: 11 }, "refused");
    log.warn({ count: 12 }, "refused");
    expect(lines.slice(3)).toMatchObject([{ level: 40, count: 11, omitted: 8, msg: "refused" }]);
  });

  it("allows a whole burst again after a long time, and no more", () => {
    const { log, lines, pass } = limitedLog();
    for (let count = 0; count < 5; count += 1) log.info({}, "a pane has come");
    pass(1_000_000);
    for (let count = 0; count < 5; count += 1) log.info({}, "a pane has come");
    expect(lines).toHaveLength(6);
    expect(lines[3]).toMatchObject({ omitted: 2 });
    expect(lines[4]).not.toHaveProperty("omitted");
  });

  it("has a budget for each kind, so that one kind cannot hide another", () => {
    const { log, lines } = limitedLog();
    for (let count = 0; count < 100; count += 1) log.warn({}, "refused");
    log.error({}, "a request failed");
    expect(lines.at(-1)).toMatchObject({ level: 50, msg: "a request failed" });
  });

  it("reports at the end what was left out since, once", () => {
    const { log, lines } = limitedLog();
    for (let count = 0; count < 10; count += 1) log.warn({}, "refused");
    log.info({}, "a pane has come");
    log.flush();
    log.flush();
    expect(lines.slice(4)).toMatchObject([{ msg: "log lines were left out", kind: "refused", omitted: 7 }]);
  });
});
