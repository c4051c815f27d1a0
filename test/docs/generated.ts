// Parts of documents that are generated from test data. `npm run docs` updates them; a test fails when one is outdated.
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { fromRoot } from "../../tools/lib/paths.mjs";

/** Compares the part of `file` between the markers `<!-- name -->` and `<!-- /name -->` with `lines`. */
export async function expectPart(file: string, name: string, lines: readonly string[]): Promise<void> {
  const begin = `<!-- ${name} -->`;
  const end = `<!-- /${name} -->`;
  const text = readFileSync(fromRoot(file), "utf8");
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} has no markers ${begin} and ${end}`);
  const generated = `${text.slice(0, from)}${begin}\n\n${lines.join("\n")}\n\n${text.slice(to)}`;
  await expect(generated, `${file} is outdated: run npm run docs`).toMatchFileSnapshot(fromRoot(file));
}

/** A row of a Markdown table, with special characters escaped. */
export function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("<", "&lt;")).join(" | ")} |`;
}
