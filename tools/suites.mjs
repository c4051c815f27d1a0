// @ts-check
// What `npm test` runs, the longest first. To add a suite: a row here, and its system packages in system-packages.mjs.
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
 * @property {BuildName[]} builds What has to be up to date before.
 * @property {number} cores How many it keeps busy: 1, or less for a suite that mostly waits. As many suites run at once as fit.
 * @property {string} [exclusive] Suites that name the same resource never run at once.
 * @property {number} seconds How long it takes on 2 otherwise idle cores: for the order, until it has run on this machine.
 * @property {number} limitSeconds It is ended, and failed, after that: a bound for what hangs, far above what a busy machine needs.
 * @property {"vitest" | "doctest" | "checks"} report How it tells what passed: reports.mjs reads it.
 * @property {(reportFile: string) => [string, string[]]} command
 * @property {Record<string, string>} [env]
 */

/** What a 32-bit program needs where the kernel runs none.
 * @type {GroupName[]} */
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
    what: "types, ESLint, formats, the walls of the native rooms",
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
    what: "the rooms' own tests, beside their sources",
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
    what: "the C++ rooms",
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
    what: "the C++ rooms under AddressSanitizer and UndefinedBehaviorSanitizer",
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
    what: "the C++ rooms under ThreadSanitizer",
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
    what: "hostile bytes on the channel, for a while",
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
    what: "the C++ rooms as a 32-bit Outlook has them",
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
    what: "the C++ that Windows gets, held to C++17 without GNU's extensions, because Visual Studio builds it too",
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
    what: "the C++ rooms as Windows binaries, under Wine",
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
    what: "what Notify, the codec and the feed cost, counted in instructions (callgrind)",
    needs: ["compiler", "callgrind"],
    builds: ["typescript"],
    cores: 1,
    seconds: 40,
    limitSeconds: 900,
    report: "checks",
    command: (reportFile) => [process.execPath, [fromRoot("bench/guards/instructions.mjs"), "--report", reportFile]],
  },
  {
    name: "install",
    what: "install, uninstall and the way back from each failure",
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
    what: "the npm package and the MSI, made, and installed and removed under Wine",
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
    what: "the pane in a real browser",
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
    what: "the whole chain, from `npm start` to the pane",
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
    what: "every row of docs/security.md, at the real bridge",
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
    what: "what the pane is told when processes die, disks fill and clocks jump",
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
    what: "50 panes, random changes and random faults, for a short while (npm run soak: for as long as you like)",
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
    what: "a 32-bit Outlook with the agent, and the 64-bit module",
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
    what: "the whole chain with Windows' binaries, under Wine",
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
