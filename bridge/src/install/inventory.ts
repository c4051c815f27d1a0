/** files.json: the files of a package with their hashes. `install` copies them, and `doctor` verifies the copy. */
import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import * as v from "valibot";
import { UserError } from "../user-error.js";

export const INVENTORY = "files.json";

const schema = v.object({
  version: v.string(),
  /** By path relative to the package, with forward slashes. */
  files: v.record(
    v.pipe(v.string(), v.regex(/^(?!.*(?:^|\/)\.\.?(?:\/|$))[^\\:/][^\\:]*$/)),
    v.object({ size: v.number(), sha256: v.string() }),
  ),
});

export type Inventory = v.InferOutput<typeof schema>;

/** Throws a UserError if `folder` is not a package. */
export function readInventory(folder: string): Inventory {
  let parsed;
  try {
    parsed = v.safeParse(schema, JSON.parse(readFileSync(join(folder, INVENTORY), "utf8")));
  } catch (error) {
    throw notAPackage(folder, error);
  }
  if (!parsed.success) throw notAPackage(folder, undefined);
  return parsed.output;
}

function notAPackage(folder: string, cause: unknown): UserError {
  return new UserError(
    `${folder} is not a complete package: ${INVENTORY} is missing or damaged`,
    "Install from the npm package or the MSI. In a clone, `npm run package` builds both.",
    { cause },
  );
}

/** Paths of those files of the inventory that are missing in `folder` or have other contents. */
export async function damagedFiles(folder: string, inventory: Inventory): Promise<string[]> {
  const damaged: string[] = [];
  for (const [path, { size, sha256 }] of Object.entries(inventory.files)) {
    if (!(await isIntact(join(folder, path), size, sha256))) damaged.push(path);
  }
  return damaged;
}

async function isIntact(file: string, size: number, sha256: string): Promise<boolean> {
  try {
    if ((await stat(file)).size !== size) return false;
    const hash = createHash("sha256");
    await pipeline(createReadStream(file), hash);
    return hash.digest("hex") === sha256;
  } catch {
    return false;
  }
}
