/** Office's own tool puts the manifest where Outlook reads it: office-addin-debugging, its local way. */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { describe, Failure } from "../../failure.js";

const TIME_LIMIT_MS = 60_000;
const MAX_OUTPUT = 1 << 20;

// In a process of its own, for which the folder of temporary files is one that nobody cleans up: the library keeps Outlook's
// copy of the manifest there. Neither a debugger nor Outlook is started, and nothing is asked of a network.
const PROGRAM = `
  const [library, manifest] = process.argv.slice(1);
  require(library)
    .startDebugging(manifest, { appType: "desktop", app: "outlook", local: true,
      enableDebugging: false, enableLiveReload: false, enableSideload: false })
    .catch((error) => { console.error(error.message); process.exitCode = 1; });
`;

/** `folder` is there. Throws a Failure with what the library said. */
export async function sideload(manifest: string, folder: string): Promise<void> {
  try {
    const library = createRequire(import.meta.url).resolve("office-addin-debugging");
    await promisify(execFile)(process.execPath, ["--input-type=commonjs", "--eval", PROGRAM, "--", library, manifest], {
      timeout: TIME_LIMIT_MS,
      maxBuffer: MAX_OUTPUT,
      windowsHide: true,
      env: { ...process.env, TEMP: folder, TMP: folder, TMPDIR: folder },
    });
  } catch (thrown) {
    throw new Failure(
      `office-addin-debugging could not sideload the manifest (${describe(thrown).trim()})`,
      byHand(manifest),
      {
        cause: thrown,
      },
    );
  }
}

/** The exact steps for a person. */
export function byHand(manifest: string): string {
  return [
    "By hand: open https://aka.ms/olksideload in a browser (it opens Outlook's list of add-ins),",
    'choose "My add-ins", under "Custom Addins" "Add a custom add-in", "Add from File...",',
    `take ${manifest} and answer "Install".`,
  ].join(" ");
}
