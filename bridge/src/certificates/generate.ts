/** The certificate files in <data directory>/certificates: puts a new set, or one that was kept, in the place of the present one. */
import { copyFile, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { asFailure, describe, Failure } from "../failure.js";

/** The names of the files. */
export const CA_FILE = "ca.crt";
export const CERTIFICATE_FILE = "localhost.crt";
export const KEY_FILE = "localhost.key";
const FILES = [CA_FILE, CERTIFICATE_FILE, KEY_FILE];

/** Below the folder: a set that could not serve by the clock of then, and may again when the clock is set right. */
export const PREVIOUS_FOLDER = "previous";
const UNFINISHED = ".new-";

export interface Replacement {
  /** Must exist. */
  readonly folder: string;
  /** Writes the files of the new set into the folder that it is given. */
  readonly make: (folder: string) => Promise<void>;
  /** Keep the present set in PREVIOUS_FOLDER. */
  readonly keepPresent: boolean;
  /** Called with the new CA's file before anything is replaced; when it rejects, the present set stays. */
  readonly approve: (caFile: string) => Promise<void>;
  /** Once it is aborted, the present set stays. */
  readonly signal?: AbortSignal;
}

/** Throws a Failure; that of `approve` as it is. */
export async function replaceFiles({ folder, make, keepPresent, approve, signal }: Replacement): Promise<void> {
  try {
    await removeUnfinished(folder);
    const made = await mkdtemp(join(folder, UNFINISHED));
    await make(made);
    await approve(join(made, CA_FILE));
    signal?.throwIfAborted();
    if (keepPresent) {
      const kept = await mkdtemp(join(folder, UNFINISHED));
      for (const file of FILES) await copyFile(join(folder, file), join(kept, file));
      await rm(join(folder, PREVIOUS_FOLDER), { recursive: true, force: true });
      await rename(kept, join(folder, PREVIOUS_FOLDER));
    }
    // A crash between two of these leaves a set that does not fit together, which is then replaced.
    for (const file of FILES) await rename(join(made, file), join(folder, file));
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown;
    throw new Failure(
      `the certificate of https://localhost could not be written to ${folder} (${asFailure(thrown, folder)?.message ?? describe(thrown)})`,
      "See that the folder can be written and that its disk is not full.",
      { cause: thrown },
    );
  } finally {
    await removeUnfinished(folder).catch(() => undefined);
  }
}

/** Makes a set in `folder` that is valid from `validFrom` to `validUntil`, Unix milliseconds. */
export async function generate(folder: string, validFrom: number, validUntil: number): Promise<void> {
  // Loaded once a year: the ASN.1 schemas take several megabytes.
  const { issue } = await import("./issue.js");
  const { ca, certificate, key } = await issue(validFrom, validUntil);
  await writeFile(join(folder, CA_FILE), ca);
  await writeFile(join(folder, CERTIFICATE_FILE), certificate);
  await writeFile(join(folder, KEY_FILE), key, { mode: 0o600 });
}

/** Copies the set that was kept to `folder`. */
export async function copyPrevious(certificates: string, folder: string): Promise<void> {
  for (const file of FILES) await copyFile(join(certificates, PREVIOUS_FOLDER, file), join(folder, file));
}

/** What a crash has left. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(UNFINISHED)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
