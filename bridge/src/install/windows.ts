/** The registry and the trusted roots of this Windows user. */
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
import type { WindowsFunctions } from "../../native/index.js";
import { loadNativeModule } from "../native-module.js";
import { codeOf, messageOf, UserError } from "../user-error.js";
import { hasKey, type Registry, type RegistryValue } from "./registry.js";

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

function split(key: string): { readonly hive: HKEY; readonly path: string } {
  const [name = "", ...rest] = key.split("\\");
  const hive = HIVES[name];
  if (hive === undefined || rest.length === 0) throw new Error(`${key} is not below HKCU or HKLM`);
  return { hive, path: rest.join("\\") };
}

/** The registry as a 64-bit program sees it. Throws a UserError if Windows denies a change. */
export class WindowsRegistry implements Registry {
  read(key: string, name: string): RegistryValue | undefined {
    return this.#read(key, (handle) => {
      const found = queryValueRaw(handle, name);
      return found === null ? undefined : { type: found.type, bytes: Buffer.from(found) };
    });
  }

  write(key: string, name: string, value: RegistryValue): void {
    const { hive, path } = split(key);
    this.#change(key, () => {
      const handle = createKey(hive, path, Access.SET_VALUE | Access.WOW64_64KEY);
      try {
        setValueRaw(handle, name, TYPES.get(value.type) ?? ValueType.BINARY, value.bytes);
      } finally {
        closeKey(handle);
      }
    });
  }

  removeValue(key: string, name: string): void {
    const { hive, path } = split(key);
    this.#change(key, () => {
      const handle = openKey(hive, path, Access.SET_VALUE | Access.WOW64_64KEY);
      if (handle === null) return;
      try {
        deleteValue(handle, name);
      } finally {
        closeKey(handle);
      }
    });
  }

  removeKey(key: string): void {
    const { hive, path } = split(key);
    this.#change(key, () => {
      // Some versions of Windows only empty the key.
      deleteTree(hive, path);
      deleteKey(hive, path);
    });
  }

  names(key: string): readonly string[] | undefined {
    return this.#read(key, enumValueNames);
  }

  subkeys(key: string): readonly string[] | undefined {
    return this.#read(key, enumKeyNames);
  }

  /** An unreadable key counts as missing: keys of policies can be closed to normal users. */
  #read<T>(key: string, use: (handle: HKEY) => T): T | undefined {
    const { hive, path } = split(key);
    let handle: HKEY | null = null;
    try {
      handle = openKey(hive, path, Access.READ | Access.WOW64_64KEY);
      return handle === null ? undefined : use(handle);
    } catch {
      return undefined;
    } finally {
      closeKey(handle);
    }
  }

  #change(key: string, change: () => void): void {
    try {
      change();
    } catch (error) {
      throw new UserError(
        `cannot change the registry key ${key} (${messageOf(error)})`,
        "Ask your administrator whether a policy or a security program protects this key.",
        { cause: error },
      );
    }
  }
}

/** Throws a UserError on other systems. */
export function windowsFunctions(): WindowsFunctions {
  const windows = process.platform === "win32" ? loadNativeModule().windows : undefined;
  if (windows !== undefined) return windows;
  throw new UserError(
    "there is nothing to install here: classic Outlook runs on Windows only",
    "Run the command on Windows. To try the product here, use `outlook-offline-state start --simulate`.",
  );
}

/** Roots that this user has chosen to trust. Those of the machine and of policies are stored elsewhere. */
const USER_ROOTS_KEY = "HKCU\\Software\\Microsoft\\SystemCertificates\\Root\\Certificates";

/** Certificate authorities that this Windows user trusts. A thumbprint is the SHA-1 in hex, as Windows identifies certificates. */
export interface TrustedRoots {
  has(thumbprint: string): boolean;
  /** Whether this user, not an administrator, has added it: others are not ours to remove. */
  hasOwn(thumbprint: string): boolean;
  /** Blocks while Windows asks the user for confirmation. Throws a UserError if the user or a policy refuses. */
  add(der: Buffer): void;
  /** Returns false if it is not there. Blocks and throws like `add`. */
  remove(thumbprint: string): boolean;
}

/** Throws a UserError on other systems than Windows. */
export function windowsRoots(): TrustedRoots {
  const windows = windowsFunctions();
  const registry = new WindowsRegistry();
  return {
    has: (thumbprint) => windows.isTrustedRoot(Buffer.from(thumbprint, "hex")),
    hasOwn: (thumbprint) => hasKey(registry, `${USER_ROOTS_KEY}\\${thumbprint.toUpperCase()}`),
    add(der) {
      try {
        windows.addTrustedRoot(der);
      } catch (error) {
        throw refused("trust", error);
      }
    },
    remove(thumbprint) {
      try {
        return windows.removeTrustedRoot(Buffer.from(thumbprint, "hex"));
      } catch (error) {
        throw refused("remove", error);
      }
    },
  };
}

function refused(action: "trust" | "remove", error: unknown): UserError {
  return new UserError(
    `Windows did not ${action} the certificate of https://localhost (${codeOf(error) ?? messageOf(error)})`,
    'Run the command again and choose "Yes" when Windows asks. If a policy forbids it, see "Certificates" in docs/deploy.md.',
    { cause: error },
  );
}
