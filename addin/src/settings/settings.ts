import type { RoamingSettings } from "../office/api.js";

/** What the person can choose. */
export interface Choices {
  /** Whether a message that is written while Outlook is offline says so. */
  readonly composeNotice: boolean;
}

const KEY = "outlook-offline-state.composeNotice";
/** Is there while the mailbox does not have the choice of this computer yet. */
const UNSAVED_KEY = `${KEY}.unsaved`;

/**
 * The person's choices. They are kept in the mailbox where Outlook can do that, and on this computer in any case, so that
 * they are there before Office.js is, and in every pane at once. A choice that the mailbox has not saved yet, because Office.js
 * was not ready or Outlook was offline, counts more than what the mailbox holds, and is saved when that is possible.
 */
export class Settings {
  #roaming: RoamingSettings | null = null;
  /** Chosen since this page was opened, here or in another pane: what Office.js has read from the mailbox may be older. */
  #chosen = false;
  /** The same as UNSAVED_KEY, where the browser keeps nothing. */
  #unsaved = false;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
    window.addEventListener("storage", (event) => {
      if (event.key !== KEY) return;
      this.#chosen = true;
      changed();
    });
  }

  get choices(): Choices {
    return { composeNotice: stored() ?? true };
  }

  /** Takes over what the mailbox knows, once Office.js is there. */
  useRoaming(roaming: RoamingSettings | undefined): void {
    if (roaming === undefined) return;
    this.#roaming = roaming;
    if (this.#unsaved || read(UNSAVED_KEY) !== null) {
      this.#save();
      return;
    }
    if (this.#chosen) return;
    try {
      const kept = roaming.get?.(KEY);
      if (typeof kept !== "boolean" || kept === this.choices.composeNotice) return;
      store(kept);
    } catch {
      this.#roaming = null;
      return;
    }
    this.#changed();
  }

  setComposeNotice(on: boolean): void {
    this.#chosen = this.#unsaved = true;
    store(on);
    write(UNSAVED_KEY, "true");
    this.#changed();
    this.#save();
  }

  /** Has the mailbox save the present choice. */
  #save(): void {
    const saving = this.choices.composeNotice;
    try {
      this.#roaming?.set?.(KEY, saving);
      this.#roaming?.saveAsync?.(({ status }) => {
        // Another choice made meanwhile is still to be saved.
        if (status !== "succeeded" || saving !== this.choices.composeNotice) return;
        this.#unsaved = false;
        write(UNSAVED_KEY, null);
      });
    } catch {
      // The mailbox cannot keep it now; this computer does.
    }
  }
}

/** Kept for this page only, where the browser keeps nothing. */
let unkept: boolean | null = null;

function stored(): boolean | null {
  const text = read(KEY);
  return text === null ? unkept : text === "true";
}

function store(on: boolean): void {
  unkept = on;
  write(KEY, String(on));
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
    // Storage is full or forbidden: what was chosen holds as long as the pane is open.
  }
}
