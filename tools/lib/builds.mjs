// @ts-check
// What is built, from what, by which tool. Each is done only when its inputs' content has changed.
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { run } from "./child.mjs";
import { compilerRemedy, ensureCompiler } from "./compiler.mjs";
import { Failure, systemRemedyIn } from "./failure.mjs";
import { ensureNodeHeaders, gypEnvironment, HEADER_OPTIONS } from "./node-headers.mjs";
import { fromRoot } from "./paths.mjs";
import { step } from "./progress.mjs";
import { digest, forget, isFresh, setFresh } from "./stamp.mjs";

/**
 * @typedef {object} Build
 * @property {string} name Its title in the progress, and the name of its stamp.
 * @property {string} what What it does, for the progress.
 * @property {string[]} inputs Files and folders, from the root.
 * @property {RegExp} [skip] Inputs that do not matter.
 * @property {string[]} extra What else decides.
 * @property {() => string[]} outputs What must be there afterwards.
 * @property {() => Promise<void>} [before] What it needs from the machine.
 * @property {() => [string, ...string[]]} command
 * @property {() => NodeJS.ProcessEnv} [environment] Of the command; this process's by default.
 * @property {string[]} [whenOutputsAreMissing] Added to the command then.
 * @property {(output: string) => string} remedy What a person can do when the command fails with this output.
 */

const NODE = [process.version, process.platform, process.arch];
const SOURCE_REMEDY = "Fix what is shown above, then run the command again.";
/** @param {string} output */
const sourceRemedy = (output) => systemRemedyIn(output, fromRoot()) ?? SOURCE_REMEDY;

/** node-gyp found no compiler, or one that does not know C++17. Any other failure is not the compiler's. */
const BLAMES_COMPILER =
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
  skip: process.platform === "win32" ? /(_test|_posix)\.(cc|h)$/ : /(_test|_windows)\.(cc|h)$/,
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
    if (BLAMES_COMPILER.test(output)) return `Install a compiler for C++17: ${compilerRemedy()}`;
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
  // tsc believes its own notes, not the folder.
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
  skip: /(_test|_posix)\.(cc|h)$/,
  extra: [],
  outputs: () => ["dist/windows/x64/OUTLOOK.EXE", "build/windows-tests/strange/OUTLOOK.EXE"],
  command: () => [process.execPath, fromRoot("tools/windows/build.mjs"), "--tests"],
  remedy: sourceRemedy,
};

export const BUILDS = { native, typescript, bundle, pane, windows };

/** The simulated Outlook is built where there is no Outlook. */
function nativeOutputs() {
  const module = "build/Release/offline_state.node";
  if (process.platform === "win32") return [module];
  /** @type {{ variables: Record<string, string[]> }} */
  const { variables } = JSON.parse(readFileSync(fromRoot("bridge/native/sources.gypi"), "utf8"));
  if ((variables["simulated_core_sources"] ?? []).length === 0) return [module];
  return [module, "build/Release/simulated-outlook"];
}

/** @param {Build} build */
function digestOf(build) {
  return digest(build.inputs, {
    extra: [...build.extra, ...build.command()],
    ...(build.skip && { skip: build.skip }),
  });
}

/**
 * Whether a build is up to date.
 * @param {Build} build
 */
export function isBuilt(build) {
  return isFresh(build.name, digestOf(build), build.outputs());
}

/** All files of the pane, as webpack has listed them; without a list it has not built them. */
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
  const value = digestOf(build);
  if (isFresh(build.name, value, build.outputs())) return;
  await build.before?.();
  forget(build.name);
  await step(build.name, build.what, async () => {
    const [program, ...args] = build.command();
    if (!build.outputs().every(isThere)) args.push(...(build.whenOutputsAreMissing ?? []));
    const { code, output } = await run(program, args, {
      cwd: fromRoot(),
      env: build.environment?.() ?? process.env,
    });
    const absent = code === 0 ? build.outputs().filter((file) => !isThere(file)) : [];
    if (code !== 0 || absent.length > 0) {
      const why = code === 0 ? ` It made no ${absent.join(", ")}.` : "";
      throw new Failure(`${build.what}: this failed.${why}`, { output, remedy: build.remedy(output) });
    }
  });
  setFresh(build.name, value);
}

/** @param {string} file */
function isThere(file) {
  return existsSync(fromRoot(file));
}
