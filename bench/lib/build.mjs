// Compiles the C++ of the measurements into build/bench/, with the tool that compiles the C++ tests.
import { join } from "node:path";
import process from "node:process";
import { commandOf, compile, link, objectOf } from "../../tools/native/compile.mjs";
import { readSources, root } from "../../tools/native/sources.mjs";

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

/** Builds what is named and gives its absolute path. */
export async function built(name) {
  const binary = binaries[name];
  const lists = readSources();
  const command = commandOf(variant, {
    warnings: lists.warning_flags,
    includes: [FLOORS],
    ...(binary.node && NAPI),
  });
  const own = binary.sources.map((source) => join(FLOORS, source));
  const core = binary.core ? [...lists.core_sources, ...lists.posix_sources] : [];
  await compile(variant, [...own, ...core], command);
  const objects = [...own, ...core].map((source) => objectOf(variant, source));
  return join(root, await link(variant, name, objects, [...command, ...(binary.shared ? ["-shared"] : [])]));
}
