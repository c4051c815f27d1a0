// Uses small programs as suites.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Suite } from "../suites.mjs";
import { fromRoot } from "./paths.mjs";
import { runSuite } from "./run-suite.mjs";
import { schedule } from "./run-suites.mjs";

const { CI } = process.env;
let printed = "";

beforeEach(() => {
  printed = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    printed += text.toString();
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  if (CI === undefined) delete process.env["CI"];
  else process.env["CI"] = CI;
});

/** A suite that runs this script; `report(checks)` in it writes the report file. */
function suite(script: string, more: Partial<Suite> = {}): Suite {
  const report = "const report = (checks) => require('fs').writeFileSync(process.argv[1], JSON.stringify(checks));";
  return {
    name: "tools-test",
    what: "",
    needs: [],
    builds: [],
    cores: 1,
    seconds: 1,
    limitSeconds: 20,
    report: "checks",
    command: (file) => [process.execPath, ["-e", `${report}${script}`, file]],
    ...more,
  };
}

const PASSED = '{ name: "one", passed: true, output: "" }';
const FAILED = '{ name: "two", passed: false, output: "expected 1, received 2" }';

test("counts the results of a suite and prints the failures", async () => {
  const tally = await runSuite(suite(`report([${PASSED}, ${FAILED}]); process.exitCode = 1;`));
  expect(tally).toMatchObject({ passed: 1, failed: 1 });
  expect(printed).toContain("FAILED two");
  expect(printed).toContain("expected 1, received 2");
});

test("counts an exit code other than 0 as a failure even if no test failed", async () => {
  const tally = await runSuite(suite(`report([${PASSED}]); console.log("out of memory"); process.exitCode = 3;`));
  expect(tally).toMatchObject({ passed: 1, failed: 1 });
  expect(printed).toMatch(/Exit code 3[^]*out of memory/);
});

test("counts a suite that crashes before it reports anything as failed", async () => {
  expect(await runSuite(suite("process.kill(process.pid, 'SIGKILL');"))).toMatchObject({ passed: 0, failed: 1 });
});

test("counts a suite without tests as failed", async () => {
  expect(await runSuite(suite("report([]);"))).toMatchObject({ passed: 0, failed: 1 });
  expect(printed).toContain("No test ran");
});

test("counts a suite that cannot be started as failed", async () => {
  const nothing: Suite["command"] = () => [fromRoot("no-such-program"), []];
  expect(await runSuite(suite("", { command: nothing }))).toMatchObject({ passed: 0, failed: 1 });
});

test("kills a suite and its child processes at the time limit", async () => {
  const script = `
    const child = require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    require("fs").writeFileSync(process.argv[1] + ".pid", String(child.pid));
    report([${PASSED}]);
    setInterval(() => {}, 1000);`;
  expect(await runSuite(suite(script, { limitSeconds: 2 }))).toMatchObject({ passed: 1, failed: 1 });
  expect(printed).toContain("limit of 2 s");
  const pid = Number(readFileSync(fromRoot(".cache/test/tools-test.json.pid"), "utf8"));
  await expect.poll(() => isAlive(pid)).toBe(false);
});

const DOCTEST = (passed: number, failed: number, skipped: number): string =>
  `[doctest] test cases: ${passed + failed} | ${passed} passed | ${failed} failed | ${skipped} skipped`;

test("adds up the summaries of several doctest programs", async () => {
  const script = `console.log(${JSON.stringify(`${DOCTEST(3, 0, 0)}\n${DOCTEST(4, 0, 0)}`)});`;
  expect(await runSuite(suite(script, { report: "doctest" }))).toMatchObject({ passed: 7, failed: 0 });
});

test("counts a skipped test as failed only in CI", async () => {
  const script = `console.log(${JSON.stringify(DOCTEST(3, 0, 1))});`;
  delete process.env["CI"];
  expect(await runSuite(suite(script, { report: "doctest" }))).toMatchObject({ passed: 3, failed: 0 });
  process.env["CI"] = "true";
  expect(await runSuite(suite(script, { report: "doctest" }))).toMatchObject({ passed: 3, failed: 1 });
});

