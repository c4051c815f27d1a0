import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../user-error.js";
import { checkPaneFiles } from "./pane-files.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pane-files-"));
  mkdirSync(join(folder, "office"));
  writeFileSync(join(folder, "taskpane.html"), "page");
  writeFileSync(join(folder, "office", "office.js"), "script");
  writeFileSync(join(folder, "pane-files.json"), JSON.stringify({ "taskpane.html": 4, "office/office.js": 6 }));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function failure(): UserError {
  try {
    checkPaneFiles(folder);
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  throw new Error("no UserError was thrown");
}

describe("checkPaneFiles", () => {
  it("accepts a folder in which every listed file is complete", () => {
    checkPaneFiles(folder);
  });

  it("reports a missing file, and the remedy", () => {
    rmSync(join(folder, "office", "office.js"));
    expect(failure().message).toBe(`a file of the pane is missing: ${join(folder, "office", "office.js")}`);
    expect(failure().remedy).toContain("npm run build");
  });

  it("reports a folder in the place of a file", () => {
    rmSync(join(folder, "taskpane.html"));
    mkdirSync(join(folder, "taskpane.html"));
    expect(failure().message).toContain(join(folder, "taskpane.html"));
  });

  it("reports a truncated file", () => {
    writeFileSync(join(folder, "taskpane.html"), "");
    expect(failure().message).toMatch(/damaged: .*taskpane\.html \(it has 0 bytes, not 4\)/);
  });

  it.each(["", "{", "null", "[]", "{}", '"taskpane.html"'])("reports a damaged list: %j", (text) => {
    writeFileSync(join(folder, "pane-files.json"), text);
    expect(failure().message).toContain(join(folder, "pane-files.json"));
  });

  it("reports a missing folder", () => {
    rmSync(folder, { recursive: true });
    expect(failure().message).toContain(join(folder, "pane-files.json"));
  });
});
