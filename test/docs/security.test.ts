import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { attacks, TESTED_ELSEWHERE } from "../attacks/all.js";
import { FLOOD_MB, SINGLE_CLIENT_MB, ROWS } from "../attacks/cases/attack.js";
import { expectPart, row } from "./generated.js";

/** Paths are shown as code, because Markdown would remove backslashes. */
const shown = (tried: string): string => (tried.startsWith("/") ? `\`${tried}\`` : tried);

const all = [...attacks, ...TESTED_ELSEWHERE];

test("lists every tested attack with its required response in docs/security.md", async () => {
  const lines = Object.entries(ROWS).flatMap(([number, attacked]) => {
    const attempt = all.filter((attack) => attack.row === Number(number));
    const responses = [...new Set(attempt.map(({ response }) => response))];
    return responses.map((response, index) => {
      const same = attempt.filter((attack) => attack.response === response).map((attack) => shown(attack.attempt));
      return row(index === 0 ? number : "", index === 0 ? attacked : "", same.join(" · "), response);
    });
  });
  await expectPart("docs/security.md", "attacks", [
    `${all.length} attacks, each with the response that it must get:`,
    "",
    "| # | what is attacked | tried | response |",
    "| --- | --- | --- | --- |",
    ...lines,
  ]);
});

test("states the tested memory limits in docs/security.md", () => {
  const promise = `never grows by ${SINGLE_CLIENT_MB} MB or more under attacks by single clients, and by ${FLOOD_MB} MB or more under attacks by crowds and scanners`;
  expect(readFileSync(fromRoot("docs/security.md"), "utf8").replace(/\s+/g, " ")).toContain(promise);
});

test("has at least one attack for each row of the table", () => {
  expect(Object.keys(ROWS).filter((number) => !all.some((attack) => attack.row === Number(number)))).toEqual([]);
});

test("finds the attacks that other tests cover", () => {
  for (const { file, test: name } of TESTED_ELSEWHERE) expect(readFileSync(fromRoot(file), "utf8")).toContain(name);
});
