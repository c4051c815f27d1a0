// @ts-check
// What the linker needs and makes, by mingw's binutils: imported DLLs, the import library of node.exe, version resources.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../native/compile.mjs";
import { root } from "../native/sources.mjs";

/** DLLs of every Windows since 10, and node.exe, which loads the module. msvcrt.dll is the C library of Windows itself. */
const SYSTEM_DLLS = [
  "advapi32.dll",
  "crypt32.dll",
  "iphlpapi.dll",
  "kernel32.dll",
  "msvcrt.dll",
  "node.exe",
  "ole32.dll",
  "oleaut32.dll",
  "user32.dll",
  "version.dll",
  "ws2_32.dll",
];

/**
 * @param {string} triplet of the mingw toolchain
 * @param {string} file relative to the root
 * @returns {string[]} names as the binary spells them
 */
export function importsOf(triplet, file) {
  const dump = execFileSync(`${triplet}-objdump`, ["--private-headers", join(root, file)], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return [...dump.matchAll(/^\s*DLL Name: (.+?)\s*$/gm)].map(([, name]) => name ?? "");
}

/**
 * The imported DLLs that may be missing on Windows.
 * @param {string} triplet
 * @param {string} file
 */
export function nonSystemImports(triplet, file) {
  return importsOf(triplet, file).filter((name) => !SYSTEM_DLLS.includes(name.toLowerCase()));
}

// The definitions of napi_* and node_api_* functions.
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

/** File types of VERSIONINFO. */
const TYPES = { exe: "0x1L", dll: "0x2L" };

/**
 * Compiles a version resource, which Windows shows in the file properties, from package.json.
 * @param {{ triplet: string, folder: string, file: string, type: "exe" | "dll", description: string }} what `folder`: for
 *   the object file, relative to the root; `file`: name of the binary
 * @returns {Promise<string>} the object file, relative to the root
 */
export async function versionResource({ triplet, folder, file, type, description }) {
  const script = join(folder, `${file}.rc`);
  mkdirSync(join(root, dirname(script)), { recursive: true });
  writeFileSync(join(root, script), scriptOf({ file, type, description }));
  const object = join(folder, `${file}.rc.o`);
  await run([`${triplet}-windres`, "--input", script, "--output", object, "--output-format=coff"]);
  return object;
}

/** @param {{ file: string, type: "exe" | "dll", description: string }} what */
function scriptOf({ file, type, description }) {
  /** @type {{ version: string, license: string }} */
  const { version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const numbers = [...version.split(/[.+-]/).slice(0, 3), "0"].join(",");
  return `1 VERSIONINFO
FILEVERSION ${numbers}
PRODUCTVERSION ${numbers}
FILEFLAGSMASK 0x3fL
FILEFLAGS 0x0L
FILEOS 0x40004L
FILETYPE ${TYPES[type]}
FILESUBTYPE 0x0L
BEGIN
  BLOCK "StringFileInfo"
  BEGIN
    BLOCK "040904b0"
    BEGIN
      VALUE "CompanyName", "Outlook Offline State\\0"
      VALUE "FileDescription", "${description}\\0"
      VALUE "FileVersion", "${version}\\0"
      VALUE "InternalName", "${file}\\0"
      VALUE "LegalCopyright", "${license} license\\0"
      VALUE "OriginalFilename", "${file}\\0"
      VALUE "ProductName", "Outlook Offline State\\0"
      VALUE "ProductVersion", "${version}\\0"
    END
  END
  BLOCK "VarFileInfo"
  BEGIN
    VALUE "Translation", 0x409, 0x4b0
  END
END
`;
}
