// @ts-check
// The ways in which the C++ is compiled for tests. A variant is data; compile.mjs does the work.
//
// To add one (mingw, say): a compiler, the platform whose files it takes, flags for every step, and how to run the result.
import { tests as windows } from "./toolchains-windows.mjs";

/**
 * @typedef {object} Variant
 * @property {string} name also the folder under build/
 * @property {string} compiler C++ compiler; the environment variable CXX overrides it for `plain`
 * @property {"posix" | "windows"} platform which platform's sources and tests belong to it
 * @property {string[]} flags for compiling and linking
 * @property {string[]} defines without -D
 * @property {string[]} linkFlags
 * @property {string} executableSuffix
 * @property {string[]} runner words put before the test binary, e.g. ["wine"]
 * @property {Record<string, string>} environment for running the result
 * @property {(room: string) => string} [testBinary] name of a room's test binary; by default "<room>-tests"
 * @property {() => void} [prepare] called once before anything is compiled
 */

const warnings = ["-Werror", "-pedantic"];

/** @type {Omit<Variant, "name" | "compiler">} */
const posix = {
  platform: "posix",
  flags: ["-g", "-O1", "-pthread", ...warnings],
  defines: [],
  linkFlags: ["-pthread", "-ldl"],
  executableSuffix: "",
  runner: [],
  environment: {},
};

/** @type {Variant[]} */
const variants = [
  { ...posix, name: "plain", compiler: process.env["CXX"] ?? "g++", defines: ["_GLIBCXX_ASSERTIONS"] },
  {
    ...posix,
    name: "asan",
    compiler: "clang++",
    flags: [...posix.flags, "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"],
    environment: {
      ASAN_OPTIONS:
        "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1",
      UBSAN_OPTIONS: "print_stacktrace=1",
    },
  },
  {
    ...posix,
    name: "tsan",
    compiler: "clang++",
    flags: [...posix.flags, "-fsanitize=thread"],
    environment: { TSAN_OPTIONS: "halt_on_error=1:second_deadlock_stack=1" },
  },
  {
    ...posix,
    name: "fuzz",
    compiler: "clang++",
    flags: [...posix.flags, "-fsanitize=fuzzer-no-link,address,undefined", "-fno-sanitize-recover=all"],
    linkFlags: ["-fsanitize=fuzzer", ...posix.linkFlags],
    environment: {
      ASAN_OPTIONS: "detect_leaks=1:detect_stack_use_after_return=1",
      UBSAN_OPTIONS: "print_stacktrace=1",
    },
  },
  { ...posix, name: "m32", compiler: process.env["CXX"] ?? "g++", flags: [...posix.flags, "-m32"] },
  ...windows,
];

export const variantNames = variants.map(({ name }) => name);

/**
 * @param {string} name
 * @returns {Variant}
 */
export function variantOf(name) {
  const variant = variants.find((candidate) => candidate.name === name);
  if (!variant) throw new Error(`Unknown variant "${name}". There are: ${variantNames.join(", ")}.`);
  return variant;
}
