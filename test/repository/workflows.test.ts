// The GitHub workflows cannot run here, so everything that they name is checked.
import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import * as v from "valibot";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { SUITES } from "../../tools/suites.mjs";

const FOLDER = ".github/workflows";
/** Reviewed actions. Review a newer version before it is added. */
const ACTIONS = new Set([
  "actions/cache@v4",
  "actions/checkout@v4",
  "actions/download-artifact@v4",
  "actions/setup-node@v4",
  "actions/setup-python@v5",
  "actions/upload-artifact@v4",
]);
const RUNNERS = new Set(["ubuntu-24.04", "windows-2022"]);

// Strict, so that misspelt keys are found.
const step = v.pipe(
  v.strictObject({
    name: v.optional(v.string()),
    uses: v.optional(v.string()),
    with: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]))),
    run: v.optional(v.string()),
    "working-directory": v.optional(v.string()),
  }),
  v.check(({ uses, run }) => (uses === undefined) !== (run === undefined), "a step either uses or runs"),
  v.check((one) => one.with === undefined || one.uses !== undefined, "only what is used takes inputs"),
);
const job = v.strictObject({
  name: v.string(),
  needs: v.optional(v.string()),
  "runs-on": v.string(),
  container: v.optional(v.string()),
  "timeout-minutes": v.pipe(v.number(), v.minValue(1), v.maxValue(120)),
  strategy: v.optional(v.strictObject({ "fail-fast": v.boolean(), matrix: v.record(v.string(), v.array(v.string())) })),
  defaults: v.optional(v.strictObject({ run: v.strictObject({ shell: v.picklist(["pwsh", "bash"]) }) })),
  steps: v.pipe(v.array(step), v.minLength(1)),
});
const workflow = v.strictObject({
  name: v.string(),
  on: v.strictObject({ push: v.strictObject({ branches: v.array(v.string()) }), pull_request: v.null() }),
  permissions: v.strictObject({ contents: v.literal("read") }),
  concurrency: v.strictObject({ group: v.string(), "cancel-in-progress": v.boolean() }),
  jobs: v.record(v.string(), job),
});

const files = readdirSync(fromRoot(FOLDER)).sort();
const { scripts } = v.parse(
  v.object({ scripts: v.record(v.string(), v.string()) }),
  JSON.parse(readFileSync(fromRoot("package.json"), "utf8")),
);

it("has workflows for Linux and Windows only", () => {
  expect(files).toEqual(["linux.yml", "windows.yml"]);
});

describe.each(files)("%s", (file) => {
  const text = readFileSync(fromRoot(FOLDER, file), "utf8");
  const { jobs, concurrency } = v.parse(workflow, load(text));
  const all = Object.values(jobs);
  const steps = all.flatMap((one) => one.steps);

  it("uses known runners and reviewed actions", () => {
    for (const one of all) expect(RUNNERS).toContain(one["runs-on"]);
    for (const { uses } of steps) if (uses !== undefined) expect(ACTIONS).toContain(uses);
  });

  it("names only existing scripts, suites and files", () => {
    const commands = steps.map(({ run }) => run ?? "").join("\n");
    for (const [, script] of commands.matchAll(/npm run ([\w:-]+)/g)) expect(Object.keys(scripts)).toContain(script);
    const known = SUITES.map(({ name }) => name);
    for (const [, suites = ""] of commands.matchAll(/npm test -- ([\w -]+)/g))
      for (const suite of suites.trim().split(/\s+/)) expect(known).toContain(suite);
    for (const [, script = ""] of commands.matchAll(/^(\.ci\/\S+)/gm)) accessSync(fromRoot(script), constants.X_OK);
    for (const [, script = ""] of commands.matchAll(/\bnode ((?:tools|bench)\/\S+)/g))
      expect(existsSync(fromRoot(script)), script).toBe(true);
    expect(commands).not.toContain("npm start");
  });

  it("uses only expressions that are defined in its job", () => {
    for (const [, expression = ""] of text.matchAll(/\$\{\{\s*(.*?)\s*\}\}/g))
      expect(expression).toMatch(/^(github\.ref|matrix\.\w+|hashFiles\('package-lock\.json'\))$/);
    expect(concurrency.group).toContain("github.ref");
    for (const one of all) {
      for (const [, key = ""] of JSON.stringify(one).matchAll(/\$\{\{\s*matrix\.(\w+)/g))
        expect(Object.keys(one.strategy?.matrix ?? {})).toContain(key);
    }
  });

  it("depends only on existing jobs and their artifacts", () => {
    for (const { needs } of all) if (needs !== undefined) expect(Object.keys(jobs)).toContain(needs);
    const named = (action: string): unknown[] =>
      steps.filter(({ uses }) => uses?.startsWith(action)).map((one) => one.with?.["name"]);
    for (const name of named("actions/download-artifact")) expect(named("actions/upload-artifact")).toContain(name);
  });
});

it("tests every supported Node.js on Linux and on Windows", () => {
  const versions = (file: string): unknown =>
    Object.values(v.parse(workflow, load(readFileSync(fromRoot(FOLDER, file), "utf8"))).jobs)[0]?.strategy?.matrix[
      "node"
    ];
  expect(versions("linux.yml")).toEqual(["20.11", "22", "24"]);
  expect(versions("windows.yml")).toEqual(["20", "22", "24"]);
  expect(readFileSync(fromRoot("package.json"), "utf8")).toContain('"node": ">=20.11"');
});
