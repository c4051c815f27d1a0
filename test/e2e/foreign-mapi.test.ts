// `npm start -- --mapi`: a MAPI provider of another vendor with the documented export and ABI.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { Product } from "./support/product.js";
import type { BrowserPane } from "./support/browser-pane.js";
import { createFolder, removeFolder } from "../support/temporary-folder.js";

const folder = createFolder();
const library = path.join(folder, "foreign_mapi.so");
const log = path.join(folder, "calls");
let product: Product;
let pane: BrowserPane;

function calls(): string[] {
  return existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
}

beforeAll(async () => {
  const source = fromRoot("test/e2e/support/foreign_mapi.cc");
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
  product = await Product.create({ FOREIGN_MAPI_LOG: log });
  pane = await product.openPane(await product.start("--mapi", library));
});

afterAll(async () => {
  await product.destroy();
  removeFolder(folder);
});

test("registers the agent with the other provider once, in the documented order", async () => {
  await pane.shows("online");
  const steps = calls().filter((call) => ["GetCapabilities", "Advise", "GetCurrentState"].includes(call));
  expect(calls()).toContain("named profile");
  expect(steps.slice(0, 2)).toEqual(["GetCapabilities", "Advise"]);
  expect(steps.at(-1), "the state is read after Advise").toBe("GetCurrentState");
  expect(steps.filter((call) => call === "Advise")).toHaveLength(1);
});

test("reports three notifications of one change once", async () => {
  const before = pane.stateChanges;
  await product.outlook("offline");
  await pane.shows("offline");
  await product.outlook("online");
  await pane.shows("online");
  expect(pane.stateChanges).toBe(before + 2);
});

test("unregisters once at a slow shutdown and releases the sink", async () => {
  await product.outlook("quit");
  await pane.shows("outlook-not-running");
  expect(calls().filter((call) => call === "Unadvise")).toHaveLength(1);
  expect(calls()).toContain("the sink was released");
  expect(calls()).not.toContain("a placeholder was called");
});

test("reports a library without the export as the reason", async () => {
  const run = await product.run?.stop();
  expect(run?.code).toBe(0);
  const empty = path.join(folder, "empty.so");
  execFileSync(process.env["CXX"] ?? "c++", ["-shared", "-fPIC", "-x", "c++", "/dev/null", "-o", empty]);
  await product.start("--mapi", empty);
  await pane.shows("mapi-missing");
});
