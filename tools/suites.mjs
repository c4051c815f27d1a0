// @ts-check
// The suites of `npm test`. To add one: an entry here, and its system packages in system-packages.mjs.
import process from "node:process";
import { fromRoot } from "./lib/paths.mjs";
import { runs32Bit } from "./native/run-32-bit.mjs";

/** @typedef {import("./system-packages.mjs").GroupName} GroupName */
/** @typedef {keyof typeof import("./lib/builds.mjs").BUILDS} BuildName */

/**
 * @typedef {object} Suite
 * @property {string} name
 * @property {string} what
 * @property {GroupName[]} needs
 * @property {BuildName[]} builds the builds that must be up to date
 * @property {number} cores cores that it uses: less than 1 if it mostly waits. As many suites run at once as the cores allow.
 * @property {string} [exclusive] suites with the same resource never run at once
 * @property {number} seconds expected duration on 2 idle cores, until a duration has been measured on this machine
 * @property {number} limitSeconds time limit, for suites that hang; far longer than needed on a busy machine
 * @property {"vitest" | "doctest" | "checks"} report the format of the result, see reports.mjs
 * @property {(reportFile: string) => [string, string[]]} command
 * @property {Record<string, string>} [env]
 */

/**
 * Needed to run 32-bit programs if the kernel does not.
 * @type {GroupName[]}
 */
const emulator = runs32Bit() ? [] : ["i386"];

const VITEST = fromRoot("node_modules/vitest/vitest.mjs");

/**
 * One project of vitest.config.ts.
 * @param {string} project
 * @returns {Suite["command"]}
 */
