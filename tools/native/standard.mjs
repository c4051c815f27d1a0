#!/usr/bin/env node
// @ts-check
// Checks that the C++ code for Windows is standard C++17: node tools/native/standard.mjs [--report <file>]. Visual Studio supports no
// GNU extensions; clang reports them when it compiles with mingw's headers.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { machines, releases } from "./toolchains-windows.mjs";
import { commandOf } from "./compile.mjs";
import { readSources, root } from "./sources.mjs";

/** The lists of sources.gypi for Windows, without those of tests. */
const LISTS = /^(?!testable_).*sources$/;
const POSIX = /_posix\.cc$|\/posix\//;

const STRICT = [
  ...["-fsyntax-only", "--target=x86_64-w64-windows-gnu", "-pedantic-errors", "-Werror", "-Wgnu", "-Wvla"],
  // Use only mingw's headers, not those of clang's Linux standard library.
  ...["-nostdinc", "-nostdinc++"],
];
const MODULE = {
  defines: ["NAPI_VERSION=8", "BUILDING_NODE_EXTENSION", "NODE_ADDON_API_CPP_EXCEPTIONS_ALL"],
  systemIncludes: ["node_modules/node-addon-api", "node_modules/node-api-headers/include"],
};

/** The include folders of mingw's compiler, after clang's own, which declare its builtins. */
function includeFolders() {
  const own = spawnSync("clang++", ["-print-resource-dir"], { encoding: "utf8" });
  const search = spawnSync(`${machines.x64.triplet}-g++-posix`, ["-E", "-v", "-x", "c++", "-"], {
    input: "",
    encoding: "utf8",
  });
  if (own.error !== undefined || search.error !== undefined) {
    throw new Error("clang++ or mingw's g++ is missing. Install the packages clang and g++-mingw-w64-x86-64-posix.");
  }
  const [, list = ""] = /<\.\.\.> search starts here:\n([^]*?)End of search list/.exec(search.stderr) ?? [];
  const folders = list.split("\n").map((line) => line.trim());
  const gccOwn = /\/lib\/gcc\/[^/]+\/[^/]+\/include(-fixed)?$/;
  return [`${own.stdout.trim()}/include`, ...folders.filter((folder) => folder !== "" && !gccOwn.test(folder))];
}

/** Extensions that clang accepts with mingw's headers, but Visual Studio does not. */
const EXTENSIONS =
  /__attribute__|\[\[gnu::|\b(?:__builtin_\w+|__extension__|__int128|ssize_t|pid_t|typeof)\b|<(?:unistd|strings|dirent|pthread)\.h>|<sys\//;
/** Files that are empty for other compilers than mingw. */
const MINGW_ONLY = /^#ifdef __MINGW32__$/m;

/**
 * @param {string} file
 * @returns {{ name: string, passed: boolean, output: string }}
 */
function checkExtensions(file) {
  const text = readFileSync(join(root, file), "utf8");
  const lines = MINGW_ONLY.test(text) ? [] : text.split("\n").map((line) => line.replace(/\/\/.*$/, ""));
  const found = lines.flatMap((line, index) => (EXTENSIONS.test(line) ? [`line ${index + 1}: ${line.trim()}`] : []));
  return { name: `${file}: no extensions`, passed: found.length === 0, output: found.join("\n") };
}

/** Our sources and headers that are compiled for Windows. */
function windowsFiles() {
  const native = join(root, "bridge/native");
  return readdirSync(native, { recursive: true, encoding: "utf8" })
    .map((file) => `bridge/native/${file.replaceAll("\\", "/")}`)
    .filter((file) => /\.(cc|h)$/.test(file) && !/_posix(_test)?\.|\/(posix|fuzz|testing)\//.test(file))
    .sort();
}

/**
 * @param {string} source
 * @param {readonly string[]} folders
 */
function check(source, folders) {
  const { warning_flags: warnings } = readSources();
  const command = commandOf(
    { ...releases.x64, compiler: "clang++", flags: STRICT },
    {
      warnings: warnings.filter((flag) => flag !== "-Wshadow"),
      defines: MODULE.defines,
      systemIncludes: [...MODULE.systemIncludes, ...folders],
    },
  );
  const [program = "", ...args] = command;
  const { status, stderr } = spawnSync(program, [...args, source], { cwd: root, encoding: "utf8" });
  return { name: source, passed: status === 0, output: stderr };
}

function main() {
  const report = process.argv[process.argv.indexOf("--report") + 1];
  const folders = includeFolders();
  const lists = Object.entries(readSources()).filter(([name]) => LISTS.test(name));
  const sources = [...new Set(lists.flatMap(([, files]) => files))].filter((file) => !POSIX.test(file));
  const results = [...windowsFiles().map(checkExtensions), ...sources.map((source) => check(source, folders))];
  for (const { name, passed, output } of results) if (!passed) console.error(`${name}\n${output}`);
  console.log(`${results.filter(({ passed }) => passed).length} of ${results.length} checks passed: standard C++17`);
  if (process.argv.includes("--report") && report !== undefined) writeFileSync(report, JSON.stringify(results));
  if (results.some(({ passed }) => !passed)) process.exitCode = 1;
}

main();
