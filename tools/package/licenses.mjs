// @ts-check
// The licences of third-party code in a package, in one text file, including code that npm does not know of.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fromRoot } from "../lib/paths.mjs";
import { UserError } from "../lib/user-error.mjs";
import { NODE_PACKAGE } from "./paths.mjs";

/** Licences that allow distribution with the product without further conditions. */
const ACCEPTED =
  /^\(?(MIT|MIT-0|ISC|BSD-2-Clause|BSD-3-Clause|0BSD|Apache-2\.0|BlueOak-1\.0\.0|Unlicense|Zlib|Python-2\.0|CC0-1\.0)\)?$/;

/** @typedef {{ name: string, version: string, license: string, folder?: string, text?: string }} ThirdParty */

/**
 * @param {string} file
 * @param {readonly ThirdParty[]} packages
 */
export function writeLicenses(file, packages) {
  const unknown = packages.filter(
    ({ license, text }) =>
      text === undefined && !license.split(/ OR /).some((one) => ACCEPTED.test(one.replace(/[()]/g, ""))),
  );
  if (unknown.length > 0) {
    throw new UserError(
      `Unknown licences: ${unknown.map(({ name, version, license }) => `${name}@${version} (${license})`).join(", ")}.`,
      {
        remedy:
          "Check whether they allow distribution. Then accept them in tools/package/licenses.mjs, or replace the packages.",
      },
    );
  }
  const parts = [...packages]
    .sort((one, other) => one.name.localeCompare(other.name) || one.version.localeCompare(other.version))
    .map(
      (one) => `${"=".repeat(78)}\n${one.name} ${one.version} (${one.license})\n${"=".repeat(78)}\n\n${textOf(one)}\n`,
    );
  writeFileSync(file, `Third-party software in Outlook Offline State, and its licences.\n\n${parts.join("\n")}`);
}

/** @param {ThirdParty} one */
function textOf({ folder, license, text }) {
  if (text !== undefined) return text;
  const names =
    folder === undefined ? [] : readdirSync(folder).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name));
  const texts = names
    .map((name) => path.join(folder ?? "", name))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, "utf8").trim());
  return texts.length > 0 ? texts.join("\n\n") : `The package does not contain a licence text. Licence: ${license}.`;
}

/** Packages whose code is in the bundle of the pane. */
const PANE_PACKAGES = [
  "@fluentui/tokens",
  "@microsoft/office-js",
  "workbox-core",
  "workbox-precaching",
  "workbox-routing",
  "workbox-strategies",
];

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** @returns {ThirdParty[]} */
export function paneLibraries() {
  return PANE_PACKAGES.filter((name) => existsSync(fromRoot("node_modules", name))).map((name) => {
    const folder = fromRoot("node_modules", name);
    const { version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    const own = { name, version: String(version), license: String(license), folder };
    const file = path.join(folder, "LICENSE.md");
    // package.json of office-js refers to this file.
    return name === "@microsoft/office-js" && existsSync(file)
      ? { ...own, license: "Microsoft's terms for Office.js", text: readFileSync(file, "utf8") }
      : own;
  });
}

/** @returns {ThirdParty[]} */
export function linkedLibraries() {
  return [
    {
      name: "GCC run-time libraries (libgcc, libstdc++)",
      version: "as in the compiler that built the Windows binaries",
      license: "GPL-3.0-or-later WITH GCC-exception-3.1",
      text: "Linked into the Windows binaries. The GCC Runtime Library Exception, version 3.1, allows to distribute programs compiled with GCC\nunder any terms: https://www.gnu.org/licenses/gcc-exception-3.1.html",
    },
    {
      name: "mingw-w64 run-time",
      version: "as in the compiler that built the Windows binaries",
      license: "ZPL-2.1",
      text: "Linked into the Windows binaries. Its parts are in the public domain or under the Zope Public License 2.1 and other\nlicences without conditions for binaries: https://www.mingw-w64.org/ (COPYING.MinGW-w64-runtime.txt)\n\nCopyright (c) 2009 - 2023 by the mingw-w64 project. All rights reserved.",
    },
  ];
}

/** @returns {ThirdParty} */
export function nodeRuntime() {
  return {
    name: "Node.js",
    version: NODE_PACKAGE.version,
    license: "MIT",
    text: `Copyright Node.js contributors. All rights reserved.\n\n${MIT}\n\nNode.js contains third-party libraries; their licences are in https://github.com/nodejs/node/blob/v${NODE_PACKAGE.version}/LICENSE`,
  };
}
