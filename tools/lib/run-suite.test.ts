// What counts as passed and as failed, by suites that are small programs.
import { readFileSync } from "node:fs";
import process from "node:process";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Suite } from "../suites.mjs";
import { fromRoot } from "./paths.mjs";
import { runSuite } from "./run-suite.mjs";

const { CI } = process.env;
let told = "";

beforeEach(() => {
  told = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    told += text.toString();
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  if (CI === undefined) delete process.env["CI"];
  else process.env["CI"] = CI;
});

/** A suite that runs this script, in which `report(checks)` writes what a suite of checks writes. */
function suite(script: string, more: Partial<Suite> = {}): Suite {
  const report = "const report = (checks) => require('fs').writeFileSync(process.argv[1], JSON.stringify(checks));";
  return {
    name: "tools-test",
    what: "",
    needs: [],
    builds: [],
    lane: "product",
    limitSeconds: 20,
    report: "checks",
    command: (file) => [process.execPath, ["-e", `${report}${script}`, file]],
    ...more,
  };
}

const PASSED = '{ name: "one", passed: true, output: "" }';
const FAILED = '{ name: "two", passed: false, output: "expected 1, received 2" }';

test("counts what the suite tells, and shows why something failed", async () => {
  const tally = await runSuite(suite(`report([${PASSED}, ${FAILED}]); process.exitCode = 1;`));
  expect(tally).toMatchObject({ passed: 1, failed: 1 });
  expect(told).toContain("FAILED two");
  expect(told).toContain("expected 1, received 2");
});

test("counts a suite that ends badly although no test of it failed", async () => {
  const tally = await runSuite(suite(`report([${PASSED}]); console.log("out of memory"); process.exitCode = 3;`));
  expect(tally).toMatchObject({ passed: 1, failed: 1 });
  expect(told).toMatch(/exit code 3[^]*out of memory/);
});

test("counts a suite that crashes before it has told anything", async () => {
  expect(await runSuite(suite("process.kill(process.pid, 'SIGKILL');"))).toMatchObject({ passed: 0, failed: 1 });
});

test("counts a suite that ran nothing", async () => {
  expect(await runSuite(suite("report([]);"))).toMatchObject({ passed: 0, failed: 1 });
  expect(told).toContain("ran no test");
});

test("counts a suite that cannot be started", async () => {
  const nothing: Suite["command"] = () => [fromRoot("no-such-program"), []];
  expect(await runSuite(suite("", { command: nothing }))).toMatchObject({ passed: 0, failed: 1 });
});

test("ends a suite, and what it has started, at its time limit", async () => {
  const script = `
    const child = require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    require("fs").writeFileSync(process.argv[1] + ".pid", String(child.pid));
    report([${PASSED}]);
    setInterval(() => {}, 1000);`;
  expect(await runSuite(suite(script, { limitSeconds: 2 }))).toMatchObject({ passed: 1, failed: 1 });
  expect(told).toContain("limit of 2 s");
  const pid = Number(readFileSync(fromRoot(".cache/test/tools-test.json.pid"), "utf8"));
  await expect.poll(() => isAlive(pid)).toBe(false);
});

const DOCTEST = (passed: number, failed: number, skipped: number): string =>
  `[doctest] test cases: ${passed + failed} | ${passed} passed | ${failed} failed | ${skipped} skipped`;

test("adds up the summaries of several doctest programs", async () => {
  const script = `console.log(${JSON.stringify(`${DOCTEST(3, 0, 0)}\n${DOCTEST(4, 0, 0)}`)});`;
  expect(await runSuite(suite(script, { report: "doctest" }))).toMatchObject({ passed: 7, failed: 0 });
});

test("counts a skipped test as failed in CI, and not elsewhere", async () => {
  const script = `console.log(${JSON.stringify(DOCTEST(3, 0, 1))});`;
  delete process.env["CI"];
  expect(await runSuite(suite(script, { report: "doctest" }))).toMatchObject({ passed: 3, failed: 0 });
  process.env["CI"] = "true";
  expect(await runSuite(suite(script, { report: "doctest" }))).toMatchObject({ passed: 3, failed: 1 });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