const vitest = (project) => (reportFile) => [
  process.execPath,
  [VITEST, "run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`],
];

/**
 * One variant of tools/native/toolchains.mjs.
 * @param {string} variant
 * @returns {Suite["command"]}
 */
const native = (variant) => () => [process.execPath, [fromRoot("tools/native/test.mjs"), variant]];

/** @type {Suite[]} */
export const SUITES = [
  {
    name: "lint",
    what: "static checks: types, ESLint, formatting",
    needs: ["git", "format"],
    builds: [],
    cores: 1,
    seconds: 75,
    limitSeconds: 900,
    report: "checks",
    command: (reportFile) => [process.execPath, [fromRoot("tools/task.mjs"), "lint", "--report", reportFile]],
  },
  {
    name: "unit",
    what: "unit tests of TypeScript and of the tools",
    needs: ["compiler", "git"],
    builds: ["native", "typescript"],
    cores: 1,
    seconds: 100,
    limitSeconds: 900,
    report: "vitest",
    command: vitest("unit"),
  },
  {
    name: "native",
    what: "C++ unit tests",
    needs: ["compiler", "doctest"],
    builds: [],
    cores: 1,
    seconds: 60,
    limitSeconds: 900,
    report: "doctest",
    command: native("plain"),
  },
  {
    name: "native-asan",
    what: "C++ unit tests with AddressSanitizer and UndefinedBehaviorSanitizer",
    needs: ["doctest", "sanitizers"],
    builds: [],
    cores: 1,
    seconds: 45,
    limitSeconds: 900,
    report: "doctest",
    command: native("asan"),
  },
  {
    name: "native-tsan",
    what: "C++ unit tests with ThreadSanitizer",
    needs: ["doctest", "sanitizers"],
    builds: [],
    cores: 1,
    seconds: 45,
    limitSeconds: 900,
    report: "doctest",
    command: native("tsan"),
  },
  {
    name: "fuzz",
    what: "a short fuzzing run of the channel protocol (libFuzzer)",
    needs: ["sanitizers"],
    builds: [],
    cores: 1,
    seconds: 40,
    limitSeconds: 900,
    report: "checks",
    command: (reportFile) => [
      process.execPath,
      [
        fromRoot("tools/native/fuzz.mjs"),
        "--seconds",
        process.env["CI"] === "true" ? "30" : "15",
        "--report",
        reportFile,
      ],
    ],
  },
  {
    name: "native-m32",
    what: "C++ unit tests compiled for 32-bit x86",
    needs: ["doctest", "multilib", ...emulator],
    builds: [],
    cores: 1,
    seconds: 60,
    limitSeconds: 900,
    report: "doctest",
    command: native("m32"),
  },
  {
    name: "standard",
    what: "the C++ code for Windows compiles as standard C++17, without GNU extensions",
    needs: ["sanitizers", "mingw"],
    builds: [],
    cores: 1,
    seconds: 55,
    limitSeconds: 900,
    report: "checks",
    command: (reportFile) => [process.execPath, [fromRoot("tools/native/standard.mjs"), "--report", reportFile]],
  },
  {
    name: "native-windows",
    what: "C++ unit tests as Windows binaries, under Wine",
    needs: ["doctest", "mingw", "wine"],
    builds: [],
    cores: 1,
    exclusive: "wine-prefix",
    seconds: 100,
    limitSeconds: 900,
    report: "doctest",
    command: native("mingw64"),
  },
  {
    name: "instructions",
    what: "instruction counts of Notify, the frame codec and the feed (callgrind)",
    needs: ["compiler", "callgrind"],
    builds: ["typescript"],
    cores: 1,
    seconds: 40,
    limitSeconds: 900,
    report: "checks",
    command: (reportFile) => [process.execPath, [fromRoot("bench/budgets/instructions.mjs"), "--report", reportFile]],
  },
  {
    name: "install",
    what: "install, uninstall, and rollback after each possible failure",
    needs: ["compiler", "verifiers"],
    builds: ["native", "typescript", "bundle", "pane"],
    cores: 0.5,
    seconds: 160,
    limitSeconds: 900,
    report: "vitest",
    command: vitest("install"),
  },
  {
    name: "package",
    what: "builds the npm package and the MSI; installs and removes them under Wine",
    needs: ["compiler", "mingw", "wine", "packaging"],
    builds: ["native", "typescript", "bundle", "pane", "windows"],
    cores: 0.5,
    seconds: 400,
    limitSeconds: 3600,
    report: "vitest",
    command: vitest("package"),
  },
  {
    name: "browser",
    what: "the pane in Chromium",
    needs: ["browser"],
    builds: ["native", "typescript", "bundle", "pane"],
    cores: 1,
    seconds: 250,
    limitSeconds: 900,
    report: "vitest",
    command: vitest("browser"),
  },
  {
    name: "e2e",
    what: "end to end on Linux, from `npm start` to the pane",
    needs: ["compiler", "browser", "git"],
    builds: ["native", "typescript", "bundle", "pane"],
    cores: 0.5,
    seconds: 260,
    limitSeconds: 1800,
    report: "vitest",
    command: vitest("e2e"),
  },
  {
    name: "attacks",
    what: "every attack of docs/security.md, against a running bridge",
    needs: ["compiler", "browser"],
    builds: ["native", "typescript", "bundle", "pane"],
    cores: 0.5,
    seconds: 90,
    limitSeconds: 900,
    report: "vitest",
    command: vitest("attacks"),
  },
  {
    name: "faults",
    what: "what the pane shows when processes die, disks fill up and clocks jump",
    needs: ["compiler"],
    builds: ["native", "typescript", "bundle", "pane"],
    cores: 0.5,
    seconds: 65,
    limitSeconds: 900,
    report: "vitest",
    command: vitest("faults"),
  },
  {
    name: "soak",
    what: "50 panes, random changes and random faults, for a short time (longer: npm run soak)",
    needs: ["compiler"],
    builds: ["native", "typescript", "bundle", "pane"],
    cores: 0.5,
    seconds: 45,
    limitSeconds: 900,
    report: "vitest",
    command: vitest("soak"),
  },
  {
    name: "bitness",
    what: "a 32-bit agent with the 64-bit native module",
    needs: ["compiler", "multilib", ...emulator],
    builds: ["native", "typescript"],
    cores: 1,
    seconds: 20,
    limitSeconds: 900,
    report: "vitest",
    command: vitest("bitness"),
  },
  {
    name: "windows",
    what: "end to end with the Windows binaries, under Wine",
    needs: ["mingw", "wine", "browser"],
    builds: ["typescript", "pane", "windows"],
    cores: 0.5,
    exclusive: "wine-prefix",
    seconds: 130,
    limitSeconds: 900,
    report: "vitest",
    command: vitest("windows"),
  },
];
