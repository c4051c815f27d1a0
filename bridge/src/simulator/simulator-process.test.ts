import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { binaries } from "../../../tools/windows/binaries.mjs";
import { UserError } from "../user-error.js";
import { checkSimulatorFiles, isBuilt, simulatorFiles, type SimulatorFiles } from "./simulator-process.js";

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

function errorOf(program: SimulatorFiles, given: boolean, platform: NodeJS.Platform): UserError {
  try {
    checkSimulatorFiles(program, given, platform);
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  throw new Error("no UserError was thrown");
}

describe("simulatorFiles", () => {
  it("returns the paths that the Windows build writes", () => {
    const made = binaries
      .filter(({ machines }) => machines.includes("x64"))
      .map((one) => join(one.folder("x64"), one.file));
    const { executable, mapi, agent = "" } = simulatorFiles("win32", "");
    for (const file of [executable, mapi, agent]) expect(made).toContain(file);
  });
});

describe("checkSimulatorFiles", () => {
  it.each(["win32", "linux", "darwin"] as const)(
    "names the first missing file and how to build it, on %s",
    (platform) => {
      const program = simulatorFiles(platform, folder());
      const remedy =
        platform === "win32" ? /npm run build:windows.*start without --simulate/ : /^Run `npm run build`\.$/;
      for (const file of [program.executable, program.mapi, program.agent]) {
        if (file === undefined) continue;
        const error = errorOf(program, false, platform);
        expect(error.message).toContain(file);
        expect(error.remedy).toMatch(remedy);
        expect(isBuilt(program)).toBe(false);
        put(file);
      }
      checkSimulatorFiles(program, false, platform);
      expect(isBuilt(program)).toBe(true);
    },
  );

  it("reports a missing --mapi library first", () => {
    const program = { ...simulatorFiles("linux", folder()), mapi: "/nowhere/provider.so" };
    expect(errorOf(program, true, "linux").message).toBe("--mapi /nowhere/provider.so: no such file");
  });
});
