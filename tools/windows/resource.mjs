// @ts-check
// What Windows shows of a file under Properties, Details: a version resource, from package.json.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../native/compile.mjs";
import { root } from "../native/sources.mjs";

/** The kinds of file that VERSIONINFO knows. */
const TYPES = { exe: "0x1L", dll: "0x2L" };

/**
 * Makes the object file of a version resource.
 * @param {{ triplet: string, folder: string, file: string, type: "exe" | "dll", description: string }} what `folder`, relative
 *   to the root, gets it; `file` is the name of the binary
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
