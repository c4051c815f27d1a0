// @ts-check
// The ways in which the C++ is compiled for tests. A variant is data; compile.mjs does the work.
//
// To add one (mingw, say): a compiler, the platform whose files it takes, flags for every step, and how to run the result.
import { spawnSync } from "node:child_process";
import { runner32Bit } from "./run-32-bit.mjs";
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
 * @property {readonly string[]} [without] modules whose tests do not apply to it
 * @property {() => void} [prepare] called once before anything is compiled
 */

const warnings = ["-Werror", "-pedantic"];

/**
 * The sanitizers of clang 14 want their shadow memory at fixed addresses, where kernels with much randomisation (vm.mmap_rnd_bits = 32)
 * sometimes put something else. Without randomisation that cannot happen; a container may forbid to turn it off.
 */
export function fixedAddresses() {
  const { status } = spawnSync("setarch", ["-R", "true"], { stdio: "ignore" });
  return status === 0 ? ["setarch", "-R"] : [];
}

/** The sanitizers reserve terabytes of addresses, and fail with a line about mmap where a limit forbids it. */
function checkAddressSpace() {
  const { stdout } = spawnSync("sh", ["-c", "ulimit -v"], { encoding: "utf8" });
  const limit = stdout?.trim() ?? "";
  if (/^\d+$/.test(limit)) {
    throw new Error(
      `The sanitizers need an unlimited address space; here it is ${limit} KiB. Run \`ulimit -v unlimited\` before.`,
    );
  }
}

/** Half the time of -O1: optimised code is tested by `plain` and by what is shipped. */
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
    // A 32-bit process is Outlook with the agent. The peer of a loopback connection is looked up by the bridge, which has 64 bits.
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
  if (!variant) throw new Error(`Unknown variant "${name}". There are: ${variantNames.join(", ")}.`);
  return variant;
}
