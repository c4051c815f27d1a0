// `npm start -- --mapi`: a MAPI provider of other people's behind the documented export and ABI.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { Chain } from "./support/chain.js";
import type { Pane } from "./support/pane.js";
import { freshFolder, removeFolder } from "./support/surroundings.js";

const folder = freshFolder();
const library = path.join(folder, "foreign_mapi.so");
const log = path.join(folder, "calls");
let chain: Chain;
let pane: Pane;

function calls(): string[] {
  return existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
}

beforeAll(async () => {
  const source = fromRoot("test/e2e/fixtures/foreign_mapi.cc");
  execFileSync(process.env["CXX"] ?? "c++", [
    "-std=c++17",
    "-O1",
    "-shared",
    "-fPIC",
    "-pthread",
    source,
    "-o",
    library,
  ]);
  chain = await Chain.create({ FOREIGN_MAPI_LOG: log });
  pane = await chain.openPane(await chain.start("--mapi", library));
});

afterAll(async () => {
  await chain.destroy();
  removeFolder(folder);
});

test("the agent registers with the foreign provider, step by step and once", async () => {
  await pane.shows("online");
  const steps = calls().filter((call) => ["GetCapabilities", "Advise", "GetCurrentState"].includes(call));
  expect(calls()).toContain("named profile");
  expect(steps.slice(0, 2)).toEqual(["GetCapabilities", "Advise"]);
  expect(steps.at(-1), "the state is read after Advise").toBe("GetCurrentState");
  expect(steps.filter((call) => call === "Advise")).toHaveLength(1);
});

test("its three notifications of one change are told once", async () => {
  const before = pane.stateChanges;
  await chain.outlook("offline");
  await pane.shows("offline");
  await chain.outlook("online");
  await pane.shows("online");
  expect(pane.stateChanges).toBe(before + 2);
});

test("a slow shutdown removes the registration once, and the sink is given up", async () => {
  await chain.outlook("quit");
  await pane.shows("outlook-not-running");
  expect(calls().filter((call) => call === "Unadvise")).toHaveLength(1);
  expect(calls()).toContain("the sink is gone");
  expect(calls()).not.toContain("a placeholder was called");
});

test("a library without the export is named as the reason", async () => {
  const run = await chain.run?.stop();
  expect(run?.code).toBe(0);
  const empty = path.join(folder, "empty.so");
  execFileSync(process.env["CXX"] ?? "c++", ["-shared", "-fPIC", "-x", "c++", "/dev/null", "-o", empty]);
  await chain.start("--mapi", empty);
  await pane.shows("mapi-missing");
});