test("shows the duration of the last run", async () => {
  const script = `console.log(${JSON.stringify(DOCTEST(4, 0, 0))});`;
  await runSuite(suite(script, { report: "doctest" }));
  printed = "";
  await runSuite(suite(script, { report: "doctest" }));
  expect(printed).toMatch(/\(last run: \d+ s\)/);
});

describe("schedule", () => {
  const named = (name: string, more: Partial<Suite> = {}): Suite => suite("", { name, ...more });

  /** Schedules the suites; each runs until `end` is called with its name. */
  function scheduled(suites: readonly Suite[], readiness: (suite: Suite) => Promise<boolean>[] = () => []) {
    const started: string[] = [];
    const ends = new Map<string, () => void>();
    const all = schedule(suites, {
      capacity: () => 2,
      readiness,
      run: ({ name }, isReady) => {
        started.push(isReady ? name : `${name} without builds`);
        return new Promise((resolve) => ends.set(name, resolve));
      },
    });
    const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const end = async (name: string): Promise<void> => {
      ends.get(name)?.();
      await settled();
    };
    return { started, end, all, settled };
  }

  test("starts the longest suites first, as many as there are cores", async () => {
    const suites = [named("short", { seconds: 1 }), named("long", { seconds: 9 }), named("middle", { seconds: 5 })];
    const { started, end, all, settled } = scheduled(suites);
    await settled();
    expect(started).toEqual(["long", "middle"]);
    await end("middle");
    expect(started).toEqual(["long", "middle", "short"]);
    await end("long");
    await end("short");
    await all;
  });

  test("runs more suites at once if they mostly wait, but never two with the same resource", async () => {
    const half = { cores: 0.5 };
    const suites = [
      named("a", { seconds: 9, ...half, exclusive: "wine" }),
      named("b", { seconds: 8, ...half, exclusive: "wine" }),
      ...["c", "d", "e"].map((name) => named(name, half)),
    ];
    const { started, end, settled } = scheduled(suites);
    await settled();
    expect(started).toEqual(["a", "c", "d", "e"]);
    await end("a");
    expect(started).toEqual(["a", "c", "d", "e", "b"]);
  });

  test("starts each suite when its builds are done, and reports failed builds", async () => {
    const builds = new Map<string, (isBuilt: boolean) => void>();
    const suites = [named("built", { seconds: 9 }), named("broken", { seconds: 8 }), named("plain")];
    const { started, end, settled } = scheduled(suites, ({ name }) =>
      name === "plain" ? [] : [new Promise((resolve) => builds.set(name, resolve))],
    );
    await settled();
    expect(started).toEqual(["plain"]);
    builds.get("built")?.(true);
    await settled();
    expect(started).toEqual(["plain", "built"]);
    builds.get("broken")?.(false);
    await end("plain");
    expect(started).toEqual(["plain", "built", "broken without builds"]);
  });
});

test("reports an interrupted run as neither passed nor failed", async () => {
  const script = `
    import { runSuites } from ${JSON.stringify(new URL("run-suites.mjs", import.meta.url).href)};
    import { endChildren } from ${JSON.stringify(new URL("child.mjs", import.meta.url).href)};
    const suite = {
      name: "tools-interrupted", what: "waits", needs: [], builds: [], cores: 1, seconds: 1, limitSeconds: 60, report: "checks",
      command: () => [process.execPath, ["-e", "console.log('started'); setInterval(() => {}, 1000)"]],
    };
    process.on("SIGINT", () => void endChildren());
    process.exitCode = await runSuites([suite, { ...suite, name: "tools-not-started", cores: 99 }]);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece: Buffer) => (output += piece.toString()));
  const code = new Promise((resolve) => child.once("close", resolve));
  await expect.poll(() => output).toContain("waits");
  child.kill("SIGINT");
  expect(await code).toBe(130);
  expect(output).toMatch(/tools-interrupted interrupted after/);
  expect(output).toMatch(/interrupted after .*: 0 of 2 suites finished/);
  expect(output).not.toMatch(/FAILED|^\d+ passed/m);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
