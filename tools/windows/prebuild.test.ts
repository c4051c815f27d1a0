import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { fromRoot } from "../lib/paths.mjs";
import { hasPrebuiltModule, PREBUILD_MANIFEST, PREBUILD, staleParts } from "./prebuild.mjs";

/** A copy of the module and its sources. */
function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), "offline-state-prebuild-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const part of ["bridge/native", "prebuilds", "tools/native"])
    cpSync(fromRoot(part), join(folder, part), { recursive: true });
  return folder;
}

function edit(folder: string, file: string, change: (text: string) => string): void {
  writeFileSync(join(folder, file), change(readFileSync(join(folder, file), "utf8")));
}

describe("the prebuilt module for Windows", () => {
  it("is up to date (if not, run `npm run build:windows` and commit prebuilds/)", () => {
    expect(staleParts()).toEqual([]);
  });

  it("is outdated when one of its sources or headers has changed", () => {
    for (const file of ["bridge/native/channel/windows/client.cc", "bridge/native/channel/frame.h"]) {
      const folder = copy();
      edit(folder, file, (text) => `${text}// changed\n`);
      expect(staleParts(folder)).toEqual([file]);
    }
  });

  it("is rejected when its bytes have changed", () => {
    const folder = copy();
    writeFileSync(join(folder, PREBUILD), "another module");
    expect(staleParts(folder)).toEqual([PREBUILD]);
  });

  it("is not affected by other sources or by CRLF line endings", () => {
    const folder = copy();
    edit(folder, "bridge/native/agent/windows/add_in.cc", (text) => `${text}// changed\n`);
    edit(folder, "bridge/native/channel/windows/client.cc", (text) => text.replaceAll("\n", "\r\n"));
    expect(staleParts(folder)).toEqual([]);
  });

  it("is used on Windows x64 only, unless it is outdated or a module was compiled", () => {
    const folder = copy();
    const windows = { platform: "win32", arch: "x64", folder };
    expect(hasPrebuiltModule(windows)).toBe(true);
    expect(hasPrebuiltModule({ ...windows, arch: "arm64" })).toBe(false);
    expect(hasPrebuiltModule({ ...windows, platform: "linux" })).toBe(false);
    const compiled = join(folder, "build/Release/offline_state.node");
    mkdirSync(dirname(compiled), { recursive: true });
    writeFileSync(compiled, "");
    expect(hasPrebuiltModule(windows)).toBe(false);
    rmSync(compiled);
    edit(folder, "bridge/native/channel/client_session.cc", (text) => `${text}// changed\n`);
    expect(hasPrebuiltModule(windows)).toBe(false);
  });

  it("is rejected without its manifest", () => {
    const folder = copy();
    rmSync(join(folder, PREBUILD_MANIFEST));
    expect(staleParts(folder)).toEqual([PREBUILD_MANIFEST]);
  });
});
