/**
 * What is installed and must be removed by `uninstall`: <data directory>/install.json. Each entry is written before the change that
 * it describes is made, so that even an interrupted installation can be removed completely.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import type { DataDirectory } from "../data-directory.js";
import { codeOf, messageOf, UserError } from "../user-error.js";

const schema = v.object({
  /** The version that was installed last. */
  version: v.optional(v.string()),
  /** Port of the bridge, as in the manifest. */
  port: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535))),
  /** SHA-1 in hex of each certificate that was added to this user's trusted roots. */
  thumbprints: v.optional(v.array(v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/))), []),
  /** Registry keys that were created, parents first. */
  keys: v.optional(v.array(v.string()), []),
  /** The previous value of OutlookDiskProvider, if any. */
  diskProviderBefore: v.optional(v.string()),
  /** Whether to add the certificate to the trusted roots, and to sideload the manifest. If false, an administrator does it. */
  trust: v.optional(v.boolean(), true),
  sideload: v.optional(v.boolean(), true),
  /** Installed by Windows Installer, which removes the files and its entry in the list of apps itself. */
  msi: v.optional(v.boolean(), false),
});

export type InstallData = v.InferOutput<typeof schema>;

export function installFileOf(dataDirectory: DataDirectory): string {
  return join(dataDirectory.path, "install.json");
}

/** "missing": never written, or deleted. "damaged": its contents are lost. */
export type RecordState = "valid" | "missing" | "damaged";

/** For a damaged record: the user may have opted out of both, so do neither. */
const DAMAGED_DATA: Partial<InstallData> = { trust: false, sideload: false };

export class InstallRecord {
  readonly #dataDirectory: DataDirectory;
  /** When it was read. */
  readonly state: RecordState;
  /** Why it is damaged. */
  readonly problem: string | undefined;
  #data: InstallData;
  #mayWrite: boolean;

  constructor(dataDirectory: DataDirectory) {
    this.#dataDirectory = dataDirectory;
    const found = read(installFileOf(dataDirectory));
    this.state = found.state;
    this.problem = found.problem;
    this.#data = found.data;
    this.#mayWrite = found.state !== "damaged";
  }

  get data(): InstallData {
    return this.#data;
  }

  /**
   * Writes the record with `changes`. A damaged file is not overwritten before the next installation begins: what is left in memory
   * is incomplete, and must not look like a valid record. Throws a UserError.
   */
  update(changes: Partial<InstallData>): void {
    this.#refresh();
    const data = { ...this.#data, ...changes };
    if (this.#mayWrite) this.#write(data);
    this.#data = data;
  }

  /** Allows an installation to overwrite the file, even a damaged one. Returns a function that restores it, which throws a UserError. */
  begin(): () => void {
    const file = installFileOf(this.#dataDirectory);
    const [data, mayWrite] = [this.#data, this.#mayWrite];
    const before = this.state === "missing" ? undefined : readBytes(file);
    this.#mayWrite = true;
    return () => {
      this.#data = data;
      this.#mayWrite = mayWrite;
      if (before === undefined) rmSync(file, { force: true });
      else this.#put(before);
    };
  }

  addKeys(keys: readonly string[]): void {
    this.#refresh();
    const known = new Set(this.#data.keys.map((key) => key.toLowerCase()));
    const added = keys.filter((key) => !known.has(key.toLowerCase()));
    if (added.length > 0) this.update({ keys: [...this.#data.keys, ...added] });
  }

  addThumbprint(thumbprint: string): void {
    this.#refresh();
    if (!this.#data.thumbprints.includes(thumbprint))
      this.update({ thumbprints: [...this.#data.thumbprints, thumbprint] });
  }

  /** A bridge runs for weeks; an installation may have written the file in the meantime. */
  #refresh(): void {
    const found = read(installFileOf(this.#dataDirectory));
    if (this.#mayWrite && found.state === "valid") this.#data = found.data;
  }

  #write(data: InstallData): void {
    this.#put(`${JSON.stringify(v.parse(schema, data), null, 2)}\n`);
  }

  #put(content: string | Buffer): void {
    const file = installFileOf(this.#dataDirectory);
    try {
      mkdirSync(this.#dataDirectory.path, { recursive: true, mode: 0o700 });
      // Flush before the rename: otherwise a power failure may leave an empty file under the final name.
      const descriptor = openSync(`${file}.new`, "w", 0o600);
      try {
        writeFileSync(descriptor, content);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      renameSync(`${file}.new`, file);
    } catch (error) {
      throw new UserError(
        `cannot write ${file} (${codeOf(error) ?? messageOf(error)})`,
        "Check that the folder is writable and that the disk is not full.",
        { cause: error },
      );
    }
  }
}

function read(file: string): {
  readonly state: RecordState;
  readonly problem: string | undefined;
  readonly data: InstallData;
} {
  try {
    return { state: "valid", problem: undefined, data: v.parse(schema, JSON.parse(readFileSync(file, "utf8"))) };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return { state: "missing", problem: undefined, data: v.parse(schema, {}) };
    const problem = `${file} is damaged (${codeOf(error) ?? messageOf(error)})`;
    return { state: "damaged", problem, data: v.parse(schema, DAMAGED_DATA) };
  }
}

/** Undefined if it is not a readable file. */
function readBytes(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
