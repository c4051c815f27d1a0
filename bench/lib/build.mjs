// Compiles the C++ of the measurements into build/bench/, with the tool that compiles the C++ tests.
import { join } from "node:path";
import process from "node:process";
import { commandOf, compile, link, objectOf } from "../../tools/native/compile.mjs";
import { readSources, root } from "../../tools/native/sources.mjs";
import { machines, releases } from "../../tools/native/toolchains-windows.mjs";
import { nodeImportLibrary } from "../../tools/windows/node-import-library.mjs";

const common = ["-g", "-Werror", "-pedantic"];
const NAPI = {
  defines: ["NAPI_VERSION=8", "NODE_ADDON_API_CPP_EXCEPTIONS_ALL"],
  systemIncludes: ["node_modules/node-addon-api", "node_modules/node-api-headers/include"],
};

/** As node-gyp compiles the product for this system. */
export const variant = {
  name: "bench",
  compiler: process.env.CXX ?? "g++",
  flags: [...common, "-O3", "-fPIC", "-pthread"],
  defines: ["NDEBUG"],
  linkFlags: ["-pthread", "-ldl"],
};

const FLOORS = "bench/floors";

/** @type {Record<string, { sources: string[], core?: boolean, shared?: boolean, node?: boolean }>} */
export const binaries = {
  notify: { sources: ["notify.cc", "signal_floor_posix.cc", "thread_costs_posix.cc"], core: true },
  "agent-memory": { sources: ["agent_memory_posix.cc"], core: true },
  "unix-hop": { sources: ["unix_hop_posix.cc"] },
  "tsfn-hop.node": { sources: ["tsfn_hop.cc"], shared: true, node: true },
  "libscheduled-mapi.so": { sources: ["scheduled_mapi.cc"], shared: true },
  "guard-notify": { sources: ["guard_notify.cc"], core: true },
  "guard-codec": { sources: ["guard_codec.cc"], core: true },
};

/** The same for Windows, as `npm run build:windows` compiles the product. */
const windows = { ...releases.x64, name: "bench-windows" };

/** @type {Record<string, { sources: string[], core?: boolean, shared?: boolean, node?: boolean }>} */
export const windowsBinaries = {
  "notify.exe": { sources: ["notify.cc", "signal_floor_windows.cc", "thread_costs_windows.cc"], core: true },
  "pipe-hop.exe": { sources: ["pipe_hop_windows.cc"] },
  "tsfn-hop.node": { sources: ["tsfn_hop.cc"], shared: true, node: true },
  "scheduled-mapi.dll": { sources: ["scheduled_mapi.cc"], shared: true },
};

/** Builds what is named and gives its absolute path. */
export async function built(name) {
  const lists = readSources();
  return build(variant, name, binaries[name], [...lists.core_sources, ...lists.posix_sources]);
}

/** The same for Windows. */
export async function builtForWindows(name) {
  const lists = readSources();
  return build(windows, name, windowsBinaries[name], [...lists.core_sources, ...lists.windows_sources]);
}

async function build(toolchain, name, binary, coreSources) {
  const command = commandOf(toolchain, {
    warnings: readSources().warning_flags,
    includes: [FLOORS],
    ...(binary.node && NAPI),
  });
  const own = binary.sources.map((source) => join(FLOORS, source));
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
