#!/usr/bin/env node
// @ts-check
// Builds the Windows binaries on Debian: npm run build:windows [-- x64 | x86 | name... | --tests]
// --tests also builds the programs of the tests under Wine. Builds are reproducible on any machine and in any folder.
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { commandOf, compile, headersOf, link, objectOf, run } from "../native/compile.mjs";
import { readSources, root } from "../native/sources.mjs";
import { machines, releases } from "../native/toolchains-windows.mjs";
import { binaries, testBinaries } from "./binaries.mjs";
import { nonSystemImports, nodeImportLibrary, versionResource } from "./binutils.mjs";
import { writePrebuildManifest } from "./prebuild.mjs";

// As in binding.gyp.
const MODULE_DEFINES = [
  "NAPI_VERSION=8",
  "BUILDING_NODE_EXTENSION",
  "NODE_ADDON_API_CPP_EXCEPTIONS_ALL",
  "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
];
const MODULE_HEADERS = ["node_modules/node-addon-api", "node_modules/node-api-headers/include"];

/**
 * @param {import("./binaries.mjs").Binary} binary
 * @param {"x64" | "x86"} machine
 * @returns {Promise<string>} the binary, relative to the root
 */
async function build(binary, machine) {
  const lists = readSources();
  const release = releases[machine];
  const { triplet, dlltool } = machines[machine];
  // Different commands need different object files.
  const variant = binary.isNodeModule ? { ...release, name: `${release.name}-module` } : release;
  const command = commandOf(variant, {
    warnings: lists.warning_flags,
    ...(binary.isNodeModule && { defines: MODULE_DEFINES, systemIncludes: MODULE_HEADERS }),
  });
  const sources = [...binary.lists.flatMap((list) => lists[list] ?? []), ...(binary.sources ?? [])];
  await compile(variant, sources, command);
  const core = await coreLibrary(machine, lists);

  const folder = join("build", variant.name);
  const inputs = [
    ...sources.map((source) => objectOf(variant, source)),
    await versionResource({ ...binary, triplet, folder: join(folder, binary.folder(machine)) }),
    ...(binary.exports ? [binary.exports.replace("{machine}", machine)] : []),
  ];
  // The linker map lists the linked members of the core library.
  const map = join(folder, `${binary.file}.map`);
  const linker = [
    ...[...command, "-s", ...(binary.type === "dll" ? ["-shared"] : []), ...(binary.linkFlags ?? [])],
    ...(binary.isNodeModule ? [`-Wl,-Map=${map}`] : []),
  ];
  const libraries = [core, ...(binary.isNodeModule ? [await nodeImportLibrary({ triplet, dlltool, folder })] : [])];
  // Binaries in different folders may have the same name.
  const built = await link(variant, join(binary.folder(machine), binary.file), inputs, linker, libraries);
  const target = copyToTarget(binary, machine, built);
  if (binary.isNodeModule)
    writePrebuildManifest([...filesOf(variant, sources), ...filesOf(release, linkedOf(lists, map))]);
  return target;
}

/**
 * Our sources and headers of these objects.
 * @param {import("../native/toolchains.mjs").Variant} variant
 * @param {readonly string[]} sources
 */
function filesOf(variant, sources) {
  const files = sources.flatMap((source) => headersOf(objectOf(variant, source).replace(/\.o$/, ".d")) ?? []);
  return files.filter((file) => file.startsWith("bridge/native/"));
}

/**
 * The sources of the core library that were linked.
 * @param {import("../native/sources.mjs").Lists} lists
 * @param {string} map
 */
function linkedOf(lists, map) {
  const text = readFileSync(join(root, map), "utf8");
  const members = new Set([...text.matchAll(/libcore\.a\((\S+)\.o\)/g)].map(([, name]) => name));
  return [...lists.library_sources, ...lists.windows_sources].filter((source) => members.has(basename(source, ".cc")));
}

/**
 * Builds the core as a static library, so that a binary contains only what it uses.
 * @param {"x64" | "x86"} machine
 * @param {import("../native/sources.mjs").Lists} lists
 */
async function coreLibrary(machine, lists) {
  const variant = releases[machine];
  const sources = [...lists.library_sources, ...lists.windows_sources];
  const names = sources.map((source) => basename(source));
  const duplicate = names.find((name, index) => names.indexOf(name) !== index);
  if (duplicate !== undefined)
    throw new Error(`Two core sources are named ${duplicate}; a static library cannot contain both.`);
  await compile(variant, sources, commandOf(variant, { warnings: lists.warning_flags }));
  const library = join("build", variant.name, "libcore.a");
  rmSync(join(root, library), { force: true });
  const objects = sources.map((source) => objectOf(variant, source));
  await run([`${machines[machine].triplet}-ar`, "rcsD", library, ...objects]);
  return library;
}

/**
 * @param {import("./binaries.mjs").Binary} binary
 * @param {"x64" | "x86"} machine
 * @param {string} built
 */
function copyToTarget(binary, machine, built) {
  const { triplet } = machines[machine];
  const target = join(binary.folder(machine), binary.file);
  const unavailable = nonSystemImports(triplet, built);
  if (unavailable.length > 0)
    throw new Error(`${target} imports ${unavailable.join(", ")}, which may be missing on Windows.`);
  const { size } = statSync(join(root, built));
  if (size > binary.limit) throw new Error(`${target} has ${size} bytes; the limit is ${binary.limit}.`);
  mkdirSync(join(root, binary.folder(machine)), { recursive: true });
  copyFileSync(join(root, built), join(root, target));
  console.log(`  ${target}  ${(size / 1024).toFixed(0)} KiB`);
  return target;
}

/** @param {readonly string[]} words */
async function main(words) {
  const wanted = words.filter((word) => word in machines);
  const names = words.filter((word) => word !== "--tests" && !(word in machines));
  const all = words.includes("--tests") ? [...binaries, ...testBinaries] : binaries;
  const unknown = names.filter((name) => !all.some(({ file }) => file === name));
  if (unknown.length > 0) {
    throw new Error(`There is no ${unknown.join(", ")}. The binaries are: ${all.map(({ file }) => file).join(", ")}.`);
  }
  for (const binary of all.filter(({ file }) => names.length === 0 || names.includes(file))) {
    for (const machine of binary.machines) {
      if (wanted.length === 0 || wanted.includes(machine)) await build(binary, machine);
    }
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
