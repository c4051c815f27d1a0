// @ts-check
// The software bill of materials (CycloneDX): from npm, completed by components that npm does not list.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { run } from "../lib/child.mjs";
import { UserError } from "../lib/user-error.mjs";
import { writeJson } from "./dependencies.mjs";
import { npmCommand } from "../lib/packages.mjs";

/** @typedef {{ name: string, version: string, license: string }} Part */

/**
 * @param {string} file the bill of materials
 * @param {string} folder the package, with its node_modules
 * @param {{ bundled: { into: string, parts: readonly Part[] }, pane: readonly Part[], linked: readonly Part[], binaries: readonly (Part & { file: string, purl?: string })[] }} more
 *   `bundled`: packages whose code is in a file of the package `into`. `pane`: packages in the pane. `linked`: libraries in our binaries.
 *   `binaries`: third-party programs.
 */
export async function writeSbom(file, folder, { bundled, pane, linked, binaries }) {
  const { code, output } = await run(...npmCommand(["sbom", "--sbom-format=cyclonedx", "--sbom-type=application"]), {
    cwd: folder,
  });
  const begin = output.indexOf("{");
  if (code !== 0 || begin === -1) throw new UserError("npm could not list the packages.", { output });
  const bill = JSON.parse(output.slice(begin, output.lastIndexOf("}") + 1));
  // Deterministic, unlike the serial number and the time from npm: equal packages have equal bills.
  const seed = createHash("sha256")
    .update(readFileSync(`${folder}/files.json`))
    .digest("hex");
  bill.serialNumber = `urn:uuid:${uuidOf(seed)}`;
  delete bill.metadata.timestamp;
  delete bill.metadata.tools;
  const host = bill.components.find((/** @type {{ name: string }} */ { name }) => name === bundled.into);
  if (host === undefined) throw new UserError(`${bundled.into} is not in the package.`);
  host.components = bundled.parts.filter(({ name }) => name !== bundled.into).map(component);
  bill.components.push(
    ...pane.map(component),
    ...linked.map(({ name, version, license }) => ({ type: "library", name, version, licenses: [licenseOf(license)] })),
    ...binaries.map((part) => ({
      ...component(part),
      ...(part.purl === undefined ? {} : { purl: part.purl, "bom-ref": part.purl }),
      hashes: [{ alg: "SHA-256", content: createHash("sha256").update(readFileSync(part.file)).digest("hex") }],
    })),
  );
  writeJson(file, bill);
}

/** @param {Part} part */
function component({ name, version, license }) {
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  return { type: "library", name, version, purl, "bom-ref": `bundled:${purl}`, licenses: [licenseOf(license)] };
}

/** @param {string} license */
function licenseOf(license) {
  if (/ OR | AND | WITH |\(/.test(license)) return { expression: license };
  return /^[\w.+-]+$/.test(license) ? { license: { id: license } } : { license: { name: license } };
}

/** @param {string} hex */
function uuidOf(hex) {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
