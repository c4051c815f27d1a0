import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.js";
import { filesIn, writeInventory } from "./files.mjs";
import { removeUnpackedFiles } from "./tarball.mjs";

/** A package with a bundled dependency that has these files. */
function packageWith(files: readonly string[]): string {
  const folder = temporaryFolder();
  const dependency = join(folder, "node_modules", "dependency");
  mkdirSync(dependency, { recursive: true });
  const write = (file: string, content: unknown): void => {
    writeFileSync(file, JSON.stringify(content));
  };
  const dependencies = { dependency: "1.0.0" };
  const bundleDependencies = ["dependency"];
  write(join(folder, "package.json"), { name: "product", version: "1.0.0", dependencies, bundleDependencies });
  write(join(dependency, "package.json"), { name: "dependency", version: "1.0.0" });
  for (const file of files) writeFileSync(join(dependency, file), "");
  return folder;
}

describe("removeUnpackedFiles", { timeout: 120_000 }, () => {
  it("removes files of bundled dependencies that npm does not pack", async () => {
    const folder = packageWith(["index.js", "package-lock.json", ".npmrc", ".gitignore"]);
    await removeUnpackedFiles(folder);
    expect(filesIn(folder)).toEqual([
      "node_modules/dependency/index.js",
      "node_modules/dependency/package.json",
      "package.json",
    ]);
    expect(writeInventory(folder, "1.0.0")).toBe(3);
  });

  it("fails if npm would not pack a file that is needed", async () => {
    const folder = packageWith(["index.js"]);
    // In node_modules, but not in bundleDependencies.
    mkdirSync(join(folder, "node_modules", "forgotten"));
    writeFileSync(join(folder, "node_modules", "forgotten", "index.js"), "");
    await expect(removeUnpackedFiles(folder)).rejects.toThrow("node_modules/forgotten/index.js");
    expect(existsSync(join(folder, "node_modules", "forgotten", "index.js"))).toBe(true);
  });
});
