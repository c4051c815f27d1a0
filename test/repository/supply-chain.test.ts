// Install scripts and vulnerabilities of dependencies.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { run } from "../../tools/lib/child.mjs";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { packages } from "./lock-file.js";

/** Packages with an install script. None runs, because .npmrc has ignore-scripts, and none is needed. */
const WITH_SCRIPTS = [
  // Advertising and usage statistics of a development dependency.
  "@scarf/scarf",
  // Compiles the module if the package has no prebuilt one; it has one for every supported Windows.
  "native-reg",
  // Checks the prebuilt module of ESLint's import plug-in.
  "unrs-resolver",
];

test("has install scripts only in known packages", () => {
  const found = packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
  expect(found.sort()).toEqual(WITH_SCRIPTS);
});

test("runs no install script of a package", () => {
  expect(readFileSync(fromRoot(".npmrc"), "utf8")).toMatch(/^ignore-scripts=true$/m);
  expect(readFileSync(fromRoot("tools/lib/packages.mjs"), "utf8")).toContain('"--ignore-scripts"');
});

test("has no install script of its own", () => {
  const { scripts } = JSON.parse(readFileSync(fromRoot("package.json"), "utf8")) as { scripts: Record<string, string> };
  const running = /^(?:pre|post)?(?:install|prepare|prepublish|pack)$|^dependencies$/;
  expect(Object.keys(scripts).filter((name) => running.test(name))).toEqual([]);
});

test("ships no package with a vulnerability that the registry reports", { timeout: 60_000 }, async () => {
  const [program, ...args] = ["npm", "audit", "--omit=dev", "--json"] as const;
  const { output } = await run(program, args, { cwd: fromRoot(), limitMs: 45_000 });
  const from = output.indexOf("{");
  const answer: unknown = from < 0 ? undefined : JSON.parse(output.slice(from, output.lastIndexOf("}") + 1));
  // Without a registry that supports audits there is nothing to check.
  const found =
    typeof answer === "object" && answer !== null && "vulnerabilities" in answer ? answer.vulnerabilities : {};
  expect(found).toEqual({});
});
