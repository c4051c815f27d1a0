import type { RoamingSettings } from "../office/api.js";

/** What the person can choose. */
export interface Choices {
  /** Whether a message that is written while Outlook is offline says so. */
  readonly composeNotice: boolean;
}

const KEY = "outlook-offline-state.composeNotice";

/**
 * The person's choices. They are kept in the mailbox where Outlook can do that, and on this computer in any case, so that
 * they are there before Office.js is, and in every pane at once.
 */
export class Settings {
  #roaming: RoamingSettings | null = null;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
    window.addEventListener("storage", (event) => {
      if (event.key === KEY) changed();
    });
  }

  get choices(): Choices {
    return { composeNotice: stored() ?? true };
  }

  /** Takes over what the mailbox knows, once Office.js is there. */
  useRoaming(roaming: RoamingSettings | undefined): void {
    if (roaming === undefined) return;
    this.#roaming = roaming;
    try {
      const kept = roaming.get?.(KEY);
      if (typeof kept !== "boolean" || kept === this.choices.composeNotice) return;
      store(kept);
      this.#changed();
    } catch {
      this.#roaming = null;
    }
  }

  setComposeNotice(on: boolean): void {
    store(on);
    this.#changed();
    try {
      this.#roaming?.set?.(KEY, on);
      this.#roaming?.saveAsync?.(() => undefined);
    } catch {
      // The mailbox cannot keep it now; this computer does.
    }
  }
}

/** Kept for this page only, where the browser keeps nothing. */
let unkept: boolean | null = null;

function stored(): boolean | null {
  try {
    const text = localStorage.getItem(KEY);
    return text === null ? unkept : text === "true";
  } catch {
    return unkept;
  }
}

function store(on: boolean): void {
  unkept = on;
  try {
    localStorage.setItem(KEY, String(on));
  } catch {
    // Storage is full or forbidden: the choice holds as long as the pane is open.
  }
}
