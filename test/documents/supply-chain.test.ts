// What comes with the packages of others, besides their code.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { run } from "../../tools/lib/child.mjs";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { packages } from "./lock.js";

/**
 * Packages that bring an install script, and what becomes of it: none runs, here or with npm install, because of
 * ignore-scripts in .npmrc. All work without.
 */
const WITH_SCRIPTS = [
  // Advertising and statistics of somebody's development tool.
  "@scarf/scarf",
  // Compiles the module where its package has no ready-made one; it has for every Windows that we run on.
  "native-reg",
  // Looks whether the ready-made module of ESLint's import plug-in fits.
  "unrs-resolver",
];

test("no package but the known ones brings an install script", () => {
  const found = packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
  expect(found.sort()).toEqual(WITH_SCRIPTS);
});

test("no install script of a package runs", () => {
  expect(readFileSync(fromRoot(".npmrc"), "utf8")).toMatch(/^ignore-scripts=true$/m);
  expect(readFileSync(fromRoot("tools/lib/packages.mjs"), "utf8")).toContain('"--ignore-scripts"');
});

test("the project has no install script of its own", () => {
  const { scripts } = JSON.parse(readFileSync(fromRoot("package.json"), "utf8")) as { scripts: Record<string, string> };
  const running = /^(?:pre|post)?(?:install|prepare|prepublish|pack)$|^dependencies$/;
  expect(Object.keys(scripts).filter((name) => running.test(name))).toEqual([]);
});

test("no shipped package has a known hole, as far as the registry tells", { timeout: 60_000 }, async () => {
  const [program, ...args] = ["npm", "audit", "--omit=dev", "--json"] as const;
  const { output } = await run(program, args, { cwd: fromRoot(), limitMs: 45_000 });
  const from = output.indexOf("{");
  const answer: unknown = from < 0 ? undefined : JSON.parse(output.slice(from, output.lastIndexOf("}") + 1));
  // Not every registry answers this question, and not every machine has one: then there is nothing to tell.
  const found =
    typeof answer === "object" && answer !== null && "vulnerabilities" in answer ? answer.vulnerabilities : {};
  expect(found).toEqual({});
});
