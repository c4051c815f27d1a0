/** The list of a package's files with their hashes, files.json: what is copied, and what doctor holds the copy to. */
import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import * as v from "valibot";
import { Failure } from "../../failure.js";

export const INVENTORY = "files.json";

const schema = v.object({
  version: v.string(),
  /** By path from the package's root, with forward slashes. */
  files: v.record(
    v.pipe(v.string(), v.regex(/^(?!.*(?:^|\/)\.\.?(?:\/|$))[^\\:/][^\\:]*$/)),
    v.object({ size: v.number(), sha256: v.string() }),
  ),
});

export type Inventory = v.InferOutput<typeof schema>;

/** Throws a Failure when `folder` is no finished package. */
export function readInventory(folder: string): Inventory {
  let parsed;
  try {
    parsed = v.safeParse(schema, JSON.parse(readFileSync(join(folder, INVENTORY), "utf8")));
  } catch (thrown) {
    throw noPackage(folder, thrown);
  }
  if (!parsed.success) throw noPackage(folder, undefined);
  return parsed.output;
}

function noPackage(folder: string, cause: unknown): Failure {
  return new Failure(
    `${folder} is no finished package: its ${INVENTORY} is missing or damaged`,
    "Install from the npm package or the MSI; `npm run package` makes both from a clone.",
    { cause },
  );
}

/** Paths of those files of the inventory that are missing in `folder` or are not what they should be. */
export async function damagedFiles(folder: string, inventory: Inventory): Promise<string[]> {
  const damaged: string[] = [];
  for (const [path, { size, sha256 }] of Object.entries(inventory.files)) {
    if (!(await isWhole(join(folder, path), size, sha256))) damaged.push(path);
  }
  return damaged;
}

async function isWhole(file: string, size: number, sha256: string): Promise<boolean> {
  try {
    if ((await stat(file)).size !== size) return false;
    const hash = createHash("sha256");
    await pipeline(createReadStream(file), hash);
    return hash.digest("hex") === sha256;
  } catch {
    return false;
  }
}
