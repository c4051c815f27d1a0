import type { RoamingSettings } from "./office.js";

const KEY = "outlook-offline-state.composeNotice";
/** Present until the mailbox has saved the setting of this computer. */
const UNSAVED_KEY = `${KEY}.unsaved`;

/**
 * The setting whether a notice is shown in messages written while Outlook is offline. It is stored in the mailbox if Outlook
 * supports that, and always on this computer, so that it is available before Office.js and in every open pane. A setting that
 * the mailbox has not saved yet (Office.js was not ready, or Outlook was offline) has priority over the mailbox, and is saved
 * as soon as possible.
 */
export class Settings {
  #roaming: RoamingSettings | null = null;
  /** Whether the user changed the setting since this page was opened; the mailbox's value may be older then. */
  #changed = false;
  /** Same as UNSAVED_KEY, for browsers that forbid storage. */
  #unsaved = false;
  /** For browsers that forbid storage. */
  #unstored: boolean | null = null;
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    window.addEventListener("storage", (event) => {
      if (event.key !== KEY) return;
      this.#changed = true;
      onChange();
    });
  }

  /** On unless the user switched it off. */
  get composeNotice(): boolean {
    const text = read(KEY);
    return (text === null ? this.#unstored : text === "true") ?? true;
  }

  /** Synchronizes with the mailbox, once Office.js is ready. */
  useRoaming(roaming: RoamingSettings | undefined): void {
    if (roaming === undefined) return;
    this.#roaming = roaming;
    if (this.#unsaved || read(UNSAVED_KEY) !== null) {
      this.#save();
      return;
    }
    if (this.#changed) return;
    try {
      const saved = roaming.get?.(KEY);
      if (typeof saved !== "boolean" || saved === this.composeNotice) return;
      this.#store(saved);
    } catch {
      this.#roaming = null;
      return;
    }
    this.#onChange();
  }

  setComposeNotice(on: boolean): void {
    this.#changed = this.#unsaved = true;
    this.#store(on);
    write(UNSAVED_KEY, "true");
    this.#onChange();
    this.#save();
  }

  #store(on: boolean): void {
    this.#unstored = on;
    write(KEY, String(on));
  }

  /** Saves the current setting in the mailbox. */
  #save(): void {
    const saving = this.composeNotice;
    try {
      this.#roaming?.set?.(KEY, saving);
      this.#roaming?.saveAsync?.(({ status }) => {
        // If the setting changed meanwhile, it still has to be saved.
        if (status !== "succeeded" || saving !== this.composeNotice) return;
        this.#unsaved = false;
        write(UNSAVED_KEY, null);
      });
    } catch {
      // The mailbox cannot save it now; it is stored on this computer.
    }
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @param value null removes the key */
function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Storage is full or forbidden: the setting is kept while the pane is open.
  }
}
