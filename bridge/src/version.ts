import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder with package.json, dist and build. Searched upwards, because this file runs from bridge/src and from dist. */
export const productRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

/** The product's version. */
export const version: string = readVersion(join(productRoot, "package.json"));

function findRoot(from: string): string {
  for (let folder = from; ;) {
    if (nameIn(join(folder, "package.json")) === "outlook-offline-state") return folder;
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package.json of outlook-offline-state above ${from}`);
    folder = parent;
  }
}

function read(file: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof json === "object" && json !== null ? { ...json } : {};
  } catch {
    return {};
  }
}

function nameIn(file: string): unknown {
  return read(file)["name"];
}

function readVersion(file: string): string {
  const found = read(file)["version"];
  if (typeof found !== "string") throw new Error(`${file} has no version`);
  return found;
}
