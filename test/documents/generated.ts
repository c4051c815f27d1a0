// Documents of which a part is made from what the tests hold. `npm run docs` writes them anew; a test fails when one is old.
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { fromRoot } from "../../tools/lib/paths.mjs";

/** Holds the part of `file` between the markers `<!-- name -->` and `<!-- /name -->` against `lines`. */
export async function expectPart(file: string, name: string, lines: readonly string[]): Promise<void> {
  const begin = `<!-- ${name} -->`;
  const end = `<!-- /${name} -->`;
  const text = readFileSync(fromRoot(file), "utf8");
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} has no part ${begin} to ${end}`);
  const made = `${text.slice(0, from)}${begin}\n\n${lines.join("\n")}\n\n${text.slice(to)}`;
  await expect(made, `${file} is old: npm run docs writes it anew`).toMatchFileSnapshot(fromRoot(file));
}

/** A row of a table, with what Markdown would take for its own made harmless. */
export function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("<", "&lt;")).join(" | ")} |`;
}
