import path from "node:path";
import process from "node:process";
import { expect, test } from "vitest";
import { createProgram } from "../../bridge/src/cli/program.js";
import { readStartOptions, START_OPTIONS } from "./bridge-command.mjs";

test("has the same options as the bridge's command `start`", () => {
  const start = createProgram().commands.find((command) => command.name() === "start");
  const bridge = start?.options.map(({ long }) => long).sort();
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

test("resolves the library relative to the user's folder", () => {
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
