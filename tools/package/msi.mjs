// @ts-check
// The MSI, for one user, without administrator rights: made by wixl.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { run } from "../lib/child.mjs";
import { Failure } from "../lib/failure.mjs";
import { filesIn } from "./files.mjs";
import { OUT, STAGE } from "./places.mjs";
import { AMENDMENTS, wixSource } from "./wix.mjs";

/**
 * @param {string} stage
 * @param {string} version
 * @param {string} [out] The folder that it goes to.
 * @returns {Promise<string>} The MSI.
 */
export async function makeMsi(stage, version, out = OUT) {
  // wixl takes only paths from where it runs.
  mkdirSync(out, { recursive: true });
  const source = path.join(STAGE, `product-${version}.wxs`);
  const file = path.join(out, `outlook-offline-state-${version}-x64.msi`);
  writeFileSync(source, wixSource({ version, files: filesIn(stage) }));
  rmSync(file, { force: true });
  const { code, output } = await run("wixl", ["--arch", "x64", "--output", file, source], { cwd: stage });
  if (code !== 0) throw new Failure("wixl could not make the MSI.", { output });
  for (const query of AMENDMENTS) {
    const amended = await run("msibuild", [file, "-q", query]);
    if (amended.code !== 0) throw new Failure("msibuild could not amend the MSI.", { output: amended.output });
  }
  return file;
}
