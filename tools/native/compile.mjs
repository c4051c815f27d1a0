// @ts-check
// Compiles and links C++ incrementally: a file is compiled when it, a header that it includes, or the command has changed.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packageVersion, root } from "./sources.mjs";

const JOBS = 2;
/** ccache avoids recompiling after a change of branch, and in other clones. */
const CACHE = spawnSync("ccache", ["--version"], { stdio: "ignore" }).status === 0 ? ["ccache"] : [];

/**
 * @param {import("./toolchains.mjs").Variant} variant
 * @param {{ warnings: string[], includes?: string[], systemIncludes?: string[], defines?: string[] }} common
 */
export function commandOf(variant, { warnings, includes = [], systemIncludes = [], defines = [] }) {
  return [
    variant.compiler,
    "-std=c++17",
    ...warnings,
    ...variant.flags,
    ...[`OFFLINE_STATE_VERSION="${packageVersion()}"`, ...variant.defines, ...defines].map((define) => `-D${define}`),
    "-Ibridge/native",
    ...includes.map((directory) => `-I${directory}`),
    ...systemIncludes.flatMap((directory) => ["-isystem", directory]),
  ];
}

/** @typedef {import("./toolchains.mjs").Variant} Variant */

/**
 * The object file of a source, both relative to the root.
 * @param {Variant} variant
 * @param {string} source
 */
export function objectOf(variant, source) {
  return join("build", variant.name, source.replace(/\.cc$/, ".o"));
}

/**
 * Compiles `sources` (relative to the root) to their objects under build/<variant>/.
 * @param {Variant} variant
 * @param {readonly string[]} sources
 * @param {readonly string[]} command
 */
export async function compile(variant, sources, command) {
  const outdated = sources
    .map((source) => ({ source, object: objectOf(variant, source) }))
    .map((file) => ({ ...file, args: [...command, "-MMD", "-c", file.source, "-o", file.object] }))
    .filter(({ object, args }) => isStale(object, args));
  await inParallel(outdated, async ({ source, object, args }) => {
    mkdirSync(join(root, dirname(object)), { recursive: true });
    console.log(`  ${variant.name}: ${source}`);
    await run([...CACHE, ...args], { env: { ...process.env, CCACHE_BASEDIR: root, CCACHE_NOHASHDIR: "1" } });
    writeFileSync(join(root, `${object}.command`), args.join("\n"));
  });
}

/**
 * Links objects to build/<variant>/<name> if an object or the command has changed. `name` includes the suffix.
 * @param {Variant} variant
 * @param {string} name
 * @param {readonly string[]} objects
 * @param {readonly string[]} command
 * @param {readonly string[]} [libraries]
 */
export async function link(variant, name, objects, command, libraries = []) {
  const output = join("build", variant.name, name);
  const args = [...command, ...objects, ...libraries, ...variant.linkFlags, "-o", output];
  if (isStale(output, args, objects)) {
    mkdirSync(join(root, dirname(output)), { recursive: true });
    await run(args);
    writeFileSync(join(root, `${output}.command`), args.join("\n"));
  }
  return output;
}

/**
 * @param {string} output
 * @param {readonly string[]} args
 * @param {readonly string[]} [inputs] by default the files in the dependency file of the output
 */
function isStale(output, args, inputs) {
  const builtAt = modified(output);
  const commandFile = join(root, `${output}.command`);
  if (builtAt === undefined || !existsSync(commandFile) || readFileSync(commandFile, "utf8") !== args.join("\n"))
    return true;
  const dependencies = inputs ?? headersOf(output.replace(/\.o$/, ".d"));
  return dependencies === undefined || dependencies.some((file) => (modified(file) ?? Infinity) > builtAt);
}

/**
 * The source and the headers of an object, from its dependency file: one make rule, "x.o: x.cc a.h \<newline> b.h", with escaped blanks.
 * @param {string} file
 * @returns {string[] | undefined}
 */
export function headersOf(file) {
  if (!existsSync(join(root, file))) return undefined;
  const rule = readFileSync(join(root, file), "utf8").replaceAll("\\\n", " ").replace(/\r/g, "");
  return rule
    .slice(rule.indexOf(": ") + 2)
    .trim()
    .split(/(?<!\\)\s+/)
    .map((path) => path.replaceAll("\\ ", " "));
}

/** @param {string} file */
function modified(file) {
  return (
    statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? statSync(file, { throwIfNoEntry: false })?.mtimeMs
  );
}

/**
 * @template T
 * @param {readonly T[]} items
 * @param {(item: T) => Promise<void>} task
 */
async function inParallel(items, task) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await task(item);
  };
  await Promise.all(Array.from({ length: JOBS }, worker));
}

/**
 * Runs a command in the root folder and prints its output.
 * @param {readonly string[]} command
 * @param {import("node:child_process").SpawnOptions} [options]
 * @returns {Promise<void>}
 */
export function run([program = "", ...args], options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: "inherit", ...options });
    child.once("error", (error) =>
      reject(
        "code" in error && error.code === "ENOENT"
          ? new Error(`${program} was not found. Install it, or add it to PATH.`)
          : error,
      ),
    );
    child.once("exit", (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`${[program, ...args].join(" ")} failed with ${signal ?? code}`)),
    );
  });
}
