/** A registry whose changes can be taken back: each is noted, with what was there before, ahead of being made. */
import type { Journal } from "../journal.js";
import { hasKey, parentOf, removeIfEmpty, type Registry, type RegistryValue } from "./registry.js";

interface Snapshot {
  readonly key: string;
  readonly values: readonly { readonly name: string; readonly value: RegistryValue }[];
}

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
      for (const { key: path, values } of before)
        for (const { name, value } of values) this.#inner.write(path, name, value);
    });
    this.#inner.removeKey(key);
  }
}

/** The uppermost first. */
export function missingKeys(registry: Registry, key: string): string[] {
  const missing: string[] = [];
  // A hive itself is always there.
  for (let path: string | undefined = key; path !== undefined && path.includes("\\"); path = parentOf(path)) {
    if (hasKey(registry, path)) break;
    missing.unshift(path);
  }
  return missing;
}

function snapshot(registry: Registry, key: string): Snapshot[] {
  const names = registry.names(key);
  if (names === undefined) return [];
  const values = names.flatMap((name) => {
    const value = registry.read(key, name);
    return value === undefined ? [] : [{ name, value }];
  });
  const below = (registry.subkeys(key) ?? []).flatMap((name) => snapshot(registry, `${key}\\${name}`));
  return [{ key, values }, ...below];
}
