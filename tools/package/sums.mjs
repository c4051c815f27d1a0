// @ts-check
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { OUT } from "./places.mjs";

const SUMS = "SHA256SUMS";

/** Writes SHA256SUMS beside the packages, for `sha256sum --check SHA256SUMS`. */
export function writeSums() {
  const lines = readdirSync(OUT)
    .filter((name) => name !== SUMS)
    .sort()
    .map(
      (name) =>
        `${createHash("sha256")
          .update(readFileSync(path.join(OUT, name)))
          .digest("hex")}  ${name}\n`,
    );
  writeFileSync(path.join(OUT, SUMS), lines.join(""));
}
