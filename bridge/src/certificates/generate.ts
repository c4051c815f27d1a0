/** Makes the CA and the certificate of localhost with office-addin-dev-certs, in a process that ends with the CA's key. */
import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, Failure } from "../failure.js";

/** The names of the files in <home>/certificates. */
export const CA_FILE = "ca.crt";
export const CERTIFICATE_FILE = "localhost.crt";
export const KEY_FILE = "localhost.key";

/** What a browser will ask for; the certificate is good for nothing else. */
const DOMAINS = ["localhost", "127.0.0.1", "::1"];
const UNFINISHED = ".new-";
const TIME_LIMIT_MS = 60_000;

// The library keeps the CA's key in memory only. Making it in a process of its own means that nobody can take it from the
// bridge's memory afterwards, that the bridge does not stand still, and that the library's words stay out of our output.
const PROGRAM = `
  const [library, folder, days, domains] = process.argv.slice(1);
  const { join } = require("node:path");
  require(library)
    .generateCertificates(join(folder, "${CA_FILE}"), join(folder, "${CERTIFICATE_FILE}"), join(folder, "${KEY_FILE}"),
      Number(days), domains.split(","))
    .catch((error) => { console.error(error.message); process.exitCode = 1; });
`;

/**
 * Puts a new set of files into `folder`, valid for `days` days from now. `approve` is called with the new CA's file before
 * the set takes the place of the old one; when it rejects, the old one stays, as it does once `signal` has been aborted.
 * Throws a Failure.
 */
export async function generate(
  folder: string,
  days: number,
  approve: (caFile: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  let unfinished: string | undefined;
  try {
    await removeUnfinished(folder);
    unfinished = await mkdtemp(join(folder, UNFINISHED));
    const library = createRequire(import.meta.url).resolve("office-addin-dev-certs");
    await promisify(execFile)(
      process.execPath,
      ["--input-type=commonjs", "--eval", PROGRAM, "--", library, unfinished, String(days), DOMAINS.join(",")],
      { timeout: TIME_LIMIT_MS, windowsHide: true, ...(signal === undefined ? {} : { signal }) },
    );
    await chmod(join(unfinished, KEY_FILE), 0o600);
    await approve(join(unfinished, CA_FILE));
    signal?.throwIfAborted();
    // A crash between two of these leaves a set that does not fit together; it is then made anew.
    for (const file of [CA_FILE, CERTIFICATE_FILE, KEY_FILE]) await rename(join(unfinished, file), join(folder, file));
  } catch (thrown) {
    throw new Failure(
      `the certificate of https://localhost could not be made in ${folder} (${describe(thrown).trim()})`,
      "See that the folder can be written and that its disk is not full.",
      { cause: thrown },
    );
  } finally {
    if (unfinished !== undefined) await rm(unfinished, { recursive: true, force: true });
  }
}

/** What a crash has left. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(UNFINISHED)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
