import path from "node:path";
import process from "node:process";
import { Command } from "commander";
import { expect, test } from "vitest";
import { addStartCommand } from "../../bridge/src/cli/commands/start.js";
import { readStartOptions, START_USAGE } from "./start-options.mjs";

test("takes what the bridge's own command line takes, and nothing else", () => {
  const program = new Command();
  addStartCommand(program);
  const theirs = program.commands[0]?.options.map(({ long }) => long).sort();
  const ours = [...START_USAGE.matchAll(/^ {2}(--\w+)/gm)].map(([, option]) => option).sort();
  expect(ours).toEqual(theirs);
});

test("hands on what it was given", () => {
  expect(readStartOptions(["--port=1", "--simulate"])).toEqual({
    port: 1,
    simulated: true,
    args: ["--port", "1", "--simulate"],
  });
  expect(readStartOptions([])).toEqual({ port: 38443, simulated: false, args: [] });
  expect(readStartOptions(["-h"])).toBe("help");
});

test("means a library where the person stands, not where npm runs", () => {
  const before = process.env["INIT_CWD"];
  process.env["INIT_CWD"] = path.resolve("test");
  expect(readStartOptions(["--mapi", "mine.so"])).toEqual({
    port: 38443,
    simulated: true,
    args: ["--mapi", path.resolve("test/mine.so")],
  });
  if (before === undefined) delete process.env["INIT_CWD"];
  else process.env["INIT_CWD"] = before;
});
