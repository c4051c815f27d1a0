import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { RateLimitedLog } from "./rate-limited-log.js";

function createLog(): { log: RateLimitedLog; lines: Record<string, unknown>[]; advance: (ms: number) => void } {
  const lines: Record<string, unknown>[] = [];
  let now = 0;
  const write = (line: string): void => {
    lines.push(JSON.parse(line) as Record<string, unknown>);
  };
  const log = new RateLimitedLog(pino({ base: null }, { write }), { logLines: 3, logLineMs: 1000 }, () => now);
  return { log, lines, advance: (ms) => (now += ms) };
}

describe("RateLimitedLog", () => {
  it("logs a burst, then one line per interval with the number of omitted lines", () => {
    const { log, lines, advance } = createLog();
    for (let count = 0; count < 10; count += 1) log.warn({ count }, "refused");
    expect(lines.map(({ count }) => count)).toEqual([0, 1, 2]);
    advance(999);
    log.warn({ count: 10 }, "refused");
    expect(lines).toHaveLength(3);
    advance(1);
    log.warn({ count: 11 }, "refused");
    log.warn({ count: 12 }, "refused");
    expect(lines.slice(3)).toMatchObject([{ level: 40, count: 11, omitted: 8, msg: "refused" }]);
  });

  it("allows one full burst again after a long time", () => {
    const { log, lines, advance } = createLog();
    for (let count = 0; count < 5; count += 1) log.info({}, "a pane has come");
    advance(1_000_000);
    for (let count = 0; count < 5; count += 1) log.info({}, "a pane has come");
    expect(lines).toHaveLength(6);
    expect(lines[3]).toMatchObject({ omitted: 2 });
    expect(lines[4]).not.toHaveProperty("omitted");
  });

  it("limits each message separately", () => {
    const { log, lines } = createLog();
    for (let count = 0; count < 100; count += 1) log.warn({}, "refused");
    log.error({}, "a request failed");
    expect(lines.at(-1)).toMatchObject({ level: 50, msg: "a request failed" });
  });

  it("reports omitted lines once on flush", () => {
    const { log, lines } = createLog();
    for (let count = 0; count < 10; count += 1) log.warn({}, "refused");
    log.info({}, "a pane has come");
    log.flush();
    log.flush();
    expect(lines.slice(4)).toMatchObject([{ msg: "log lines were omitted", kind: "refused", omitted: 7 }]);
  });
});
