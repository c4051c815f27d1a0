import { expect, test } from "vitest";
import { inTheBinaries, inThePane, nodeItself } from "../../tools/package/carried.mjs";
import { expectPart, row } from "./generated.js";
import { packages } from "./lock.js";

const PERMISSIVE = ["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "BlueOak-1.0.0", "0BSD", "ZPL-2.1"];
/** Others, each looked at: an add-in may carry Office.js; programs made with GCC may carry its run-time libraries. */
const LOOKED_AT: Readonly<Record<string, string>> = {
  "@microsoft/office-js": "Microsoft's terms for Office.js",
  "GCC run-time libraries (libgcc, libstdc++)": "GPL-3.0-or-later WITH GCC-exception-3.1",
};

/** Where there is a choice, one licence that may be chosen is enough. */
const isPermissive = (license: string): boolean =>
  license
    .replace(/[()]/g, "")
    .split(" OR ")
    .some((choice) => PERMISSIVE.includes(choice));

const shipped = [
  ...packages.filter((one) => one.shipped).map((one) => ({ ...one, where: "bridge" })),
  ...inThePane().map((one) => ({ ...one, where: "pane" })),
  ...inTheBinaries().map((one) => ({ ...one, where: "Windows binaries" })),
  { ...nodeItself(), where: "Windows installer" },
].map(({ name, version, license, where }) => ({ name, version, license: LOOKED_AT[name] ?? license, where }));

test("docs/licenses.md names everything that is shipped", async () => {
  const lines = [...new Set(shipped.map(({ name, version, license, where }) => row(name, version, license, where)))];
  await expectPart("docs/licenses.md", "licenses", [
    "| package | version | licence | where |",
    "| --- | --- | --- | --- |",
    ...lines,
  ]);
});

test("every licence lets the product be given away", () => {
  const others = shipped.filter(({ name, license }) => LOOKED_AT[name] === undefined && !isPermissive(license));
  expect(others).toEqual([]);
});
