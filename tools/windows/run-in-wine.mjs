#!/usr/bin/env node
// @ts-check
// Runs a Windows program: node tools/windows/run-in-wine.mjs program.exe [arguments...]
// Its output goes to a file first, because not every program can write to a Linux pipe.
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePrefix, wineEnvironment } from "./wine-prefix.mjs";

const LIMIT_MS = 180_000;

ensurePrefix();
const folder = mkdtempSync(join(tmpdir(), "wine-output-"));
const file = join(folder, "output");
const output = openSync(file, "w");
const result = spawnSync("wine", process.argv.slice(2), {
  env: wineEnvironment(),
  stdio: ["ignore", output, output],
  timeout: LIMIT_MS,
});
closeSync(output);
process.stdout.write(readFileSync(file));
rmSync(folder, { recursive: true, force: true });
if (result.error) console.error(result.error.message);
process.exitCode = result.status ?? 1;
