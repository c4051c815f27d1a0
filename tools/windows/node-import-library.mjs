// @ts-check
// The import library of node.exe: what a Node-API module asks of the process that loads it.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../native/compile.mjs";
import { root } from "../native/sources.mjs";

// napi_* and node_api_* are listed apart.
const DEFINITIONS = ["js_native_api.def", "node_api.def"];

/**
 * @param {{ triplet: string, dlltool: string[], folder: string }} machine
 * @returns {Promise<string>} the library, relative to the root
 */
export async function nodeImportLibrary({ triplet, dlltool, folder }) {
  const names = DEFINITIONS.flatMap((file) =>
    readFileSync(join(root, "node_modules/node-api-headers/def", file), "utf8")
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => /^(napi|node_api)_/.test(line)),
  );
  const definition = join(folder, "node.def");
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, definition), ["LIBRARY NODE.EXE", "EXPORTS", ...[...new Set(names)].sort(), ""].join("\n"));
  const library = join(folder, "libnode.a");
  await run([`${triplet}-dlltool`, ...dlltool, "--deterministic-libraries", "-d", definition, "-l", library]);
  return library;
}
