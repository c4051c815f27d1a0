// Rules for every file of the project.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ownFiles } from "../../tools/lib/files.mjs";
import { fromRoot } from "../../tools/lib/paths.mjs";

const TEXT = /\.(ts|mjs|js|cjs|cc|h|css|html|json|md|ya?ml|gypi?|xml|rc|def|sh|idl)$|^\.ci\/run$|^\.npmrc$/;

const files = ownFiles().filter((file) => TEXT.test(file));
const read = (file: string): string => readFileSync(fromRoot(file), "utf8");

/** The places where `pattern` occurs, as file:line. */
function places(pattern: RegExp, among: readonly string[]): string[] {
  return among.flatMap((file) =>
    read(file)
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}`] : [])),
  );
}

const notThisFile = files.filter((file) => !file.startsWith("test/repository/") && file !== "package-lock.json");

test("finds the project's files", () => {
  expect(files.length).toBeGreaterThan(50);
});

test("uses only file names that are valid on every system", () => {
  expect(ownFiles().filter((file) => !/^[\w.@+-]+(\/[\w.@+-]+)*$/.test(file))).toEqual([]);
});

test("skips and singles out no test", () => {
  expect(places(/\b(?:test|it|describe)\.(?:only|skip|todo|fixme)\b|doctest::skip/, notThisFile)).toEqual([]);
});

test("silences no check", () => {
  const silencers = /@ts-(?:ignore|expect-error|nocheck)|eslint-disable|prettier-ignore|clang-format off|NOLINT/;
  expect(places(silencers, notThisFile)).toEqual([]);
});

test("contains no TODO", () => {
  expect(places(/\b(?:TODO|FIXME|XXX|HACK)\b/, notThisFile)).toEqual([]);
});

test("contains no path of one machine", () => {
  expect(places(/(?:^|[\s"'`(=:])\/(?:work|root)\//, notThisFile)).toEqual([]);
});

test("contains no host name of a package registry", () => {
  expect(places(/registry\.npmjs|deb\.debian|archive\.ubuntu/, notThisFile)).toEqual([]);
});

test("has a lock file without registries, and with the integrity of every package", () => {
  expect(places(/"resolved"|https?:\/\/[^"]*registry/, ["package-lock.json"])).toEqual([]);
  const lock: unknown = JSON.parse(read("package-lock.json"));
  const packages =
    typeof lock === "object" && lock !== null && "packages" in lock ? Object.entries(lock.packages ?? {}) : [];
  const without = packages.filter(
    ([name, entry]) => name !== "" && !(typeof entry === "object" && "integrity" in entry),
  );
  expect(packages.length).toBeGreaterThan(100);
  expect(without.map(([name]) => name)).toEqual([]);
});

test("pins every dependency to one version", () => {
  const manifest: unknown = JSON.parse(read("package.json"));
  const versions = ["dependencies", "devDependencies"].flatMap((kind): unknown[] => {
    const list: unknown = typeof manifest === "object" && manifest !== null ? Reflect.get(manifest, kind) : undefined;
    return typeof list === "object" && list !== null ? Object.values(list) : [];
  });
  expect(versions.length).toBeGreaterThan(10);
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)))).toEqual([]);
});

test("type-checks every tool", () => {
  const tools = files.filter((file) => /^tools\/.*\.mjs$/.test(file));
  expect(tools.filter((file) => !/^(#!.*\n)?\/\/ @ts-check\n/.test(read(file)))).toEqual([]);
});
