// The Windows binaries: dependencies, size, version information and reproducibility.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { machines } from "../../tools/native/toolchains-windows.mjs";
import { binaries, type Binary } from "../../tools/windows/binaries.mjs";
import { nonSystemImports, importsOf } from "../../tools/windows/binutils.mjs";

const require = createRequire(import.meta.url);
const { version } = require("../../package.json") as { version: string };

const built = binaries.flatMap((binary: Binary) =>
  binary.machines.map((machine) => ({
    binary,
    machine,
    file: join(binary.folder(machine), binary.file),
    triplet: machines[machine].triplet,
  })),
);
const AGENT = "dist/windows/x64/offline-state-agent.dll";

const headersOf = (triplet: string, file: string): string =>
  execFileSync(`${triplet}-objdump`, ["--private-headers", fromRoot(file)], { encoding: "utf8", maxBuffer: 64 << 20 });

test.each(built)("imports only DLLs that every Windows has: $file", ({ file, triplet }) => {
  expect(importsOf(triplet, file)).toContain("KERNEL32.dll");
  expect(nonSystemImports(triplet, file)).toEqual([]);
});

test.each(built)("enables ASLR and DEP: $file", ({ file, triplet, machine }) => {
  const headers = headersOf(triplet, file);
  expect(headers).toMatch(/DYNAMIC_BASE/);
  expect(headers).toMatch(/NX_COMPAT/);
  if (machine === "x64") expect(headers).toMatch(/HIGH_ENTROPY_VA/);
  expect(headers).toMatch(/Time\/Date\s+Thu Jan\s+1 00:00:00 1970/);
});

test.each(built)("contains its name and version: $file", ({ file, binary }) => {
  const text = readFileSync(fromRoot(file)).toString("utf16le");
  for (const value of [version, binary.description, binary.file]) expect(text).toContain(`${value}\0`);
});

test("keeps the agent below 300 KB for each bitness, with the exports that COM requires", () => {
  for (const machine of ["x64", "x86"] as const) {
    const file = `dist/windows/${machine}/offline-state-agent.dll`;
    expect(statSync(fromRoot(file)).size).toBeLessThanOrEqual(300 * 1024);
    const headers = headersOf(machines[machine].triplet, file);
    for (const name of ["DllCanUnloadNow", "DllGetClassObject", "DllRegisterServer", "DllUnregisterServer"]) {
      expect(headers).toMatch(new RegExp(`\\] ${name}$`, "m"));
    }
  }
});

test("initializes the stack guard without cryptography, which would load DLLs during load", () => {
  for (const { file } of built) expect(readFileSync(fromRoot(file)).includes("CryptAcquireContext")).toBe(false);
});

test("exports the documented names from the simulated MAPI: decorated for 32 bits, plain for 64", () => {
  expect(headersOf(machines.x86.triplet, "dist/windows/x86/msmapi32.dll")).toMatch(/\] HrOpenOfflineObj@20$/m);
  expect(headersOf(machines.x64.triplet, "dist/windows/x64/msmapi32.dll")).toMatch(/\] HrOpenOfflineObj$/m);
});

test("lets node-gyp-build find the Windows module among the prebuilds", () => {
  const folder = freshCopy(["package.json", "prebuilds"]);
  const script = `
    Object.defineProperty(process, "platform", { value: "win32" });
    console.log(require(${JSON.stringify(require.resolve("node-gyp-build"))}).resolve(${JSON.stringify(folder)}));
  `;
  const found = execFileSync(process.execPath, ["-e", script], { encoding: "utf8" }).trim();
  expect(found).toBe(join(folder, "prebuilds", "win32-x64", "outlook-offline-state.node"));
});

test("builds the same bytes from the same sources in another folder", () => {
  const folder = freshCopy(["package.json", "bridge/native", "tools/native", "tools/windows"]);
  symlinkSync(fromRoot("node_modules"), join(folder, "node_modules"));
  // Compiled again instead of taken from the cache.
  const env = { ...process.env, CCACHE_DISABLE: "1" };
  execFileSync(process.execPath, ["tools/windows/build.mjs", "x64", "offline-state-agent.dll"], { cwd: folder, env });
  expect(readFileSync(join(folder, AGENT)).equals(readFileSync(fromRoot(AGENT)))).toBe(true);
}, 600_000);

/** A new folder with these parts of the project. */
function freshCopy(parts: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "offline-state-copy-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const part of parts) cpSync(fromRoot(part), join(folder, part), { recursive: true });
  return folder;
}
