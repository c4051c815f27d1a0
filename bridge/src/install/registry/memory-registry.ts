/** A registry that forgets: what the steps write can be looked at on any system. The contract test holds it to Windows' ways. */
import type { Registry, RegistryValue } from "./registry.js";

interface Key {
  /** As it was first written. */
  readonly name: string;
  readonly values: Map<string, { readonly name: string; readonly value: RegistryValue }>;
  readonly keys: Map<string, Key>;
}

const newKey = (name: string): Key => ({ name, values: new Map(), keys: new Map() });
const folded = (name: string): string => name.toLowerCase();

export class MemoryRegistry implements Registry {
  readonly #root = newKey("");

  read(key: string, name: string): RegistryValue | undefined {
    return this.#find(key)?.values.get(folded(name))?.value;
  }

  write(key: string, name: string, value: RegistryValue): void {
    const values = this.#make(key).values;
    values.set(folded(name), { name: values.get(folded(name))?.name ?? name, value });
  }

  removeValue(key: string, name: string): void {
    this.#find(key)?.values.delete(folded(name));
  }

  removeKey(key: string): void {
    const parts = key.split("\\");
    const last = parts.pop();
    if (last !== undefined) this.#find(parts.join("\\"))?.keys.delete(folded(last));
  }

  names(key: string): readonly string[] | undefined {
    const found = this.#find(key);
    return found && [...found.values.values()].map(({ name }) => name);
  }

  subkeys(key: string): readonly string[] | undefined {
    const found = this.#find(key);
    return found && [...found.keys.values()].map(({ name }) => name);
  }

  /** Everything, as lines that can be compared. */
  dump(): string[] {
    const lines: string[] = [];
    const walk = (key: Key, path: string): void => {
      if (path !== "") lines.push(folded(path));
      for (const { name, value } of key.values.values())
        lines.push(`${folded(path)} [${folded(name)}] ${value.type} ${value.bytes.toString("hex")}`);
      for (const below of key.keys.values()) walk(below, path === "" ? below.name : `${path}\\${below.name}`);
    };
    walk(this.#root, "");
    return lines.sort();
  }

  #find(key: string): Key | undefined {
    let found: Key | undefined = this.#root;
    for (const part of key === "" ? [] : key.split("\\")) found = found?.keys.get(folded(part));
    return found;
  }

  #make(key: string): Key {
    let made = this.#root;
    for (const part of key.split("\\")) {
      const next: Key = made.keys.get(folded(part)) ?? newKey(part);
      made.keys.set(folded(part), next);
      made = next;
    }
    return made;
  }
}
