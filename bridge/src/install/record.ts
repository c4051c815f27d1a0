/**
 * What has been installed and must go again: <home>/install.json. Written before each thing that it tells of is done, so
 * that even an installation that was cut off can be removed whole.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { codeOf, describe, Failure } from "../failure.js";
import type { Home } from "../home/home.js";

const schema = v.object({
  /** The version that was installed last. */
  version: v.optional(v.string()),
  /** Port of the bridge; the manifest names it. */
  port: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535))),
  /** SHA-1 in hex of each certificate that Windows was asked to trust. */
  thumbprints: v.optional(v.array(v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/))), []),
  /** Registry keys that were not there before, the uppermost first. */
  keys: v.optional(v.array(v.string()), []),
  /** What OutlookDiskProvider held before, if anything. */
  diskProviderBefore: v.optional(v.string()),
  /** Whether Windows was to be asked to trust the certificate, and the manifest to be sideloaded; no: an administrator does. */
  trust: v.optional(v.boolean(), true),
  sideload: v.optional(v.boolean(), true),
  /** Installed by Windows Installer, which removes files and entry by itself. */
  msi: v.optional(v.boolean(), false),
});

export type InstallFacts = v.InferOutput<typeof schema>;

export function installFileOf(home: Home): string {
  return join(home.path, "install.json");
}

/** "missing": never written, or deleted. "damaged": what it said cannot be known. */
export type RecordState = "whole" | "missing" | "damaged";

/** Of a damaged record: nothing is done that somebody may have asked not to be done. */
const NOTHING_KNOWN: Partial<InstallFacts> = { trust: false, sideload: false };

export class InstallRecord {
  readonly #home: Home;
  /** As it was found. */
  readonly state: RecordState;
  /** What is wrong with a damaged one. */
  readonly problem: string | undefined;
  #facts: InstallFacts;
  #mayWrite: boolean;

  constructor(home: Home) {
    this.#home = home;
    const found = read(installFileOf(home));
    this.state = found.state;
    this.problem = found.problem;
    this.#facts = found.facts;
    this.#mayWrite = found.state !== "damaged";
  }

  get facts(): InstallFacts {
    return this.#facts;
  }

  /**
   * Writes the facts with `changes` in them. A damaged record stays as it is until another installation begins: a reader
   * next must not take what is left for all that there was. Throws a Failure.
   */
  update(changes: Partial<InstallFacts>): void {
    this.#refresh();
    const facts = { ...this.#facts, ...changes };
    if (this.#mayWrite) this.#write(facts);
    this.#facts = facts;
  }

  /** Lets an installation write in the place of what is there. Returns how to put that back. Throws a Failure. */
  begin(): () => void {
    const file = installFileOf(this.#home);
    const [facts, mayWrite] = [this.#facts, this.#mayWrite];
    const before = this.state === "missing" ? undefined : readBytes(file);
    this.#mayWrite = true;
    return () => {
      this.#facts = facts;
      this.#mayWrite = mayWrite;
      if (before === undefined) rmSync(file, { force: true });
      else this.#put(before);
    };
  }

  /** A bridge runs for weeks, and an installation may have written since. */
  #refresh(): void {
    const found = read(installFileOf(this.#home));
    if (this.#mayWrite && found.state === "whole") this.#facts = found.facts;
  }

  #write(facts: InstallFacts): void {
    this.#put(`${JSON.stringify(v.parse(schema, facts), null, 2)}\n`);
  }

  #put(content: string | Buffer): void {
    const file = installFileOf(this.#home);
    try {
      mkdirSync(this.#home.path, { recursive: true, mode: 0o700 });
      // Without the flush a power cut may leave an empty file under the new name.
      const descriptor = openSync(`${file}.new`, "w", 0o600);
      try {
        writeFileSync(descriptor, content);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      renameSync(`${file}.new`, file);
    } catch (thrown) {
      throw new Failure(
        `${file} cannot be written (${codeOf(thrown) ?? describe(thrown)})`,
        "See that the folder can be written and that its disk is not full.",
        { cause: thrown },
      );
    }
  }

  addKeys(keys: readonly string[]): void {
    this.#refresh();
    const known = new Set(this.#facts.keys.map((key) => key.toLowerCase()));
    const added = keys.filter((key) => !known.has(key.toLowerCase()));
    if (added.length > 0) this.update({ keys: [...this.#facts.keys, ...added] });
  }

  addThumbprint(thumbprint: string): void {
    this.#refresh();
    if (!this.#facts.thumbprints.includes(thumbprint))
      this.update({ thumbprints: [...this.#facts.thumbprints, thumbprint] });
  }
}

interface Found {
  readonly state: RecordState;
  readonly problem: string | undefined;
  readonly facts: InstallFacts;
}

function read(file: string): Found {
  try {
    return { state: "whole", problem: undefined, facts: v.parse(schema, JSON.parse(readFileSync(file, "utf8"))) };
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return { state: "missing", problem: undefined, facts: v.parse(schema, {}) };
    const problem = `${file} is damaged (${codeOf(thrown) ?? describe(thrown)})`;
    return { state: "damaged", problem, facts: v.parse(schema, NOTHING_KNOWN) };
  }
}

/** Undefined for what is no file. */
function readBytes(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
