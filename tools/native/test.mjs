#!/usr/bin/env node
// @ts-check
// Builds and runs the C++ tests: node tools/native/test.mjs [variant] [module...] [-- doctest options]
// One test program per module (folder of bridge/native); doctest prints a summary for each.
import { join } from "node:path";
import { commandOf, compile, link, objectOf, run } from "./compile.mjs";
import { findTests, readSources, root } from "./sources.mjs";
import { variantOf } from "./toolchains.mjs";

const MAIN = "bridge/native/test_main.cc";

/** @param {readonly string[]} words */
async function main(words) {
  const split = words.includes("--") ? words.indexOf("--") : words.length;
  const [name = "plain", ...wanted] = words.slice(0, split);
  const doctestOptions = words.slice(split + 1);
  const variant = variantOf(name);
  const tests = findTests(variant.platform);
  for (const module of variant.without ?? []) tests.delete(module);
  for (const module of wanted) {
    if (!tests.has(module))
      throw new Error(`There are no tests in "${module}". Modules with tests: ${[...tests.keys()].join(", ")}.`);
  }
  const modules = [...tests].filter(([module]) => wanted.length === 0 || wanted.includes(module));

  variant.prepare?.();
  const lists = readSources();
  const command = commandOf(variant, { warnings: lists.warning_flags, defines: ["DOCTEST_CONFIG_SUPER_FAST_ASSERTS"] });
  const shared = [
    MAIN,
    ...lists.library_sources,
    ...(variant.platform === "posix" ? lists.posix_sources : lists.windows_sources),
    ...lists.testable_sources,
    ...(variant.platform === "posix" ? lists.testable_posix_sources : lists.testable_windows_sources),
  ];
  await compile(variant, [...shared, ...modules.flatMap(([, files]) => files)], command);
  /** @type {string[]} */
  const failed = [];
  for (const [module, files] of modules) {
    const objects = [...shared, ...files].map((source) => objectOf(variant, source));
    const binary = await link(
      variant,
      variant.testBinary?.(module) ?? `${module}-tests${variant.executableSuffix}`,
      objects,
      command,
    );
    console.log(`${variant.name}: ${module}`);
    await run([...variant.runner, join(root, binary), ...doctestOptions], {
      env: { ...process.env, ...variant.environment },
    }).catch((error) => failed.push(error.message));
  }
  if (failed.length > 0) throw new Error(failed.join("\n"));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
