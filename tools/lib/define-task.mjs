// @ts-check
// The command lines of tasks: each task declares its options, and run-task.mjs parses them before the task runs.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { UserError } from "./user-error.mjs";
import { fromRoot } from "./paths.mjs";

/**
 * @typedef {object} Option
 * @property {string} [value] Placeholder of its value, like "<file>". Without it the option is a switch.
 * @property {string} what
 */

/** @typedef {Record<string, Option>} Options */

/**
 * @template {Options} O
 * @typedef {{ [K in keyof O]?: O[K] extends { value: string } ? string : true }} Values
 */

/**
 * @template {Options} [O=Options]
 * @typedef {object} Task
 * @property {string} summary Description for --help.
 * @property {O} [options] By their long names, without dashes.
 * @property {string} [args] Placeholder of its arguments, like "[suite...]". Without it the task takes no arguments.
 * @property {string} [notes] Text for --help after the options.
 * @property {(given: { options: Values<O>, args: string[] }, process: { handOver: () => void }) => Promise<number | undefined>} run
 *   Returns an exit code, or undefined if the process keeps running (the bridge) after `handOver` was called.
 */

/** @type {Options} */
const COMMON = {
  verbose: { what: "show the stack traces of errors" },
  help: { what: "show this help" },
};

/**
 * Infers the types of the options' values.
 * @template {Options} O
 * @param {Task<O>} task
 */
export function defineTask(task) {
  return task;
}

/**
 * Whether --help or -h is among the arguments. It overrides all other arguments, so that help never runs a task.
 * @param {readonly string[]} args
 */
export function wantsHelp(args) {
  const end = args.indexOf("--");
  return args.slice(0, end === -1 ? undefined : end).some((word) => word === "--help" || word === "-h");
}

/**
 * @param {string} name of the task
 * @param {Task} task
 * @param {readonly string[]} args
 * @returns {{ options: Values<Options>, args: string[], verbose: boolean }} Throws a UserError for unknown options and unexpected arguments.
 */
export function parseTaskArgs(name, task, args) {
  const options = Object.fromEntries(
    Object.entries({ ...task.options, ...COMMON }).map(([option, { value }]) => [
      option,
      { type: value === undefined ? /** @type {const} */ ("boolean") : /** @type {const} */ ("string") },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      strict: true,
      allowPositionals: task.args !== undefined,
    });
    const { verbose, ...rest } = values;
    return { options: /** @type {Values<Options>} */ (rest), args: positionals, verbose: verbose === true };
  } catch (error) {
    // Only the first sentence: parseArgs adds explanations of its own conventions.
    const reason = error instanceof Error ? (error.message.split(/\.(?:\s|$)/)[0] ?? "") : String(error);
    throw new UserError(`${scriptOf(name)}: ${reason}.`, { remedy: usageOf(name, task) });
  }
}

/**
 * @param {string} name
 * @param {Task} task
 */
export function usageOf(name, task) {
  const rows = Object.entries({ ...task.options, ...COMMON }).map(([option, { value, what }]) => ({
    flags: `${option === "help" ? "-h, " : ""}--${option}${value === undefined ? "" : ` ${value}`}`,
    what,
  }));
  const width = Math.max(...rows.map(({ flags }) => flags.length));
  const synopsis = ["[options]", ...(task.args === undefined ? [] : [task.args])].join(" ");
  return [
    `Usage: ${scriptOf(name)} -- ${synopsis}`,
    task.summary,
    "",
    ...rows.map(({ flags, what }) => `  ${flags.padEnd(width)}  ${what}`),
    ...(task.notes === undefined ? [] : ["", task.notes]),
  ].join("\n");
}

/** npm runs these without "run". */
const WITHOUT_RUN = new Set(["start", "stop", "test"]);

/**
 * The command that runs a task.
 * @param {string} name Like "build-windows".
 * @returns {string} Like "npm run build:windows".
 */
export function scriptOf(name) {
  if (WITHOUT_RUN.has(name)) return `npm ${name}`;
  return `npm run ${scripts().find(({ task }) => task === name)?.script ?? name}`;
}

/** The npm scripts of package.json, each with the task that it runs. */
export function scripts() {
  /** @type {{ scripts: Record<string, string> }} */
  const manifest = JSON.parse(readFileSync(fromRoot("package.json"), "utf8"));
  return Object.entries(manifest.scripts).map(([script, command]) => ({
    script,
    task: /^(?:exec )?node tools\/task\.mjs ([a-z-]+)$/.exec(command)?.[1],
  }));
}
