// @ts-check
// The files of a package: copying the product's own, removing what no program loads, the inventory and the checksums.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fromRoot } from "../lib/paths.mjs";
import { UserError } from "../lib/user-error.mjs";
import { writeJson } from "./dependencies.mjs";
import { OUT } from "./paths.mjs";

const DOCUMENTS = [
  "README.md",
  "LICENSE",
  "CHANGELOG.md",
  "SECURITY.md",
  "docs/deploy.md",
  "docs/verify-on-outlook.md",
];

/** Path in the clone: path in the package. */
const WINDOWS = {
  "dist/windows/x64/offline-state-agent.dll": "dist/windows/x64/offline-state-agent.dll",
  "dist/windows/x86/offline-state-agent.dll": "dist/windows/x86/offline-state-agent.dll",
  // It starts node.exe in its own folder.
  "dist/windows/x64/outlook-offline-state.exe": "outlook-offline-state.exe",
  "prebuilds/win32-x64/outlook-offline-state.node": "prebuilds/win32-x64/outlook-offline-state.node",
};
/** Includes the simulator, to try the product without Outlook. */
const LINUX = {
  "build/Release/offline_state.node": "prebuilds/linux-x64/outlook-offline-state.glibc.node",
  "build/Release/simulated-outlook": "build/Release/simulated-outlook",
  "build/Release/libsimulated-mapi.so": "build/Release/libsimulated-mapi.so",
};

/** The command for a terminal. `install` writes the same file if the package does not contain it. */
const COMMAND = '@"%~dp0node.exe" "%~dp0dist\\bridge\\src\\cli\\main.js" %*\r\n';

/**
 * @param {string} target
 * @param {{ linux: boolean, node: string | undefined }} options `node`: path of a node.exe to include
 */
export function copyProduct(target, { linux, node }) {
  mkdirSync(target, { recursive: true });
  if (node !== undefined) {
    cpSync(node, path.join(target, "node.exe"));
    writeFileSync(path.join(target, "outlook-offline-state.cmd"), COMMAND);
  }
  for (const [from, to] of Object.entries({ ...WINDOWS, ...(linux ? LINUX : {}) })) copy(from, target, to);
  copy("manifest.xml", target, "manifest.xml");
  for (const document of DOCUMENTS) if (existsSync(fromRoot(document))) copy(document, target, document);
  for (const file of filesIn(fromRoot("dist/pane"))) copy(`dist/pane/${file}`, target, `dist/pane/${file}`);
  // The launcher and earlier versions expect the bundle here.
  for (const file of filesIn(fromRoot("dist/bundle")))
    copy(`dist/bundle/${file}`, target, `dist/bridge/src/cli/${file}`);
}

/**
 * @param {string} from
 * @param {string} target
 * @param {string} to
 */
function copy(from, target, to) {
  if (!existsSync(fromRoot(from)))
    throw new UserError(`${from} is missing.`, { remedy: "Build it: npm run build && npm run build:windows" });
  mkdirSync(path.dirname(path.join(target, to)), { recursive: true });
  cpSync(fromRoot(from), path.join(target, to));
}

/**
 * All files below `folder`, with forward slashes, sorted.
 * @param {string} folder
 * @returns {string[]}
 */
export function filesIn(folder) {
  if (!existsSync(folder)) throw new UserError(`${folder} is missing.`, { remedy: "Build it: npm run build" });
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      path
        .relative(folder, path.join(entry.parentPath ?? entry.path, entry.name))
        .split(path.sep)
        .join("/"),
    )
    .sort();
}

/**
 * Writes files.json, which `install` and `doctor` use to verify the files.
 * @param {string} folder
 * @param {string} version
 */
export function writeInventory(folder, version) {
  const files = Object.fromEntries(
    filesIn(folder)
      .filter((file) => file !== "files.json")
      .map((file) => {
        const content = readFileSync(path.join(folder, file));
        return [
          file,
          { size: statSync(path.join(folder, file)).size, sha256: createHash("sha256").update(content).digest("hex") },
        ];
      }),
  );
  writeJson(path.join(folder, "files.json"), { version, files });
  return Object.keys(files).length;
}

const UNUSED_FOLDERS =
  /^(test|tests|__tests__|spec|docs|example|examples|benchmark|benchmarks|coverage|\.github|\.vscode|\.husky)$/;
const UNUSED_FILES =
  /(\.d\.[cm]?ts|\.[cm]?ts|\.tsbuildinfo|\.map|\.md|\.markdown|\.yml|\.yaml|\.flow|\.gyp|\.cc|\.h)$|^(\.npmignore|\.editorconfig|\.gitattributes|\.eslintrc.*|\.eslintignore|\.prettierrc.*|\.taprc|\.nycrc|\.jshintrc|tsconfig.*\.json|eslint\.config\..*)$/;
/** Licence texts must stay. */
const KEPT = /^(licen[cs]e|notice|copying|authors)/i;

/**
 * Removes files that no program loads, so that installing is faster.
 * @param {string} folder node_modules or a folder in it
 */
export function prune(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      // A folder in node_modules is a package, whatever its name.
      const isPackage = path.basename(folder) === "node_modules";
      if (!isPackage && UNUSED_FOLDERS.test(entry.name)) rmSync(file, { recursive: true });
      else prune(file);
    } else if (UNUSED_FILES.test(entry.name) && !KEPT.test(entry.name)) rmSync(file);
  }
}

const CHECKSUMS = "SHA256SUMS";

/** Writes SHA256SUMS next to the packages, for `sha256sum --check SHA256SUMS`. */
export function writeChecksums() {
  const lines = readdirSync(OUT)
    .filter((name) => name !== CHECKSUMS)
    .sort()
    .map(
      (name) =>
        `${createHash("sha256")
          .update(readFileSync(path.join(OUT, name)))
          .digest("hex")}  ${name}\n`,
    );
  writeFileSync(path.join(OUT, CHECKSUMS), lines.join(""));
}
