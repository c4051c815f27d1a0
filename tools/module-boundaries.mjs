// @ts-check
// Module boundaries: which module may import which. ESLint checks the TypeScript modules (`boundaryConfigs`), a test the C++ ones
// (`nativeViolations`).
import { builtinModules } from "node:module";
import { fromRoot } from "./lib/paths.mjs";

/** Modules that transport bytes between processes. */
const TRANSPORT = ["ws", "express", "http", "https", "http2", "net", "tls", "dgram"];

/** Files that every module of the bridge may import. */
const BRIDGE_COMMON = ["data-directory.ts", "user-error.ts", "version.ts"].map((file) => `bridge/src/${file}`);

/** The types of the native module, which native-module.ts loads. */
const NATIVE_TYPES = "bridge/native/index.d.ts";

/**
 * What each TypeScript module (a folder, or a file directly in bridge/src) may import besides its own files. The entry of a module
 * inside another module replaces the outer one. Tests may import anything.
 *
 * - `imports`: our own modules that it may import.
 * - `packages`: the only npm packages and Node modules that it may import; by default any.
 * - `forbidden`: npm packages and Node modules that it must not import; "node" means all Node modules.
 * @type {Record<string, { imports: string[], packages?: string[], forbidden?: string[] }>}
 */
export const MODULES = {
  shared: { imports: [], packages: ["valibot"] },
  addin: {
    imports: ["shared"],
    forbidden: [
      "node",
      "ws",
      "express",
      "helmet",
      "pino",
      "commander",
      "libsql",
      "node-gyp-build",
      "@peculiar/asn1-x509",
    ],
  },
  bridge: { imports: ["shared"] },
  "bridge/src/user-error.ts": { imports: [], forbidden: TRANSPORT },
  "bridge/src/version.ts": { imports: [], forbidden: TRANSPORT },
  "bridge/src/data-directory.ts": { imports: ["bridge/src/user-error.ts"], forbidden: TRANSPORT },
  "bridge/src/log": { imports: [...BRIDGE_COMMON], forbidden: TRANSPORT },
  "bridge/src/certificates": { imports: [...BRIDGE_COMMON, "bridge/src/log"], forbidden: TRANSPORT },
  "bridge/src/native-module.ts": { imports: [...BRIDGE_COMMON, NATIVE_TYPES], forbidden: TRANSPORT },
  "bridge/src/state-source.ts": { imports: ["shared", NATIVE_TYPES], forbidden: [...TRANSPORT, "node-gyp-build"] },
  "bridge/src/feed": {
    imports: [...BRIDGE_COMMON, "shared", NATIVE_TYPES, "bridge/src/log", "bridge/src/state-source.ts"],
    forbidden: [...TRANSPORT, "node-gyp-build", "child_process"],
  },
  "bridge/src/history": {
    imports: [...BRIDGE_COMMON, "shared", "bridge/src/log", "bridge/src/feed"],
    forbidden: TRANSPORT,
  },
  "bridge/src/server": {
    imports: [
      ...BRIDGE_COMMON,
      "shared",
      NATIVE_TYPES,
      ...["log", "certificates", "feed", "history"].map((name) => `bridge/src/${name}`),
    ],
    forbidden: ["node-gyp-build", "child_process"],
  },
  "bridge/src/instance": {
    imports: [...BRIDGE_COMMON, "shared", "bridge/src/log", "bridge/src/certificates"],
    forbidden: ["ws", "express"],
  },
  "bridge/src/install": {
    imports: [
      ...BRIDGE_COMMON,
      "shared",
      NATIVE_TYPES,
      ...["log", "certificates", "instance", "native-module.ts"].map((name) => `bridge/src/${name}`),
    ],
    forbidden: ["ws", "express"],
  },
  "bridge/src/doctor": {
    imports: [
      ...BRIDGE_COMMON,
      "shared",
      NATIVE_TYPES,
      ...["log", "certificates", "install", "instance", "native-module.ts"].map((name) => `bridge/src/${name}`),
    ],
    forbidden: ["ws", "express"],
  },
  "bridge/src/simulator": {
    imports: [...BRIDGE_COMMON, "shared", "bridge/src/log"],
    forbidden: ["ws", "express"],
  },
};

