/**
 * What has been installed and must go again: <home>/install.json. Written before each thing that it tells of is done, so
 * that even an installation that was cut off can be removed whole.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
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

export class InstallRecord {
  readonly #home: Home;
  #facts: InstallFacts;

  /** A record that is missing or damaged is taken as empty: what it does not know is looked for by its published name. */
  constructor(home: Home) {
    this.#home = home;
    this.#facts = read(installFileOf(home));
  }

  get facts(): InstallFacts {
    return this.#facts;
  }

  /** Writes the facts with `changes` in them. Throws a Failure. */
  update(changes: Partial<InstallFacts>): void {
    this.replace({ ...this.#facts, ...changes });
  }

  replace(facts: InstallFacts): void {
    const file = installFileOf(this.#home);
    try {
      mkdirSync(this.#home.path, { recursive: true, mode: 0o700 });
      writeFileSync(`${file}.new`, `${JSON.stringify(v.parse(schema, facts), null, 2)}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch (thrown) {
      throw new Failure(
        `${file} cannot be written (${codeOf(thrown) ?? describe(thrown)})`,
        "See that the folder can be written and that its disk is not full.",
        { cause: thrown },
      );
    }
    this.#facts = facts;
  }

  addKeys(keys: readonly string[]): void {
    const known = new Set(this.#facts.keys.map((key) => key.toLowerCase()));
    const added = keys.filter((key) => !known.has(key.toLowerCase()));
    if (added.length > 0) this.update({ keys: [...this.#facts.keys, ...added] });
  }

  addThumbprint(thumbprint: string): void {
    if (!this.#facts.thumbprints.includes(thumbprint))
      this.update({ thumbprints: [...this.#facts.thumbprints, thumbprint] });
  }
}

function read(file: string): InstallFacts {
  try {
    const parsed = v.safeParse(schema, JSON.parse(readFileSync(file, "utf8")));
    if (parsed.success) return parsed.output;
  } catch {
    // As when it is not there.
  }
  return v.parse(schema, {});
}
