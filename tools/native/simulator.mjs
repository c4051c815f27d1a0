#!/usr/bin/env node
// @ts-check
// Builds the simulator and its MAPI provider with a variant of toolchains.mjs: node tools/native/simulator.mjs m32
// For the tests of a 32-bit Outlook with a 64-bit bridge; node-gyp builds the simulator of `npm start`.
import { commandOf, compile, link, objectOf } from "./compile.mjs";
import { readSources } from "./sources.mjs";
import { variantOf } from "./toolchains.mjs";

/** @param {string} name */
async function main(name) {
  const variant = { ...variantOf(name), name: `${name}-simulated` };
  const lists = readSources();
  // The same objects for both; the provider is a shared library.
  const command = [...commandOf(variant, { warnings: lists.warning_flags ?? [] }), "-fPIC", "-fvisibility=hidden"];
  /**
   * @param {string} file
   * @param {string[]} sources
   * @param {string[]} flags
   */
  const build = async (file, sources, flags) => {
    await compile(variant, sources, command);
    const objects = sources.map((source) => objectOf(variant, source));
    console.log(`  ${await link(variant, file, objects, [...command, ...flags])}`);
  };
  /** @param {string[]} names */
  const of = (...names) => names.flatMap((list) => lists[list] ?? []);
  await build(
    "simulated-outlook",
    of("library_sources", "posix_sources", "simulated_core_sources", "simulated_posix_sources"),
    [],
  );
  await build("libsimulated-mapi.so", of("mapi_provider_sources", "mapi_provider_posix_sources"), ["-shared"]);
}

main(process.argv[2] ?? "m32").catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
