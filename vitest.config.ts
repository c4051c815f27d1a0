import { defineConfig } from "vitest/config";

const BROWSER = ["test/browser/**/*.test.ts", "addin/**/*.browser.test.ts"];
const E2E = ["test/e2e/**/*.test.ts"];
const ATTACKS = ["test/attacks/**/*.test.ts"];
const FAULTS = ["test/faults/**/*.test.ts"];
const SOAK = ["test/soak/**/*.test.ts"];
/** A suite of its own: it needs a compiler for 32 bits. */
const BITNESS = ["test/e2e/mixed-bitness.test.ts"];
const WINDOWS = ["test/windows/**/*.test.ts"];
const INSTALL = ["test/install/**/*.test.ts"];
const PACKAGE = ["test/package/**/*.test.ts"];
const SEPARATE = [...BROWSER, ...E2E, ...ATTACKS, ...FAULTS, ...SOAK, ...BITNESS, ...WINDOWS, ...INSTALL, ...PACKAGE];
/** Not on Windows: the simulator and the installation of compilers. */
const NOT_ON_THIS_PLATFORM =
  process.platform === "win32"
    ? [
        "bridge/src/simulator/**",
        "bridge/native/simulator/**",
        "bridge/src/native-module.{agent,lifetime}.test.ts",
        "bridge/src/cli/without-outlook.test.ts",
        "tools/lib/{compiler,lock,run-suite}.test.ts",
      ]
    : [];
const EXCLUDED = ["**/node_modules/**", "dist/**", "build/**", ".cache/**"];

/** For tests with browsers and a dozen processes, which are slow on a busy machine. */
const LONG_TIMEOUTS = { testTimeout: 120_000, expect: { poll: { timeout: 30_000 } } };

// The projects are the suites of `npm test` (tools/suites.mjs). "unit" contains every test that is in no other project.
export default defineConfig({
  test: {
    // Two cores, and tests that start processes.
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 120_000,
    // A long wait is no failure: times depend on the load of the machine.
    expect: { poll: { timeout: 30_000 } },
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["**/*.test.ts"], exclude: [...EXCLUDED, ...SEPARATE, ...NOT_ON_THIS_PLATFORM] },
      },
      { extends: true, test: { name: "browser", include: BROWSER, exclude: EXCLUDED } },
      { extends: true, test: { name: "install", include: INSTALL, exclude: EXCLUDED, fileParallelism: false } },
      {
        extends: true,
        test: {
          name: "package",
          include: PACKAGE,
          exclude: EXCLUDED,
          fileParallelism: false,
          globalSetup: "test/package/build-packages.ts",
        },
      },
      // Not a suite; used by `npm run screenshots`.
      { extends: true, test: { name: "screenshots", include: ["test/screenshots/**/*.shots.ts"], exclude: EXCLUDED } },
      {
        extends: true,
        test: { name: "e2e", include: E2E, exclude: [...EXCLUDED, ...BITNESS], fileParallelism: false },
      },
      {
        extends: true,
        test: { ...LONG_TIMEOUTS, name: "attacks", include: ATTACKS, exclude: EXCLUDED, fileParallelism: false },
      },
      { extends: true, test: { ...LONG_TIMEOUTS, name: "faults", include: FAULTS, exclude: EXCLUDED } },
      { extends: true, test: { name: "soak", include: SOAK, exclude: EXCLUDED } },
      { extends: true, test: { name: "bitness", include: BITNESS, exclude: EXCLUDED } },
      {
        extends: true,
        test: {
          name: "windows",
          include: WINDOWS,
          exclude: EXCLUDED,
          // One Wine session, so only one Outlook at a time.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          globalSetup: "test/windows/support/setup.ts",
        },
      },
    ],
  },
});
