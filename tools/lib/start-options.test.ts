import path from "node:path";
import process from "node:process";
import { Command } from "commander";
import { expect, test } from "vitest";
import { addStartCommand } from "../../bridge/src/cli/commands/start.js";
import { readStartOptions, START_OPTIONS } from "./start-options.mjs";

test("takes the options of the bridge's own command line, and no others", () => {
  const program = new Command();
  addStartCommand(program);
  const bridge = program.commands[0]?.options.map(({ long }) => long).sort();
  const ours = Object.keys(START_OPTIONS).map((name) => `--${name}`);
  expect(ours.sort()).toEqual(bridge);
});

test("passes the options on to the bridge", () => {
  expect(readStartOptions({ port: "1", simulate: true })).toEqual({
    port: 1,
    simulated: true,
    args: ["--port", "1", "--simulate"],
  });
  expect(readStartOptions({})).toEqual({ port: 38443, simulated: false, args: [] });
});

test("resolves a library from the person's folder, not from where npm runs", () => {
  const before = process.env["INIT_CWD"];
  process.env["INIT_CWD"] = path.resolve("test");
  expect(readStartOptions({ mapi: "mine.so" })).toEqual({
    port: 38443,
    simulated: true,
    args: ["--mapi", path.resolve("test/mine.so")],
  });
  if (before === undefined) delete process.env["INIT_CWD"];
  else process.env["INIT_CWD"] = before;
});
