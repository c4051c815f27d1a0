/** The changes that a run has made so far, with how to undo each; undone in reverse order if a later step fails. */
import { missingKeys, removeIfEmpty, restore, snapshot, type Registry, type RegistryValue } from "./registry.js";
import { messageOf } from "../user-error.js";

export class Journal {
  readonly #entries: { readonly what: string; readonly undo: () => Promise<void> | void }[] = [];
  #rollingBack = false;

  /** Call it before the change. `what` is shown to the user if `undo` fails. Ignored during a rollback. */
  add(what: string, undo: () => Promise<void> | void): void {
    if (!this.#rollingBack) this.#entries.push({ what, undo });
  }

  /** Undoes everything, even if some of it fails. Returns what could not be undone; never rejects. */
  async rollBack(): Promise<string[]> {
    this.#rollingBack = true;
    const failed: string[] = [];
    for (let entry = this.#entries.pop(); entry !== undefined; entry = this.#entries.pop()) {
      try {
        await entry.undo();
      } catch (error) {
        failed.push(`${entry.what}: ${messageOf(error)}`);
      }
    }
    return failed;
  }
}

/** A registry that adds each change to a journal before making it. */
export class JournaledRegistry implements Registry {
  readonly #inner: Registry;
  readonly #journal: Journal;
  readonly #onCreate: (keys: readonly string[]) => void;

  /** `onCreate` is called before keys are created, with their paths, parents first. */
  constructor(inner: Registry, journal: Journal, onCreate: (keys: readonly string[]) => void) {
    this.#inner = inner;
    this.#journal = journal;
    this.#onCreate = onCreate;
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
    if (missing.length > 0) this.#onCreate(missing);
    this.#journal.add(key, () => {
      if (before === undefined) this.#inner.removeValue(key, name);
      else this.#inner.write(key, name, before);
      for (const created of [...missing].reverse()) removeIfEmpty(this.#inner, created);
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
