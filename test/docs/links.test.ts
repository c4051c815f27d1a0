// Links and commands in documents must be valid.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { ownFiles } from "../../tools/lib/files.mjs";
import { fromRoot } from "../../tools/lib/paths.mjs";

const documents = ownFiles(["*.md"]);

/** The targets of relative links and images, as paths from the root of the project. */
function targetsIn(document: string): string[] {
  const text = readFileSync(fromRoot(document), "utf8").replaceAll(/^```[^]*?^```/gm, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)]
    .map(([, inline, attribute]) => inline ?? attribute ?? "")
    .filter((target) => !/^(?:[a-z]+:|#)/.test(target))
    .map((target) => path.join(path.dirname(document), target.replace(/#.*/, "")));
}

test("finds links", () => {
  expect(documents.flatMap(targetsIn).length).toBeGreaterThan(5);
});

test.each(documents)("resolves every link in %s", (document) => {
  expect(targetsIn(document).filter((target) => !existsSync(fromRoot(target)))).toEqual([]);
});

test("finds every npm script that the documents name", () => {
  const { scripts } = JSON.parse(readFileSync(fromRoot("package.json"), "utf8")) as { scripts: Record<string, string> };
  const named = documents.flatMap((document) =>
    [...readFileSync(fromRoot(document), "utf8").matchAll(/\bnpm (?:run )?(start|stop|test|(?<=run )[a-z:]+)/g)].map(
      ([, name]) => name,
    ),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => name === undefined || !(name in scripts))).toEqual([]);
});
