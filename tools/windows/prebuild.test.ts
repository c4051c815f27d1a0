import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { fromRoot } from "../lib/paths.mjs";
import { bringsModule, NOTE, PREBUILD, staleParts } from "./prebuild.mjs";

/** The parts that the note names, in a folder of their own. */
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

describe("the module that a clone brings for Windows", () => {
  it("is made from the sources of today: else `npm run build:windows`, and commit prebuilds/", () => {
    expect(staleParts()).toEqual([]);
  });

  it("is known to be stale when a source or a header of it has changed", () => {
    for (const file of ["bridge/native/channel/client_windows.cc", "bridge/native/channel/frames.h"]) {
      const folder = copy();
      edit(folder, file, (text) => `${text}// changed\n`);
      expect(staleParts(folder)).toEqual([file]);
    }
  });

  it("is known to be another one when its bytes are not those that were noted", () => {
    const folder = copy();
    writeFileSync(join(folder, PREBUILD), "another module");
    expect(staleParts(folder)).toEqual([PREBUILD]);
  });

  it("is not affected by what it does not contain, nor by a checkout that ends its lines as Windows does", () => {
    const folder = copy();
    edit(folder, "bridge/native/agent/com/add_in_windows.cc", (text) => `${text}// changed\n`);
    edit(folder, "bridge/native/channel/client_windows.cc", (text) => text.replaceAll("\n", "\r\n"));
    expect(staleParts(folder)).toEqual([]);
  });

  it("spares a compiler on a Windows for x64 alone, unless it is stale or another one was compiled there", () => {
    const folder = copy();
    const windows = { platform: "win32", arch: "x64", folder };
    expect(bringsModule(windows)).toBe(true);
    expect(bringsModule({ ...windows, arch: "arm64" })).toBe(false);
    expect(bringsModule({ ...windows, platform: "linux" })).toBe(false);
    const compiled = join(folder, "build/Release/offline_state.node");
    mkdirSync(dirname(compiled), { recursive: true });
    writeFileSync(compiled, "");
    expect(bringsModule(windows)).toBe(false);
    rmSync(compiled);
    edit(folder, "bridge/native/channel/session.cc", (text) => `${text}// changed\n`);
    expect(bringsModule(windows)).toBe(false);
  });

  it("is not believed without its note", () => {
    const folder = copy();
    rmSync(join(folder, NOTE));
    expect(staleParts(folder)).toEqual([NOTE]);
  });
});
