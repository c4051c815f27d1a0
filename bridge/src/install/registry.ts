/**
 * The part of the Windows registry's API that an installation needs, and helpers for it. Keys are full paths such as
 * "HKCU\\Software\\...". Names of keys and values are case-insensitive.
 */

/** Type numbers that are interpreted here (winnt.h). Values of other types are copied unchanged. */
export const REG_SZ = 1;
export const REG_EXPAND_SZ = 2;
export const REG_BINARY = 3;
export const REG_DWORD = 4;

/** A raw value, so that it can be restored exactly. */
export interface RegistryValue {
  readonly type: number;
  readonly bytes: Buffer;
}

export interface Registry {
  /** Undefined if the key or value does not exist. The name "" is the key's default value. */
  read(key: string, name: string): RegistryValue | undefined;
  /** Creates the key and its parents if necessary. Throws if Windows denies it. */
  write(key: string, name: string, value: RegistryValue): void;
  /** Does nothing if the value does not exist. */
  removeValue(key: string, name: string): void;
  /** Removes the key with everything below it. Does nothing if the key does not exist. */
  removeKey(key: string): void;
  /** Names of the values; undefined if the key does not exist. */
  names(key: string): readonly string[] | undefined;
  /** Names of the direct subkeys; undefined if the key does not exist. */
  subkeys(key: string): readonly string[] | undefined;
}

/** A REG_SZ. */
export function text(data: string): RegistryValue {
  return { type: REG_SZ, bytes: Buffer.from(`${data}\0`, "utf16le") };
}

/** A DWORD. `data`: 0 to 0xffffffff. */
export function number(data: number): RegistryValue {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(data);
  return { type: REG_DWORD, bytes };
}

/** Undefined if the value does not exist or is not text. Environment variables in it are not expanded. */
export function readText(registry: Registry, key: string, name: string): string | undefined {
  const value = registry.read(key, name);
  if (value === undefined || (value.type !== REG_SZ && value.type !== REG_EXPAND_SZ)) return undefined;
  const all = value.bytes.toString("utf16le");
  const end = all.indexOf("\0");
  return end === -1 ? all : all.slice(0, end);
}

/** Undefined if the value does not exist or is not a DWORD. */
export function readNumber(registry: Registry, key: string, name: string): number | undefined {
  const value = registry.read(key, name);
  return value?.type === REG_DWORD && value.bytes.length === 4 ? value.bytes.readUInt32LE() : undefined;
}

export function hasKey(registry: Registry, key: string): boolean {
  return registry.names(key) !== undefined;
}

/** "HKCU\\Software\\A" -> "HKCU\\Software"; undefined for a hive. */
function parentOf(key: string): string | undefined {
  const end = key.lastIndexOf("\\");
  return end === -1 ? undefined : key.slice(0, end);
}

/** Removes `key` if it has neither values nor subkeys. */
export function removeIfEmpty(registry: Registry, key: string): void {
  if (registry.names(key)?.length === 0 && registry.subkeys(key)?.length === 0) registry.removeKey(key);
}

export interface SavedKey {
  readonly key: string;
  readonly values: readonly { readonly name: string; readonly value: RegistryValue }[];
}

/** `key` and everything below it; empty if the key does not exist. */
export function snapshot(registry: Registry, key: string): SavedKey[] {
  const names = registry.names(key);
  if (names === undefined) return [];
  const values = names.flatMap((name) => {
    const value = registry.read(key, name);
    return value === undefined ? [] : [{ name, value }];
  });
  const below = (registry.subkeys(key) ?? []).flatMap((name) => snapshot(registry, `${key}\\${name}`));
  return [{ key, values }, ...below];
}

export function restore(registry: Registry, saved: readonly SavedKey[]): void {
  for (const { key, values } of saved) for (const { name, value } of values) registry.write(key, name, value);
}

/** `key` and those of its parents that do not exist, parents first. A hive always exists. */
export function missingKeys(registry: Registry, key: string): string[] {
  const missing: string[] = [];
  for (let path: string | undefined = key; path?.includes("\\") === true; path = parentOf(path)) {
    if (hasKey(registry, path)) break;
    missing.unshift(path);
  }
  return missing;
}

/** Saves `key` and everything below it. Returns a function that restores it, whatever others have changed. */
export function saveTree(registry: Registry, key: string): () => void {
  const saved = snapshot(registry, key);
  const missing = missingKeys(registry, key);
  return () => {
    registry.removeKey(key);
    restore(registry, saved);
    for (const created of [...missing].reverse()) removeIfEmpty(registry, created);
  };
}
