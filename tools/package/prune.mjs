// @ts-check
// Takes out of packages what no program ever loads: a person waits for each file that is copied.
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";

const FOLDERS =
  /^(test|tests|__tests__|spec|docs|example|examples|benchmark|benchmarks|coverage|\.github|\.vscode|\.husky)$/;
const FILES =
  /(\.d\.[cm]?ts|\.[cm]?ts|\.tsbuildinfo|\.map|\.md|\.markdown|\.yml|\.yaml|\.flow|\.gyp|\.cc|\.h)$|^(\.npmignore|\.editorconfig|\.gitattributes|\.eslintrc.*|\.eslintignore|\.prettierrc.*|\.taprc|\.nycrc|\.jshintrc|tsconfig.*\.json|eslint\.config\..*)$/;
/** Their words go along. */
const KEPT = /^(licen[cs]e|notice|copying|authors)/i;

/** @param {string} folder A node_modules folder, or one below it. */
export function prune(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      // A package may have one of those names, and then it lies right in node_modules.
      const isPackage = path.basename(folder) === "node_modules";
      if (!isPackage && FOLDERS.test(entry.name)) rmSync(file, { recursive: true });
      else prune(file);
    } else if (FILES.test(entry.name) && !KEPT.test(entry.name)) rmSync(file);
  }
}
