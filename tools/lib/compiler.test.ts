import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { afterEach, expect, test } from "vitest";
import { ensureCompiler } from "./compiler.mjs";
import { explain } from "./failure.mjs";

const { PATH } = process.env;
const empty = mkdtempSync(path.join(tmpdir(), "no-compiler-"));

afterEach(() => {
  process.env["PATH"] = PATH;
  rmSync(empty, { recursive: true, force: true });
});

test("names the compiler, make and Python as missing, and the remedy, where none is on PATH and none can be installed", async () => {
  process.env["PATH"] = empty;
  const told = await ensureCompiler().then(() => "nothing", explain);
  expect(told).toContain("g++");
  expect(told).toContain("make");
  expect(told).toContain("python3");
  expect(told).toMatch(/install/);
  expect(told).not.toMatch(/^\s+at /m);
});
