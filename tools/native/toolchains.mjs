// @ts-check
// The variants in which the C++ code is compiled for tests. compile.mjs compiles them.
import { spawnSync } from "node:child_process";
import { runner32Bit } from "./run-32-bit.mjs";
import { tests as windows } from "./toolchains-windows.mjs";

/**
 * @typedef {object} Variant
 * @property {string} name also the folder in build/
 * @property {string} compiler C++ compiler; for `plain` the environment variable CXX overrides it
 * @property {"posix" | "windows"} platform whose sources and tests are compiled
 * @property {string[]} flags for compiling and linking
 * @property {string[]} defines without -D
 * @property {string[]} linkFlags
 * @property {string} executableSuffix
 * @property {string[]} runner command prefix for the test program, like ["wine"]
 * @property {Record<string, string>} environment of the test program
 * @property {(module: string) => string} [testBinary] name of the test program of a module; by default "<module>-tests"
 * @property {readonly string[]} [without] modules whose tests do not apply
 * @property {() => void} [prepare] called once before anything is compiled
 */

const warnings = ["-Werror", "-pedantic"];

/**
 * Disables address space randomization, where the system allows it: clang 14's sanitizers need fixed addresses for their shadow memory,
 * which kernels with vm.mmap_rnd_bits = 32 sometimes use otherwise.
 */
export function fixedAddresses() {
  const { status } = spawnSync("setarch", ["-R", "true"], { stdio: "ignore" });
  return status === 0 ? ["setarch", "-R"] : [];
}

/** The sanitizers reserve terabytes of address space. With a limit they fail with an unclear error about mmap. */
function checkAddressSpace() {
  const { stdout } = spawnSync("sh", ["-c", "ulimit -v"], { encoding: "utf8" });
  const limit = stdout?.trim() ?? "";
  if (/^\d+$/.test(limit)) {
    throw new Error(
      `The sanitizers need an unlimited address space, but the limit is ${limit} KiB. Run: ulimit -v unlimited`,
    );
  }
}

/** Compiles in half the time of -O1; `plain` and the release builds test optimized code. */
const QUICK = ["-g1", "-O0", "-pthread", ...warnings];

/** @type {Omit<Variant, "name" | "compiler">} */
const posix = {
  platform: "posix",
  flags: ["-g1", "-O1", "-pthread", ...warnings],
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
    flags: [...QUICK, "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"],
    prepare: checkAddressSpace,
    runner: fixedAddresses(),
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
    flags: [...QUICK, "-fsanitize=thread"],
    prepare: checkAddressSpace,
    runner: fixedAddresses(),
    environment: { TSAN_OPTIONS: "halt_on_error=1:second_deadlock_stack=1" },
  },
  {
    ...posix,
    name: "fuzz",
    compiler: "clang++",
    flags: [...posix.flags, "-fsanitize=fuzzer-no-link,address,undefined", "-fno-sanitize-recover=all"],
    linkFlags: ["-fsanitize=fuzzer", ...posix.linkFlags],
    prepare: checkAddressSpace,
    runner: fixedAddresses(),
    environment: {
      ASAN_OPTIONS: "detect_leaks=1:detect_stack_use_after_return=1",
      UBSAN_OPTIONS: "print_stacktrace=1",
    },
  },
  {
    ...posix,
    name: "m32",
    compiler: process.env["CXX"] ?? "g++",
    flags: [...QUICK, "-m32"],
    runner: runner32Bit(),
    // Only the agent runs in 32-bit processes; peer belongs to the bridge.
    without: ["peer"],
  },
  ...windows,
];

export const variantNames = variants.map(({ name }) => name);

/**
 * @param {string} name
 * @returns {Variant}
 */
export function variantOf(name) {
  const variant = variants.find((candidate) => candidate.name === name);
  if (!variant) throw new Error(`Unknown variant "${name}". Variants: ${variantNames.join(", ")}.`);
  return variant;
}
