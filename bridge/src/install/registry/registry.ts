/** The Windows registry, as far as installing needs it. Keys are written whole: "HKCU\\Software\\..."; letter case does not matter. */

/** Numbers of the types that are read and written here (winnt.h); others are carried along untouched. */
export const REG_SZ = 1;
export const REG_EXPAND_SZ = 2;
export const REG_BINARY = 3;
export const REG_DWORD = 4;

/** A value as it lies in the registry, so that it can be put back exactly as it was found. */
export interface RegistryValue {
  readonly type: number;
  readonly bytes: Buffer;
}

export interface Registry {
  /** Undefined when there is no such key or value. The name "" is the key's default value. */
  read(key: string, name: string): RegistryValue | undefined;
  /** Makes the key, and those above it, when they are missing. Throws when Windows refuses. */
  write(key: string, name: string, value: RegistryValue): void;
  /** What is not there is no error. */
  removeValue(key: string, name: string): void;
  /** With everything below it. What is not there is no error. */
  removeKey(key: string): void;
  /** Names of the values; undefined when there is no such key. */
  names(key: string): readonly string[] | undefined;
  /** Names of the keys right below; undefined when there is no such key. */
  subkeys(key: string): readonly string[] | undefined;
}

export function text(data: string): RegistryValue {
  return { type: REG_SZ, bytes: Buffer.from(`${data}\0`, "utf16le") };
}

/** `data`: 0 to 0xffffffff. */
export function number(data: number): RegistryValue {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(data);
  return { type: REG_DWORD, bytes };
}

/** Undefined when the value is missing or is no text. Variables in it are not expanded. */
export function readText(registry: Registry, key: string, name: string): string | undefined {
  const value = registry.read(key, name);
  if (value === undefined || (value.type !== REG_SZ && value.type !== REG_EXPAND_SZ)) return undefined;
  const whole = value.bytes.toString("utf16le");
  const end = whole.indexOf("\0");
  return end === -1 ? whole : whole.slice(0, end);
}

/** Undefined when the value is missing or is no 32-bit number. */
export function readNumber(registry: Registry, key: string, name: string): number | undefined {
  const value = registry.read(key, name);
  return value?.type === REG_DWORD && value.bytes.length === 4 ? value.bytes.readUInt32LE() : undefined;
}

export function sameValue(one: RegistryValue | undefined, other: RegistryValue | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.type === other.type && one.bytes.equals(other.bytes);
}

export function hasKey(registry: Registry, key: string): boolean {
  return registry.names(key) !== undefined;
}

/** "HKCU\\Software\\A" -> "HKCU\\Software"; undefined above a hive. */
export function parentOf(key: string): string | undefined {
  const end = key.lastIndexOf("\\");
  return end === -1 ? undefined : key.slice(0, end);
}

/** Removes `key` when nothing is in it any more. */
export function removeIfEmpty(registry: Registry, key: string): void {
  if (registry.names(key)?.length === 0 && registry.subkeys(key)?.length === 0) registry.removeKey(key);
}
