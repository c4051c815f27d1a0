// @ts-check
// Bundles office-addin-debugging into one file. As a dependency it would install some 200 packages, of which few are used, and the
// installation would fail: one of their peer dependencies is not in the registry.
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { UserError } from "../lib/user-error.mjs";
import { fromRoot } from "../lib/paths.mjs";
import { writeJson } from "./dependencies.mjs";

const NAME = "office-addin-debugging";
/** Optional dependencies of ws, which are not installed. */
const NOT_INSTALLED = ["bufferutil", "utf-8-validate"];

/** @typedef {{ name: string, version: string, license: string, folder: string }} Bundled */

/**
 * Writes the package office-addin-debugging to `modules`, as one readable file.
 * @param {string} modules a node_modules folder
 * @returns {Promise<{ version: string, bundled: Bundled[] }>} `bundled`: the packages whose code is in that file
 */
export async function bundleSideloader(modules) {
  const target = path.join(modules, NAME);
  mkdirSync(target, { recursive: true });
  const webpack = createRequire(import.meta.url)("webpack");
  const stats = await new Promise((resolve, reject) => {
    webpack(
      {
        mode: "production",
        target: "node20",
        context: fromRoot(),
        entry: NAME,
        output: { path: target, filename: "index.cjs", library: { type: "commonjs2" } },
        // Readable, so that it can be audited.
        optimization: { minimize: false },
        node: { __dirname: false, __filename: false },
        externals: Object.fromEntries(NOT_INSTALLED.map((name) => [name, `commonjs ${name}`])),
        performance: { hints: false },
      },
      (/** @type {Error | null} */ error, /** @type {import("webpack").Stats} */ result) => {
        if (error !== null) reject(error);
        else resolve(result);
      },
    );
  });
  const {
    errors = [],
    warnings = [],
    modules: used = [],
  } = stats.toJson({
    all: false,
    errors: true,
    warnings: true,
    modules: true,
    nestedModules: true,
    modulesSpace: Infinity,
    nestedModulesSpace: Infinity,
  });
  if (errors.length + warnings.length > 0) {
    throw new UserError(`${NAME} could not be bundled.`, {
      output: [...errors, ...warnings].map(({ message }) => message).join("\n"),
    });
  }
  const bundled = packagesOf(used);
  const own = bundled.find(({ name }) => name === NAME);
  if (own === undefined) throw new UserError(`The bundle does not contain ${NAME}.`);
  writeJson(path.join(target, "package.json"), {
    name: NAME,
    version: own.version,
    description: `${NAME} and its dependencies, bundled into one file`,
    license: own.license,
    main: "index.cjs",
  });
  const license = path.join(own.folder, "LICENSE");
  if (existsSync(license)) writeFileSync(path.join(target, "LICENSE"), readFileSync(license));
  return { version: own.version, bundled };
}

/**
 * @param {{ nameForCondition?: string | null, modules?: any[] }[]} used
 * @returns {Bundled[]}
 */
function packagesOf(used) {
  /** @type {Map<string, Bundled>} */
  const found = new Map();
  const visit = (/** @type {typeof used} */ list) => {
    for (const { nameForCondition, modules } of list) {
      const folder = typeof nameForCondition !== "string" ? undefined : packageFolder(nameForCondition);
      if (folder !== undefined && !found.has(folder)) {
        const { name, version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
        found.set(folder, { name, version, license: typeof license === "string" ? license : "UNKNOWN", folder });
      }
      if (modules !== undefined) visit(modules);
    }
  };
  visit(used);
  return [...found.values()].sort((one, other) => one.name.localeCompare(other.name));
}

/** @param {string} file */
function packageFolder(file) {
  const parts = realpathSync(file).split(path.sep);
  const start = parts.lastIndexOf("node_modules");
  if (start === -1) return undefined;
  const length = parts[start + 1]?.startsWith("@") ? 3 : 2;
  return parts.slice(0, start + length).join(path.sep);
}
