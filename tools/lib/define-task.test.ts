import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../bridge/src/simulator/commands.js";
import outlook from "../tasks/outlook.mjs";
import { defineTask, parseTaskArgs, usageOf, wantsHelp } from "./define-task.mjs";
import { explain } from "./user-error.mjs";

const task = defineTask({
  summary: "Does something.",
  options: { port: { value: "N", what: "a number" }, simulate: { what: "a switch" } },
  run: () => Promise.resolve(0),
});
const withArgs = defineTask({ summary: "Does something.", args: "[what...]", run: () => Promise.resolve(0) });

/** The message of the error that `work` throws. */
function textOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return explain(error);
  }
  throw new Error("no error");
}

describe("the arguments of a task", () => {
  test("returns options, arguments and --verbose", () => {
    expect(parseTaskArgs("start", task, ["--port=1", "--simulate"])).toEqual({
      options: { port: "1", simulate: true },
      args: [],
      verbose: false,
    });
    expect(parseTaskArgs("test", withArgs, ["a", "--verbose", "b"])).toEqual({
      options: {},
      args: ["a", "b"],
      verbose: true,
    });
  });

  test.each([
    [["--prot", "1"], "'--prot'"],
    [["--port"], "'--port <value>' argument missing"],
    [["--port", "-1"], "'--port' argument is ambiguous"],
    [["--simulate=yes"], "'--simulate'"],
    [["-x"], "'-x'"],
    [["later"], "'later'"],
  ])("rejects %j with the reason and the usage", (args, reason) => {
    const text = textOf(() => parseTaskArgs("start", task, args));
    expect(text).toMatch(/^error: npm start: .*\.\n/);
    expect(text.split("\n")[0]).toContain(reason);
    expect(text).toContain(usageOf("start", task));
  });
});

test("recognizes --help and -h before --, whatever the other arguments are", () => {
  expect(wantsHelp(["--nonsense", "--help"])).toBe(true);
  expect(wantsHelp(["later", "-h"])).toBe(true);
  expect(wantsHelp(["--", "--help"])).toBe(false);
  expect(wantsHelp([])).toBe(false);
});

test("lists every simulator command in the help of `npm run outlook`", () => {
  const words = new Set(usageOf("outlook", outlook).split(/[\s,]+/));
  expect([...COMMANDS.keys()].filter((name) => !words.has(name))).toEqual([]);
});
