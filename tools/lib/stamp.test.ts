import { mkdtempSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fromRoot } from "./paths.mjs";
import { digest, forget, isFresh, setFresh } from "./stamp.mjs";

let folder: string;
let name: string;
const step = "stamp-test";

beforeEach(() => {
  mkdirSync(fromRoot(".cache"), { recursive: true });
  folder = mkdtempSync(fromRoot(".cache", "stamp-test-"));
  name = path.relative(fromRoot(), folder);
  writeFileSync(path.join(folder, "a.cc"), "1");
});

afterEach(() => {
  forget(step);
  rmSync(folder, { recursive: true, force: true });
});

test("the content decides, not the time", () => {
  const before = digest([name]);
  utimesSync(path.join(folder, "a.cc"), 1, 1);
  expect(digest([name])).toBe(before);
  writeFileSync(path.join(folder, "a.cc"), "2");
  expect(digest([name])).not.toBe(before);
});

test("a file that is added, renamed or taken away decides too; one that is to be skipped does not", () => {
  const skip = { skip: /_test\.cc$/ };
  const before = digest([name], skip);
  writeFileSync(path.join(folder, "b_test.cc"), "");
  expect(digest([name], skip)).toBe(before);
  writeFileSync(path.join(folder, "b.cc"), "");
  const added = digest([name], skip);
  expect(added).not.toBe(before);
  rmSync(path.join(folder, "b.cc"));
  writeFileSync(path.join(folder, "c.cc"), "");
  expect([before, added]).not.toContain(digest([name], skip));
});

test("what was made is fresh until the content or an output is gone", () => {
  const value = digest([name]);
  const output = path.join(name, "a.cc");
  expect(isFresh(step, value, [output])).toBe(false);
  setFresh(step, value);
  expect(isFresh(step, value, [output])).toBe(true);
  expect(isFresh(step, `${value}0`, [output])).toBe(false);
  rmSync(fromRoot(output));
  expect(isFresh(step, value, [output])).toBe(false);
});
