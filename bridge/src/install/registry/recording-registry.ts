/** A registry whose changes can be taken back: each is noted, with what was there before, ahead of being made. */
import type { Journal } from "../journal.js";
import { removeIfEmpty, type Registry, type RegistryValue } from "./registry.js";
import { missingKeys, restore, snapshot } from "./tree.js";

export class RecordingRegistry implements Registry {
  readonly #inner: Registry;
  readonly #journal: Journal;
  readonly #willMake: (keys: readonly string[]) => void;

  /** `willMake` is told the keys that do not exist yet, the uppermost first, before they are made. */
  constructor(inner: Registry, journal: Journal, willMake: (keys: readonly string[]) => void) {
    this.#inner = inner;
    this.#journal = journal;
    this.#willMake = willMake;
  }

  read(key: string, name: string): RegistryValue | undefined {
    return this.#inner.read(key, name);
  }

  names(key: string): readonly string[] | undefined {
    return this.#inner.names(key);
  }

  subkeys(key: string): readonly string[] | undefined {
    return this.#inner.subkeys(key);
  }

  write(key: string, name: string, value: RegistryValue): void {
    const before = this.#inner.read(key, name);
    const missing = missingKeys(this.#inner, key);
    if (missing.length > 0) this.#willMake(missing);
    this.#journal.add(key, () => {
      if (before === undefined) this.#inner.removeValue(key, name);
      else this.#inner.write(key, name, before);
      for (const made of [...missing].reverse()) removeIfEmpty(this.#inner, made);
    });
    this.#inner.write(key, name, value);
  }

  removeValue(key: string, name: string): void {
    const before = this.#inner.read(key, name);
    if (before === undefined) return;
    this.#journal.add(key, () => {
      this.#inner.write(key, name, before);
    });
    this.#inner.removeValue(key, name);
  }

  removeKey(key: string): void {
    const before = snapshot(this.#inner, key);
    if (before.length === 0) return;
    this.#journal.add(key, () => {
      restore(this.#inner, before);
    });
    this.#inner.removeKey(key);
  }
}
