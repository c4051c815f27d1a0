// @ts-check
// The licences of what a package carries, in one text: each asks that its words go along.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Failure } from "../lib/failure.mjs";

/** Those that let the product be given away under its own licence. */
const FINE =
  /^\(?(MIT|MIT-0|ISC|BSD-2-Clause|BSD-3-Clause|0BSD|Apache-2\.0|BlueOak-1\.0\.0|Unlicense|Zlib|Python-2\.0|CC0-1\.0)\)?$/;

/** @typedef {{ name: string, version: string, license: string, folder?: string, text?: string }} Carried */

/**
 * @param {string} file
 * @param {readonly Carried[]} carried
 */
export function writeLicenses(file, carried) {
  const unfit = carried.filter(
    ({ license, text }) =>
      text === undefined && !license.split(/ OR /).some((one) => FINE.test(one.replace(/[()]/g, ""))),
  );
  if (unfit.length > 0) {
    throw new Failure(
      `Whether these may be given away is not known: ${unfit.map(({ name, version, license }) => `${name}@${version} (${license})`).join(", ")}.`,
      {
        remedy: "See what their licences ask, and add them to tools/package/licenses.mjs or replace them.",
      },
    );
  }
  const parts = [...carried]
    .sort((one, other) => one.name.localeCompare(other.name) || one.version.localeCompare(other.version))
    .map(
      (one) => `${"=".repeat(78)}\n${one.name} ${one.version} (${one.license})\n${"=".repeat(78)}\n\n${textOf(one)}\n`,
    );
  writeFileSync(file, `What Outlook Offline State carries of others, and their licences.\n\n${parts.join("\n")}`);
}

/** @param {Carried} one */
function textOf({ folder, license, text }) {
  if (text !== undefined) return text;
  const names =
    folder === undefined ? [] : readdirSync(folder).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name));
  const texts = names
    .map((name) => path.join(folder ?? "", name))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, "utf8").trim());
  return texts.length > 0 ? texts.join("\n\n") : `The package carries no text of its licence; it names ${license}.`;
}
