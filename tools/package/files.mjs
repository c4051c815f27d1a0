// @ts-check
// The product's own files, as they lie in a package.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Failure } from "../lib/failure.mjs";
import { fromRoot } from "../lib/paths.mjs";
import { writeJson } from "./dependencies.mjs";

const DOCUMENTS = [
  "README.md",
  "LICENSE",
  "CHANGELOG.md",
  "SECURITY.md",
  "docs/deploy.md",
  "docs/verify-on-outlook.md",
];

/** From where in the clone to where in the package. */
const WINDOWS = {
  "dist/windows/x64/offline-state-agent.dll": "dist/windows/x64/offline-state-agent.dll",
  "dist/windows/x86/offline-state-agent.dll": "dist/windows/x86/offline-state-agent.dll",
  // Beside node.exe, which it starts.
  "dist/windows/x64/outlook-offline-state.exe": "outlook-offline-state.exe",
  "prebuilds/win32-x64/outlook-offline-state.node": "prebuilds/win32-x64/outlook-offline-state.node",
};
/** The simulated Outlook comes along, for whoever wants to try the product where there is none. */
const LINUX = {
  "build/Release/offline_state.node": "prebuilds/linux-x64/outlook-offline-state.glibc.node",
  "build/Release/simulated-outlook": "build/Release/simulated-outlook",
  "build/Release/libsimulated-mapi.so": "build/Release/libsimulated-mapi.so",
};

/** For a terminal; as `install` writes it where the package brings none. */
const COMMAND = '@"%~dp0node.exe" "%~dp0dist\\bridge\\src\\cli\\main.js" %*\r\n';

/**
 * @param {string} target
 * @param {{ linux: boolean, node: string | undefined }} options `node`: the program, for who has none.
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
  // Where the launcher and whoever has installed an earlier version look for it.
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
    throw new Failure(`${from} is missing.`, { remedy: "Build it: npm run build && npm run build:windows" });
  mkdirSync(path.dirname(path.join(target, to)), { recursive: true });
  cpSync(fromRoot(from), path.join(target, to));
}

/**
 * All files below `folder`, with forward slashes, sorted.
 * @param {string} folder
 * @returns {string[]}
 */
export function filesIn(folder) {
  if (!existsSync(folder)) throw new Failure(`${folder} is missing.`, { remedy: "Build it: npm run build" });
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
 * Writes files.json, by which `install` copies and `doctor` checks.
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
