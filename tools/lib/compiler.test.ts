import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { afterEach, expect, test } from "vitest";
import { ensureCompiler } from "./compiler.mjs";
import { explain } from "./user-error.mjs";

const { PATH } = process.env;
const empty = mkdtempSync(path.join(tmpdir(), "no-compiler-"));

afterEach(() => {
  process.env["PATH"] = PATH;
  rmSync(empty, { recursive: true, force: true });
});

test("reports the missing compiler, make and Python, and how to install them", async () => {
  process.env["PATH"] = empty;
  const text = await ensureCompiler().then(() => "nothing", explain);
  expect(text).toContain("g++");
  expect(text).toContain("make");
  expect(text).toContain("python3");
  expect(text).toMatch(/install/);
  expect(text).not.toMatch(/^\s+at /m);
});