/**
 * Whose headers each C++ module (folder of bridge/native) may include besides its own. No module of the product may include
 * simulator/.
 * @type {Record<string, string[]>}
 */
export const NATIVE_MODULES = {
  core: [],
  mapi: ["core"],
  channel: ["core"],
  agent: ["core", "mapi", "channel"],
  peer: ["core"],
  setup: ["core"],
  module: ["core", "channel", "peer", "setup"],
  simulator: ["core", "agent", "channel", "mapi"],
  fuzz: ["core", "channel"],
};

const THIS_FILE = "tools/module-boundaries.mjs";
const TESTS = ["**/*.test.ts"];
const NODE_MODULES = builtinModules.filter((name) => !name.startsWith("_"));

/** One ESLint configuration per TypeScript module. ESLint applies the last one that matches, so inner modules come last. */
export function boundaryConfigs() {
  return Object.entries(MODULES)
    .sort(([a], [b]) => a.length - b.length)
    .map(([name, boundary]) => ({
      name: `module boundary of ${name}`,
      files: [name.endsWith(".ts") ? name : `${name}/**/*.ts`],
      ignores: TESTS,
      rules: { ...pathRule(name, boundary.imports), ...packageRules(name, boundary) },
    }));
}

/**
 * @param {string} name
 * @param {string[]} imports
 */
function pathRule(name, imports) {
  const except = ["./node_modules", ...[name, ...imports].map((allowed) => `./${allowed}`)];
  const message = `${name} may import ${imports.length === 0 ? "no other module" : `only ${imports.join(", ")}`} (${THIS_FILE}).`;
  /** @type {["error", object]} */
  const rule = ["error", { basePath: fromRoot(), zones: [{ target: `./${name}`, from: "./", except, message }] }];
  return { "import-x/no-restricted-paths": rule };
}

/**
 * @param {string} name
 * @param {{ packages?: string[], forbidden?: string[] }} boundary
 */
function packageRules(name, { packages, forbidden = [] }) {
  const pattern = packages === undefined ? anyOf(forbidden) : `^(?!\\.|(?:${packages.map(escaped).join("|")})(?:/|$))`;
  if (pattern === undefined) return {};
  const message = `${name} must not import this package (${THIS_FILE}).`;
  /** @type {["error", object]} */
  const statics = ["error", { patterns: [{ regex: pattern, message }] }];
  /** @type {["error", object]} */
  const dynamics = [
    "error",
    { selector: `ImportExpression > Literal[value=/${pattern.replaceAll("/", "\\u002F")}/]`, message },
  ];
  return { "no-restricted-imports": statics, "no-restricted-syntax": dynamics };
}

/**
 * @param {string[]} names
 * @returns {string | undefined} A pattern that matches these packages and their subpaths.
 */
function anyOf(names) {
  if (names.length === 0) return undefined;
  const all = names.flatMap((name) =>
    name === "node" ? ["node:.*", ...NODE_MODULES.map(escaped)] : [`(?:node:)?${escaped(name)}`],
  );
  return `^(?:${all.join("|")})(?:/|$)`;
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

const NATIVE_ROOT = "bridge/native/";

/**
 * The includes of a C++ file that its module does not allow. Only our own headers count: they are included by their path from
 * bridge/native. Tests may include anything.
 * @param {string} file From the repository root.
 * @param {string} text
 * @returns {{ line: number, include: string }[]}
 */
export function nativeViolations(file, text) {
  const name = nativeModuleOf(file);
  if (name === undefined || /_test\.(cc|h)$/.test(file)) return [];
  const allowed = [name, ...(NATIVE_MODULES[name] ?? [])];
  return text.split("\n").flatMap((content, index) => {
    const include = /^\s*#\s*include\s*"([^"]+)"/.exec(content)?.[1];
    if (include === undefined) return [];
    const isAllowed = allowed.some((entry) => include === entry || include.startsWith(`${entry}/`));
    return isAllowed ? [] : [{ line: index + 1, include }];
  });
}

/**
 * The module of a C++ file; undefined for files that belong to none (the test runner's main).
 * @param {string} file From the repository root.
 */
export function nativeModuleOf(file) {
  const rest = file.startsWith(NATIVE_ROOT) ? file.slice(NATIVE_ROOT.length) : "";
  return rest.includes("/") ? rest.split("/")[0] : undefined;
}
