import { defineConfig } from "vitest/config";

const BROWSER = ["test/browser/**/*.test.ts", "addin/**/*.browser.test.ts"];
const E2E = ["test/e2e/**/*.test.ts"];
const ATTACKS = ["test/attacks/**/*.test.ts"];
const FAULTS = ["test/faults/**/*.test.ts"];
const SOAK = ["test/soak/**/*.test.ts"];
const BITNESS = ["test/bitness/**/*.test.ts"];
const WINDOWS = ["test/windows/**/*.test.ts"];
const INSTALL = ["test/install/**/*.test.ts"];
const PACKAGE = ["test/package/**/*.test.ts"];
const ALONE = [...BROWSER, ...E2E, ...ATTACKS, ...FAULTS, ...SOAK, ...BITNESS, ...WINDOWS, ...INSTALL, ...PACKAGE];
/** On Windows there is Outlook itself, and the simulated one is not built; nor do people there need what installs compilers. */
const ELSEWHERE =
  process.platform === "win32"
    ? [
        "bridge/native/simulated/**",
        "bridge/src/simulated/**",
        "bridge/src/source/native-{lifetime,module,source}.test.ts",
        "bridge/src/cli/elsewhere.test.ts",
        "tools/lib/{compiler,lock,run-suite}.test.ts",
      ]
    : [];
const NEVER = ["**/node_modules/**", "dist/**", "build/**", ".cache/**"];

/** Browsers and a dozen processes on a busy machine: what passes in a second elsewhere may take twenty. */
const PATIENT = { testTimeout: 120_000, expect: { poll: { timeout: 30_000 } } };

// Projects are the suites of `npm test` (tools/suites.mjs). Whatever no other project has is in "unit": no test is forgotten.
export default defineConfig({
  test: {
    // Two cores, and tests that start processes of their own.
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 120_000,
    // How long something is waited for says nothing about its speed.
    expect: { poll: { timeout: 30_000 } },
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["**/*.test.ts"], exclude: [...NEVER, ...ALONE, ...ELSEWHERE] },
      },
      { extends: true, test: { name: "browser", include: BROWSER, exclude: NEVER } },
      { extends: true, test: { name: "install", include: INSTALL, exclude: NEVER, fileParallelism: false } },
      {
        extends: true,
        test: {
          name: "package",
          include: PACKAGE,
          exclude: NEVER,
          fileParallelism: false,
          globalSetup: "test/package/support/packages.ts",
        },
      },
      // No suite: `npm run screenshots`.
      { extends: true, test: { name: "screenshots", include: ["test/screenshots/**/*.shots.ts"], exclude: NEVER } },
      { extends: true, test: { name: "e2e", include: E2E, exclude: NEVER, fileParallelism: false } },
      {
        extends: true,
        test: { ...PATIENT, name: "attacks", include: ATTACKS, exclude: NEVER, fileParallelism: false },
      },
      { extends: true, test: { ...PATIENT, name: "faults", include: FAULTS, exclude: NEVER } },
      { extends: true, test: { name: "soak", include: SOAK, exclude: NEVER } },
      { extends: true, test: { name: "bitness", include: BITNESS, exclude: NEVER } },
      {
        extends: true,
        test: {
          name: "windows",
          include: WINDOWS,
          exclude: NEVER,
          // One Windows, one user, one session: one Outlook at a time.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          globalSetup: "test/windows/support/setup.ts",
        },
      },
    ],
  },
});
