import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { binaries } from "../../../tools/windows/binaries.mjs";
import { Failure } from "../failure.js";
import { checkProgram, isBuilt, simulatedProgram, type SimulatedProgram } from "./program.js";

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "offline-state-program-"));
  onTestFinished(() => {
    rmSync(made, { recursive: true, force: true });
  });
  return made;
}

function put(file: string | undefined): void {
  if (file === undefined) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "");
}

function refusal(program: SimulatedProgram, given: boolean, platform: NodeJS.Platform): Failure {
  try {
    checkProgram(program, given, platform);
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown;
  }
  throw new Error("it was not refused");
}

it("looks on Windows where the build for Windows puts it", () => {
  const made = binaries
    .filter(({ machines }) => machines.includes("x64"))
    .map((one) => join(one.folder("x64"), one.file));
  const { executable, mapi, agent = "" } = simulatedProgram("win32", "");
  for (const file of [executable, mapi, agent]) expect(made).toContain(file);
});

it.each(["win32", "linux", "darwin"] as const)("names on %s what is not there, and what to do", (platform) => {
  const program = simulatedProgram(platform, folder());
  const remedy = platform === "win32" ? /npm run build:windows.*start without --simulate/ : /npm run build$/;
  for (const file of [program.executable, program.mapi, program.agent]) {
    if (file === undefined) continue;
    const refused = refusal(program, false, platform);
    expect(refused.message).toContain(file);
    expect(refused.remedy).toMatch(remedy);
    expect(isBuilt(program)).toBe(false);
    put(file);
  }
  checkProgram(program, false, platform);
  expect(isBuilt(program)).toBe(true);
});

it("says first that the MAPI provider is not there which a person has named", () => {
  const program = { ...simulatedProgram("linux", folder()), mapi: "/nowhere/provider.so" };
  expect(refusal(program, true, "linux").message).toBe("--mapi /nowhere/provider.so: there is no such file");
});
