// @ts-check
// What a package carries of others besides npm packages that npm knows of: run-time libraries, Node, what is in the pane.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fromRoot } from "../lib/paths.mjs";
import { NODE_PACKAGE } from "./places.mjs";

/** Their code is in the pane's bundle. */
const IN_THE_PANE = [
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

/** @returns {import("./licenses.mjs").Carried[]} */
export function inThePane() {
  return IN_THE_PANE.filter((name) => existsSync(fromRoot("node_modules", name))).map((name) => {
    const folder = fromRoot("node_modules", name);
    const { version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    const own = { name, version: String(version), license: String(license), folder };
    const file = path.join(folder, "LICENSE.md");
    // Its package.json names no licence but the file.
    return name === "@microsoft/office-js" && existsSync(file)
      ? { ...own, license: "Microsoft's terms for Office.js", text: readFileSync(file, "utf8") }
      : own;
  });
}

/** @returns {import("./licenses.mjs").Carried[]} */
export function inTheBinaries() {
  return [
    {
      name: "GCC run-time libraries (libgcc, libstdc++)",
      version: "as in the compiler that built the Windows binaries",
      license: "GPL-3.0-or-later WITH GCC-exception-3.1",
      text: "Linked into the Windows binaries. The GCC Runtime Library Exception, version 3.1, lets programs that were compiled with GCC\nbe given away under terms of their own choice: https://www.gnu.org/licenses/gcc-exception-3.1.html",
    },
    {
      name: "mingw-w64 run-time",
      version: "as in the compiler that built the Windows binaries",
      license: "ZPL-2.1",
      text: "Linked into the Windows binaries. Its parts are in the public domain or under the Zope Public License 2.1 and other\nlicences without conditions for binaries: https://www.mingw-w64.org/ (COPYING.MinGW-w64-runtime.txt)\n\nCopyright (c) 2009 - 2023 by the mingw-w64 project. All rights reserved.",
    },
  ];
}

/** @returns {import("./licenses.mjs").Carried} */
export function nodeItself() {
  return {
    name: "Node.js",
    version: NODE_PACKAGE.version,
    license: "MIT",
    text: `Copyright Node.js contributors. All rights reserved.\n\n${MIT}\n\nNode.js carries libraries of others; their licences are in https://github.com/nodejs/node/blob/v${NODE_PACKAGE.version}/LICENSE`,
  };
}
