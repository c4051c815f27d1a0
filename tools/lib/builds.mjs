// @ts-check
// The builds: inputs, tool and outputs. A build runs only if the content of its inputs has changed.
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { run } from "./child.mjs";
import { compilerRemedy, ensureCompiler } from "./compiler.mjs";
import { UserError, systemRemedyIn } from "./user-error.mjs";
import { ensureNodeHeaders, gypEnvironment, HEADER_OPTIONS } from "./node-headers.mjs";
import { fromRoot } from "./paths.mjs";
import { step } from "./progress.mjs";
import { fingerprint, invalidate, isUpToDate, markUpToDate } from "./fingerprint.mjs";

/**
 * @typedef {object} Build
 * @property {string} name Its title in the progress output, and the key of its fingerprint.
 * @property {string} what What it does, for the progress output.
 * @property {string[]} inputs Files and folders, from the root.
 * @property {RegExp} [skip] Inputs to ignore.
 * @property {string[]} extra Other values that the result depends on.
 * @property {() => string[]} outputs Files that must exist afterwards.
 * @property {() => Promise<void>} [before] Prepares the machine.
 * @property {() => [string, ...string[]]} command
 * @property {() => NodeJS.ProcessEnv} [environment] Environment of the command; by default that of this process.
 * @property {string[]} [whenOutputsAreMissing] Added to the command if outputs are missing.
 * @property {(output: string) => string} remedy What the user can do if the command fails with this output.
 */

const NODE = [process.version, process.platform, process.arch];
const SOURCE_REMEDY = "Fix what is shown above, then run the command again.";
/** @param {string} output */
const sourceRemedy = (output) => systemRemedyIn(output, fromRoot()) ?? SOURCE_REMEDY;

/** node-gyp found no compiler, or one without C++17. */
const COMPILER_MISSING =
  /(?:^|[/ ])(?:c\+\+|g\+\+|clang\+\+|make): (?:command )?not found|unrecognized command.line option .-std=|invalid value .c\+\+17|find VS could not find|Could not find any Visual Studio|not found: make|xcode-select: /im;

/** @type {Build} */
const native = {
  name: "native",
  what: "compiling the C++ code (node-gyp)",
  inputs: [
    "binding.gyp",
    "bridge/native",
    "package.json",
    "node_modules/node-addon-api/package.json",
    "node_modules/node-gyp/package.json",
  ],
  skip: process.platform === "win32" ? /(_test|_posix)\.(cc|h)$|\/posix\// : /(_test|_windows)\.(cc|h)$|\/windows\//,
  extra: [...NODE, process.env["CXX"] ?? "", process.env["CXXFLAGS"] ?? ""],
  outputs: () => nativeOutputs(),
  before: async () => {
    await ensureCompiler();
    await ensureNodeHeaders();
  },
  command: () => {
    const gyp = fromRoot("node_modules/node-gyp/bin/node-gyp.js");
    return [process.execPath, gyp, "configure", "build", "--jobs=max", "--loglevel=warn", ...HEADER_OPTIONS];
  },
  environment: gypEnvironment,
  remedy: (output) => {
    if (COMPILER_MISSING.test(output)) return `Install a C++17 compiler: ${compilerRemedy()}`;
    return sourceRemedy(output);
  },
};

/** @type {Build} */
const typescript = {
  name: "bridge",
  what: "compiling the TypeScript of the bridge (tsc)",
  inputs: ["shared", "bridge/src", "bridge/tsconfig.json", "tsconfig.base.json", "package-lock.json"],
  skip: /\.test\.ts$/,
  extra: [],
  outputs: () => ["dist/bridge/src/cli/main.js"],
  command: () => [process.execPath, fromRoot("node_modules/typescript/bin/tsc"), "-b", "bridge"],
  // tsc trusts its build info, even if outputs were deleted.
  whenOutputsAreMissing: ["--force"],
  remedy: sourceRemedy,
};

