// @ts-check
// Downloads, verifies and unpacks npm packages for Windows, which cannot be installed on Linux.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { run } from "../lib/child.mjs";
import { UserError } from "../lib/user-error.mjs";
import { npmCommand } from "../lib/packages.mjs";
import { CACHE } from "./paths.mjs";

/**
 * @param {{ name: string, version: string, integrity: string }} wanted `integrity`: sha512, as in package-lock.json
 * @returns {Promise<string>} the folder with the content of the package
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
      throw new UserError(`${name}@${version} could not be downloaded.`, {
        output,
        remedy: "Check the connection to the npm registry: npm ping",
      });
    }
    if (!matches(tarball, integrity)) {
      throw new UserError(`The download of ${name}@${version} does not match its hash.`, {
        remedy: `Do not use ${tarball}.`,
      });
    }
    rmSync(folder, { recursive: true, force: true });
  }
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    const { code, output } = await run("tar", ["-xzf", tarball, "-C", folder, "--strip-components=1"]);
    if (code !== 0) {
      rmSync(folder, { recursive: true, force: true });
      throw new UserError(`${tarball} could not be unpacked.`, { output });
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
