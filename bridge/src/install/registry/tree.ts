/** A key with everything below it, kept so that it can be put back: for changes that others make. */
import { hasKey, parentOf, removeIfEmpty, type Registry, type RegistryValue } from "./registry.js";

export interface KeptKey {
  readonly key: string;
  readonly values: readonly { readonly name: string; readonly value: RegistryValue }[];
}

/** Everything at and below `key`; empty when there is no such key. */
export function snapshot(registry: Registry, key: string): KeptKey[] {
  const names = registry.names(key);
  if (names === undefined) return [];
  const values = names.flatMap((name) => {
    const value = registry.read(key, name);
    return value === undefined ? [] : [{ name, value }];
  });
  const below = (registry.subkeys(key) ?? []).flatMap((name) => snapshot(registry, `${key}\\${name}`));
  return [{ key, values }, ...below];
}

export function restore(registry: Registry, kept: readonly KeptKey[]): void {
  for (const { key, values } of kept) for (const { name, value } of values) registry.write(key, name, value);
}

/** The uppermost first. A hive itself is always there. */
export function missingKeys(registry: Registry, key: string): string[] {
  const missing: string[] = [];
  for (let path: string | undefined = key; path?.includes("\\") === true; path = parentOf(path)) {
    if (hasKey(registry, path)) break;
    missing.unshift(path);
  }
  return missing;
}

/** Keeps what is at and below `key`; the function that is returned makes it so again. */
export function keepTree(registry: Registry, key: string): () => void {
  const kept = snapshot(registry, key);
  const missing = missingKeys(registry, key);
  return () => {
    registry.removeKey(key);
    restore(registry, kept);
    for (const made of [...missing].reverse()) removeIfEmpty(registry, made);
  };
}
