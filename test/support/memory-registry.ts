/** A Windows registry in memory, so that an installation can be tested on any system. */
import type { Registry, RegistryValue } from "../../bridge/src/install/registry.js";

interface MemoryKey {
  /** In the letter case of the first write. */
  readonly name: string;
  readonly values: Map<string, { readonly name: string; readonly value: RegistryValue }>;
  readonly subkeys: Map<string, MemoryKey>;
}

const newKey = (name: string): MemoryKey => ({ name, values: new Map(), subkeys: new Map() });
const folded = (name: string): string => name.toLowerCase();

export class MemoryRegistry implements Registry {
  readonly #root = newKey("");

  read(key: string, name: string): RegistryValue | undefined {
    return this.#find(key)?.values.get(folded(name))?.value;
  }

  write(key: string, name: string, value: RegistryValue): void {
    const values = this.#create(key).values;
    values.set(folded(name), { name: values.get(folded(name))?.name ?? name, value });
  }

  removeValue(key: string, name: string): void {
    this.#find(key)?.values.delete(folded(name));
  }

  removeKey(key: string): void {
    const parts = key.split("\\");
    const last = parts.pop();
    if (last !== undefined) this.#find(parts.join("\\"))?.subkeys.delete(folded(last));
  }

  names(key: string): readonly string[] | undefined {
    const found = this.#find(key);
    return found && [...found.values.values()].map(({ name }) => name);
  }

  subkeys(key: string): readonly string[] | undefined {
    const found = this.#find(key);
    return found && [...found.subkeys.values()].map(({ name }) => name);
  }

  /** All keys and values as sorted lines, for comparison. */
  dump(): string[] {
    const lines: string[] = [];
    const walk = (key: MemoryKey, path: string): void => {
      if (path !== "") lines.push(folded(path));
      for (const { name, value } of key.values.values())
        lines.push(`${folded(path)} [${folded(name)}] ${value.type} ${value.bytes.toString("hex")}`);
      for (const subkey of key.subkeys.values()) walk(subkey, path === "" ? subkey.name : `${path}\\${subkey.name}`);
    };
    walk(this.#root, "");
    return lines.sort();
  }

  #find(key: string): MemoryKey | undefined {
    let found: MemoryKey | undefined = this.#root;
    for (const part of key === "" ? [] : key.split("\\")) found = found?.subkeys.get(folded(part));
    return found;
  }

  #create(key: string): MemoryKey {
    let current = this.#root;
    for (const part of key.split("\\")) {
      const next: MemoryKey = current.subkeys.get(folded(part)) ?? newKey(part);
      current.subkeys.set(folded(part), next);
      current = next;
    }
    return current;
  }
}