/** @type {Build} */
const bundle = {
  name: "bundle",
  what: "bundling the bridge (webpack)",
  inputs: [
    "shared",
    "bridge/src",
    "bridge/tsconfig.json",
    "tools/webpack",
    "tsconfig.base.json",
    "package.json",
    "package-lock.json",
  ],
  skip: /\.test\.ts$/,
  extra: [],
  outputs: () => ["dist/bundle/main.js"],
  command: () => [
    process.execPath,
    fromRoot("node_modules/webpack-cli/bin/cli.js"),
    "--config",
    fromRoot("tools/webpack/bridge.config.mjs"),
  ],
  remedy: sourceRemedy,
};

/** @type {Build} */
const pane = {
  name: "pane",
  what: "bundling the task pane (webpack)",
  inputs: [
    "addin",
    "shared",
    "webpack.config.js",
    "tools/webpack",
    "manifest.xml",
    "tsconfig.base.json",
    "package.json",
    "package-lock.json",
  ],
  skip: /\.test\.ts$/,
  extra: [],
  outputs: () => paneOutputs(),
  command: () => [process.execPath, fromRoot("node_modules/webpack-cli/bin/cli.js"), "--mode", "production"],
  remedy: sourceRemedy,
};

/** @type {Build} */
const windows = {
  name: "windows",
  what: "compiling the Windows binaries (mingw)",
  inputs: [
    "bridge/native",
    "test/windows/fixtures",
    "tools/native",
    "tools/windows",
    "package.json",
    "node_modules/node-addon-api/package.json",
    "node_modules/node-api-headers/package.json",
  ],
  skip: /(_test|_posix)\.(cc|h)$|\/posix\//,
  extra: [],
  outputs: () => ["dist/windows/x64/OUTLOOK.EXE", "build/windows-tests/faulty/OUTLOOK.EXE"],
  command: () => [process.execPath, fromRoot("tools/windows/build.mjs"), "--tests"],
  remedy: sourceRemedy,
};

export const BUILDS = { native, typescript, bundle, pane, windows };

/** The simulator is built on all systems but Windows. */
function nativeOutputs() {
  const module = "build/Release/offline_state.node";
  if (process.platform === "win32") return [module];
  /** @type {{ variables: Record<string, string[]> }} */
  const { variables } = JSON.parse(readFileSync(fromRoot("bridge/native/sources.gypi"), "utf8"));
  if ((variables["simulated_core_sources"] ?? []).length === 0) return [module];
  return [module, "build/Release/simulated-outlook"];
}

/** @param {Build} build */
function fingerprintOf(build) {
  return fingerprint(build.inputs, {
    extra: [...build.extra, ...build.command()],
    ...(build.skip && { skip: build.skip }),
  });
}

/**
 * Whether a build is up to date.
 * @param {Build} build
 */
export function isBuilt(build) {
  return isUpToDate(build.name, fingerprintOf(build), build.outputs());
}

/** All files of the pane, from the list that webpack writes. */
function paneOutputs() {
  const list = "dist/pane/pane-files.json";
  try {
    const files = Object.keys(JSON.parse(readFileSync(fromRoot(list), "utf8")));
    return [list, ...files.map((file) => `dist/pane/${file}`)];
  } catch {
    return [list];
  }
}

/**
 * Brings one build up to date.
 * @param {Build} build
 */
export async function ensureBuilt(build) {
  const value = fingerprintOf(build);
  if (isUpToDate(build.name, value, build.outputs())) return;
  await build.before?.();
  invalidate(build.name);
  await step(build.name, build.what, async () => {
    const [program, ...args] = build.command();
    if (!build.outputs().every(exists)) args.push(...(build.whenOutputsAreMissing ?? []));
    const { code, output } = await run(program, args, {
      cwd: fromRoot(),
      env: build.environment?.() ?? process.env,
    });
    const absent = code === 0 ? build.outputs().filter((file) => !exists(file)) : [];
    if (code !== 0 || absent.length > 0) {
      const detail = code === 0 ? ` Missing output: ${absent.join(", ")}.` : "";
      throw new UserError(`Failed: ${build.what}.${detail}`, { output, remedy: build.remedy(output) });
    }
  });
  markUpToDate(build.name, value);
}

/** @param {string} file */
function exists(file) {
  return existsSync(fromRoot(file));
}
