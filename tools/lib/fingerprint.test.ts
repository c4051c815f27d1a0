import { mkdtempSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fromRoot } from "./paths.mjs";
import { fingerprint, invalidate, isUpToDate, markUpToDate } from "./fingerprint.mjs";

let folder: string;
let name: string;
const step = "fingerprint-test";

beforeEach(() => {
  mkdirSync(fromRoot(".cache"), { recursive: true });
  folder = mkdtempSync(fromRoot(".cache", "fingerprint-test-"));
  name = path.relative(fromRoot(), folder);
  writeFileSync(path.join(folder, "a.cc"), "1");
});

afterEach(() => {
  invalidate(step);
  rmSync(folder, { recursive: true, force: true });
});

test("depends on the content, not on the time", () => {
  const before = fingerprint([name]);
  utimesSync(path.join(folder, "a.cc"), 1, 1);
  expect(fingerprint([name])).toBe(before);
  writeFileSync(path.join(folder, "a.cc"), "2");
  expect(fingerprint([name])).not.toBe(before);
});

test("changes when a file is added, renamed or removed, unless it is skipped", () => {
  const skip = { skip: /_test\.cc$/ };
  const before = fingerprint([name], skip);
  writeFileSync(path.join(folder, "b_test.cc"), "");
  expect(fingerprint([name], skip)).toBe(before);
  writeFileSync(path.join(folder, "b.cc"), "");
  const added = fingerprint([name], skip);
  expect(added).not.toBe(before);
  rmSync(path.join(folder, "b.cc"));
  writeFileSync(path.join(folder, "c.cc"), "");
  expect([before, added]).not.toContain(fingerprint([name], skip));
});

test("is up to date until the content changes or an output is missing", () => {
  const value = fingerprint([name]);
  const output = path.join(name, "a.cc");
  expect(isUpToDate(step, value, [output])).toBe(false);
  markUpToDate(step, value);
  expect(isUpToDate(step, value, [output])).toBe(true);
  expect(isUpToDate(step, `${value}0`, [output])).toBe(false);
  rmSync(fromRoot(output));
  expect(isUpToDate(step, value, [output])).toBe(false);
});
