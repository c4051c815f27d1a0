// @ts-check
// Packages of the npm registry that cannot be installed here, because they are for Windows: fetched, checked, unpacked.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { run } from "../lib/child.mjs";
import { Failure } from "../lib/failure.mjs";
import { npmCommand } from "./npm.mjs";
import { CACHE } from "./places.mjs";

/**
 * @param {{ name: string, version: string, integrity: string }} wanted `integrity`: as in a lock file, sha512.
 * @returns {Promise<string>} The folder that holds what is in the package.
 */
export async function fetchPackage({ name, version, integrity }) {
  const flat = `${name.replace("@", "").replace("/", "-")}-${version}`;
  const tarball = path.join(CACHE, `${flat}.tgz`);
  const folder = path.join(CACHE, flat);
  mkdirSync(CACHE, { recursive: true });
  if (!existsSync(tarball) || !matches(tarball, integrity)) {
    rmSync(tarball, { force: true });
    const { code, output } = await run(...npmCommand(["pack", `${name}@${version}`, "--pack-destination", CACHE]));
    if (code !== 0) {
      throw new Failure(`${name}@${version} could not be fetched.`, {
        output,
        remedy: "See that the npm registry can be reached: npm ping",
      });
    }
    if (!matches(tarball, integrity)) {
      throw new Failure(`${name}@${version} is not what it was when its hash was written down.`, {
        remedy: `Do not use it. ${tarball} holds it.`,
      });
    }
    rmSync(folder, { recursive: true, force: true });
  }
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    const { code, output } = await run("tar", ["-xzf", tarball, "-C", folder, "--strip-components=1"]);
    if (code !== 0) {
      rmSync(folder, { recursive: true, force: true });
      throw new Failure(`${tarball} could not be unpacked.`, { output });
    }
  }
  return folder;
}

/**
 * @param {string} file
 * @param {string} integrity
 */
function matches(file, integrity) {
  return existsSync(file) && `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}` === integrity;
}
