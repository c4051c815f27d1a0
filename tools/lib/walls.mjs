// @ts-check
// Turns the rooms' walls into ESLint configurations.
import { builtinModules } from "node:module";
import { ROOMS } from "../rooms.mjs";
import { fromRoot } from "./paths.mjs";

/** Tests may use what they like to test with. */
const TESTS = ["**/*.test.ts"];
const NODE = builtinModules.filter((name) => !name.startsWith("_"));

/** One configuration for each room; where rooms lie within one another the inner one's comes later and decides. */
export function wallConfigs() {
  return Object.entries(ROOMS)
    .sort(([a], [b]) => a.length - b.length)
    .map(([room, wall]) => ({
      name: `walls of ${room}`,
      files: [`${room}/**/*.ts`],
      ignores: TESTS,
      rules: { ...pathRule(room, wall.sees), ...packageRules(room, wall) },
    }));
}

/**
 * @param {string} room
 * @param {string[]} sees
 */
function pathRule(room, sees) {
  const except = ["./node_modules", ...[room, ...sees].map((name) => `./${name}`)];
  const message = `${room} may import ${sees.length === 0 ? "no other room" : `only ${sees.join(", ")}`} (tools/rooms.mjs).`;
  /** @type {["error", object]} */
  const rule = ["error", { basePath: fromRoot(), zones: [{ target: `./${room}`, from: "./", except, message }] }];
  return { "import-x/no-restricted-paths": rule };
}

/**
 * @param {string} room
 * @param {{ packages?: string[], not?: string[] }} wall
 */
function packageRules(room, { packages, not = [] }) {
  const forbidden = packages === undefined ? anyOf(not) : `^(?!\\.|(?:${packages.map(escaped).join("|")})(?:/|$))`;
  if (forbidden === undefined) return {};
  const message = `${room} must not know this module (tools/rooms.mjs).`;
  /** @type {["error", object]} */
  const statics = ["error", { patterns: [{ regex: forbidden, message }] }];
  /** @type {["error", object]} */
  const dynamics = [
    "error",
    { selector: `ImportExpression > Literal[value=/${forbidden.replaceAll("/", "\\u002F")}/]`, message },
  ];
  return { "no-restricted-imports": statics, "no-restricted-syntax": dynamics };
}

/**
 * @param {string[]} names
 * @returns {string | undefined} A pattern of these modules and of what lies within them.
 */
function anyOf(names) {
  if (names.length === 0) return undefined;
  const all = names.flatMap((name) =>
    name === "node" ? ["node:.*", ...NODE.map(escaped)] : [`(?:node:)?${escaped(name)}`],
  );
  return `^(?:${all.join("|")})(?:/|$)`;
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
