import { expect, test } from "vitest";
import { linkedLibraries, paneLibraries, nodeRuntime } from "../../tools/package/licenses.mjs";
import { expectPart, row } from "./generated.js";
import { packages } from "../repository/lock-file.js";

const PERMISSIVE = ["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "BlueOak-1.0.0", "0BSD", "ZPL-2.1"];
/** Other reviewed licences: add-ins may include Office.js, and programs built with GCC may include its run-time libraries. */
const REVIEWED: Readonly<Record<string, string>> = {
  "@microsoft/office-js": "Microsoft's terms for Office.js",
  "GCC run-time libraries (libgcc, libstdc++)": "GPL-3.0-or-later WITH GCC-exception-3.1",
};

/** For a choice of licences, one permissive licence is enough. */
const isPermissive = (license: string): boolean =>
  license
    .replace(/[()]/g, "")
    .split(" OR ")
    .some((choice) => PERMISSIVE.includes(choice));

const shipped = [
  ...packages.filter((one) => one.shipped).map((one) => ({ ...one, where: "bridge" })),
  ...paneLibraries().map((one) => ({ ...one, where: "pane" })),
  ...linkedLibraries().map((one) => ({ ...one, where: "Windows binaries" })),
  { ...nodeRuntime(), where: "Windows installer" },
].map(({ name, version, license, where }) => ({ name, version, license: REVIEWED[name] ?? license, where }));

test("lists every shipped package in docs/licenses.md", async () => {
  const lines = [...new Set(shipped.map(({ name, version, license, where }) => row(name, version, license, where)))];
  await expectPart("docs/licenses.md", "licenses", [
    "| package | version | licence | where |",
    "| --- | --- | --- | --- |",
    ...lines,
  ]);
});

test("ships only packages whose licence allows redistribution", () => {
  const others = shipped.filter(({ name, license }) => REVIEWED[name] === undefined && !isPermissive(license));
  expect(others).toEqual([]);
});
