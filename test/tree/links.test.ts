// A document that points to what is not there sends its reader nowhere.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { ownFiles } from "../../tools/lib/files.mjs";
import { fromRoot } from "../../tools/lib/paths.mjs";

const documents = ownFiles(["*.md"]);

/** The targets of links and pictures that lie in this project, from its root. */
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

test.each(documents)("every link of %s leads somewhere", (document) => {
  expect(targetsIn(document).filter((target) => !existsSync(fromRoot(target)))).toEqual([]);
});

test("every npm script that a document names is there", () => {
  const { scripts } = JSON.parse(readFileSync(fromRoot("package.json"), "utf8")) as { scripts: Record<string, string> };
  const named = documents.flatMap((document) =>
    [...readFileSync(fromRoot(document), "utf8").matchAll(/\bnpm (?:run )?(start|stop|test|(?<=run )[a-z:]+)/g)].map(
      ([, name]) => name,
    ),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => name === undefined || !(name in scripts))).toEqual([]);
});
