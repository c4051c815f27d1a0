/** The registry of this Windows, seen as a 64-bit program sees it. */
import {
  Access,
  closeKey,
  createKey,
  deleteKey,
  deleteTree,
  deleteValue,
  enumKeyNames,
  enumValueNames,
  HKEY,
  openKey,
  queryValueRaw,
  setValueRaw,
  ValueType,
} from "native-reg";
import { describe, Failure } from "../../failure.js";
import type { Registry, RegistryValue } from "./registry.js";

const HIVES: Readonly<Record<string, HKEY>> = { HKCU: HKEY.CURRENT_USER, HKLM: HKEY.LOCAL_MACHINE };

/** Every type that a value can have, by its number. */
const TYPES: ReadonlyMap<number, ValueType> = new Map(
  [
    ValueType.NONE,
    ValueType.SZ,
    ValueType.EXPAND_SZ,
    ValueType.BINARY,
    ValueType.DWORD,
    ValueType.DWORD_BIG_ENDIAN,
    ValueType.LINK,
    ValueType.MULTI_SZ,
    ValueType.QWORD,
  ].map((type): [number, ValueType] => [type, type]),
);

interface Place {
  readonly hive: HKEY;
  readonly path: string;
}

function placeOf(key: string): Place {
  const [name = "", ...rest] = key.split("\\");
  const hive = HIVES[name];
  if (hive === undefined || rest.length === 0) throw new Error(`${key} names no hive that is known here`);
  return { hive, path: rest.join("\\") };
}

export class WindowsRegistry implements Registry {
  read(key: string, name: string): RegistryValue | undefined {
    return this.#reading(key, (open) => {
      const found = queryValueRaw(open, name);
      return found === null ? undefined : { type: found.type, bytes: Buffer.from(found) };
    });
  }

  write(key: string, name: string, value: RegistryValue): void {
    const { hive, path } = placeOf(key);
    this.#changing(key, () => {
      const open = createKey(hive, path, Access.SET_VALUE | Access.WOW64_64KEY);
      try {
        setValueRaw(open, name, TYPES.get(value.type) ?? ValueType.BINARY, value.bytes);
      } finally {
        closeKey(open);
      }
    });
  }

  removeValue(key: string, name: string): void {
    const { hive, path } = placeOf(key);
    this.#changing(key, () => {
      const open = openKey(hive, path, Access.SET_VALUE | Access.WOW64_64KEY);
      if (open === null) return;
      try {
        deleteValue(open, name);
      } finally {
        closeKey(open);
      }
    });
  }

  removeKey(key: string): void {
    const { hive, path } = placeOf(key);
    this.#changing(key, () => {
      // Empties it and, depending on the system, leaves the key itself.
      deleteTree(hive, path);
      deleteKey(hive, path);
    });
  }

  names(key: string): readonly string[] | undefined {
    return this.#reading(key, enumValueNames);
  }

  subkeys(key: string): readonly string[] | undefined {
    return this.#reading(key, enumKeyNames);
  }

  /** A key that may not be read is, to us, not there: policies' keys can be closed to a normal user. */
  #reading<T>(key: string, work: (open: HKEY) => T): T | undefined {
    const { hive, path } = placeOf(key);
    let open: HKEY | null = null;
    try {
      open = openKey(hive, path, Access.READ | Access.WOW64_64KEY);
      return open === null ? undefined : work(open);
    } catch {
      return undefined;
    } finally {
      closeKey(open);
    }
  }

  #changing(key: string, work: () => void): void {
    try {
      work();
    } catch (thrown) {
      throw new Failure(
        `the registry key ${key} cannot be changed (${describe(thrown)})`,
        "Ask your administrator whether a policy or a security program protects this key.",
        { cause: thrown },
      );
    }
  }
}
