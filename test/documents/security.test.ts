import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { attacks, ELSEWHERE } from "../attacks/all.js";
import { CROWDED_MB, FLAT_MB, ROWS } from "../attacks/attack.js";
import { expectPart, row } from "./generated.js";

/** A path is code: Markdown would take its backslashes away. */
const shown = (tried: string): string => (tried.startsWith("/") ? `\`${tried}\`` : tried);

const all = [...attacks, ...ELSEWHERE];

test("docs/security.md has the attacks that the tests carry out, each with the answer that they demand", async () => {
  const lines = Object.entries(ROWS).flatMap(([number, attacked]) => {
    const tried = all.filter((attack) => attack.row === Number(number));
    const answers = [...new Set(tried.map(({ answer }) => answer))];
    return answers.map((answer, index) => {
      const same = tried.filter((attack) => attack.answer === answer).map((attack) => shown(attack.tried));
      return row(index === 0 ? number : "", index === 0 ? attacked : "", same.join(" · "), answer);
    });
  });
  await expectPart("docs/security.md", "attacks", [
    `${all.length} attacks, each with the answer that it must get:`,
    "",
    "| # | what is attacked | tried | answer |",
    "| --- | --- | --- | --- |",
    ...lines,
  ]);
});

test("the memory that docs/security.md promises is what the tests demand", () => {
  const promise = `less than ${FLAT_MB} MB more while single clients attack, and less than ${CROWDED_MB} MB more while crowds and scanners do`;
  expect(readFileSync(fromRoot("docs/security.md"), "utf8").replace(/\s+/g, " ")).toContain(promise);
});

test("every row of the table is shown by at least one attack", () => {
  expect(Object.keys(ROWS).filter((number) => !all.some((attack) => attack.row === Number(number)))).toEqual([]);
});

test("what is shown elsewhere is there", () => {
  for (const { file, test: name } of ELSEWHERE) expect(readFileSync(fromRoot(file), "utf8")).toContain(name);
});
