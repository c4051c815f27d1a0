#!/usr/bin/env node
// @ts-check
// Holds the C++ that Windows gets to the standard alone: node tools/native/standard.mjs [--report file]. On Windows Visual Studio
// compiles it, which knows none of GNU's extensions; clang, with mingw's headers, names every one of them.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { machines, releases } from "./toolchains-windows.mjs";
import { commandOf } from "./compile.mjs";
import { readSources, root } from "./sources.mjs";

/** What Windows has of sources.gypi; the tests' lists repeat parts of it. */
const LISTS = /^(?!testable_).*sources$/;
const POSIX = /_posix\.cc$/;

const STRICT = [
  ...["-fsyntax-only", "--target=x86_64-w64-windows-gnu", "-pedantic-errors", "-Werror", "-Wgnu", "-Wvla"],
  // MSVC and mingw have what clang's standard library of Linux has not: their headers alone are asked.
  ...["-nostdinc", "-nostdinc++"],
];
const MODULE = {
  defines: ["NAPI_VERSION=8", "BUILDING_NODE_EXTENSION", "NODE_ADDON_API_CPP_EXCEPTIONS_ALL"],
  systemIncludes: ["node_modules/node-addon-api", "node_modules/node-api-headers/include"],
};

/** Where mingw's compiler looks for headers. clang's own come first: they hold its builtins. */
function headers() {
  const own = spawnSync("clang++", ["-print-resource-dir"], { encoding: "utf8" });
  const asked = spawnSync(`${machines.x64.triplet}-g++-posix`, ["-E", "-v", "-x", "c++", "-"], {
    input: "",
    encoding: "utf8",
  });
  if (own.error !== undefined || asked.error !== undefined) {
    throw new Error("clang++ and mingw's g++ are needed: install the packages clang and g++-mingw-w64-x86-64-posix.");
  }
  const [, list = ""] = /<\.\.\.> search starts here:\n([^]*?)End of search list/.exec(asked.stderr) ?? [];
  const folders = list.split("\n").map((line) => line.trim());
  const foreign = /\/lib\/gcc\/[^/]+\/[^/]+\/include(-fixed)?$/;
  return [`${own.stdout.trim()}/include`, ...folders.filter((folder) => folder !== "" && !foreign.test(folder))];
}

/** What clang takes with mingw's headers, and Visual Studio has not. */
const FOREIGN =
  /__attribute__|\[\[gnu::|\b(?:__builtin_\w+|__extension__|__int128|ssize_t|pid_t|typeof)\b|<(?:unistd|strings|dirent|pthread)\.h>|<sys\//;
/** Files that are for mingw alone, and empty elsewhere. */
const MINGW_ALONE = /^#ifdef __MINGW32__$/m;

/**
 * @param {string} file
 * @returns {{ name: string, passed: boolean, output: string }}
 */
function checkWords(file) {
  const text = readFileSync(join(root, file), "utf8");
  const lines = MINGW_ALONE.test(text) ? [] : text.split("\n").map((line) => line.replace(/\/\/.*$/, ""));
  const found = lines.flatMap((line, index) => (FOREIGN.test(line) ? [`line ${index + 1}: ${line.trim()}`] : []));
  return { name: `${file}, words`, passed: found.length === 0, output: found.join("\n") };
}

/** Ours that Windows gets, sources and headers. */
function ownFiles() {
  const native = join(root, "bridge/native");
  return readdirSync(native, { recursive: true, encoding: "utf8" })
    .map((file) => `bridge/native/${file.replaceAll("\\", "/")}`)
    .filter((file) => /\.(cc|h)$/.test(file) && !/_posix(_test)?\.|_posix\.|\/(fuzz|testing)\//.test(file))
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
  const folders = headers();
  const lists = Object.entries(readSources()).filter(([name]) => LISTS.test(name));
  const sources = [...new Set(lists.flatMap(([, files]) => files))].filter((file) => !POSIX.test(file));
  const results = [...ownFiles().map(checkWords), ...sources.map((source) => check(source, folders))];
  for (const { name, passed, output } of results) if (!passed) console.error(`${name}\n${output}`);
  console.log(`${results.filter(({ passed }) => passed).length} of ${results.length} checks: plain C++17`);
  if (process.argv.includes("--report") && report !== undefined) writeFileSync(report, JSON.stringify(results));
  if (results.some(({ passed }) => !passed)) process.exitCode = 1;
}

main();
