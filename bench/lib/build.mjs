// Compiles the C++ programs of the benchmarks into build/bench/.
import { join } from "node:path";
import process from "node:process";
import { commandOf, compile, link, objectOf } from "../../tools/native/compile.mjs";
import { readSources, root } from "../../tools/native/sources.mjs";
import { machines, releases } from "../../tools/native/toolchains-windows.mjs";
import { nodeImportLibrary } from "../../tools/windows/binutils.mjs";

const common = ["-g", "-Werror", "-pedantic"];
const NAPI = {
  defines: ["NAPI_VERSION=8", "NODE_ADDON_API_CPP_EXCEPTIONS_ALL"],
  systemIncludes: ["node_modules/node-addon-api", "node_modules/node-api-headers/include"],
};

/** The options with which node-gyp compiles the product. */
export const variant = {
  name: "bench",
  compiler: process.env.CXX ?? "g++",
  flags: [...common, "-O3", "-fPIC", "-pthread"],
  defines: ["NDEBUG"],
  linkFlags: ["-pthread", "-ldl"],
};

const FOLDER = "bench/baselines";

/** @type {Record<string, { sources: string[], core?: boolean, shared?: boolean, node?: boolean }>} */
export const binaries = {
  notify: { sources: ["notify.cc", "signal_baseline_posix.cc", "thread_costs_posix.cc"], core: true },
  "agent-memory": { sources: ["agent_memory_posix.cc"], core: true },
  "unix-hop": { sources: ["unix_hop_posix.cc"] },
  "tsfn-hop.node": { sources: ["tsfn_hop.cc"], shared: true, node: true },
  "libscheduled-mapi.so": { sources: ["scheduled_mapi.cc"], shared: true },
  "count-notify": { sources: ["../budgets/count_notify.cc"], core: true },
  "count-codec": { sources: ["../budgets/count_codec.cc"], core: true },
};

/** For Windows, with the options of `npm run build:windows`. */
const windows = { ...releases.x64, name: "bench-windows" };

/** @type {Record<string, { sources: string[], core?: boolean, shared?: boolean, node?: boolean }>} */
export const windowsBinaries = {
  "notify.exe": { sources: ["notify.cc", "signal_baseline_windows.cc", "thread_costs_windows.cc"], core: true },
  "pipe-hop.exe": { sources: ["pipe_hop_windows.cc"] },
  "tsfn-hop.node": { sources: ["tsfn_hop.cc"], shared: true, node: true },
  "scheduled-mapi.dll": { sources: ["scheduled_mapi.cc"], shared: true },
};

/** Builds one of `binaries` and returns its absolute path. */
export async function built(name) {
  const lists = readSources();
  return build(variant, name, binaries[name], [...lists.library_sources, ...lists.posix_sources]);
}

/** Builds one of `windowsBinaries` and returns its absolute path. */
export async function builtForWindows(name) {
  const lists = readSources();
  return build(windows, name, windowsBinaries[name], [...lists.library_sources, ...lists.windows_sources]);
}

async function build(toolchain, name, binary, coreSources) {
  const command = commandOf(toolchain, {
    warnings: readSources().warning_flags,
    includes: [FOLDER],
    ...(binary.node && NAPI),
  });
  const own = binary.sources.map((source) => join(FOLDER, source));
  const sources = [...own, ...(binary.core ? coreSources : [])];
  await compile(toolchain, sources, command);
  const objects = sources.map((source) => objectOf(toolchain, source));
  const libraries = binary.node && toolchain === windows ? [await importLibrary()] : [];
  return join(
    root,
    await link(toolchain, name, objects, [...command, ...(binary.shared ? ["-shared"] : [])], libraries),
  );
}

function importLibrary() {
  const { triplet, dlltool } = machines.x64;
  return nodeImportLibrary({ triplet, dlltool, folder: join("build", windows.name) });
}
