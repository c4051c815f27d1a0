import type { State } from "../../../shared/src/protocol.js";
import { isObject, type AsyncResult, type Done, type NotificationMessages } from "../office/api.js";

/** Name of the notice on the message; one name, so there is never more than one. */
const KEY = "outlook-offline-state";
/** The image of the notice, by its id in the manifest. */
const ICON = "Icon.16";

/** What the notice should be like now. */
export interface Wanted {
  readonly state: State;
  readonly enabled: boolean;
  /** At most 150 characters. */
  readonly text: string;
}

/**
 * Shows a notice in the message that is being written while Outlook is offline. Each message gets it once: a notice that the
 * person has closed, or that being online has removed, does not come back. One that went only because nothing was known for
 * a while does.
 */
export class ComposeNotice {
  readonly #currentItem: () => unknown;
  #wanted: Wanted | null = null;
  #item: ItemNotice | null = null;

  /** @param currentItem Office.context.mailbox.item as it is now; null without an item */
  constructor(currentItem: () => unknown) {
    this.#currentItem = () => {
      try {
        return currentItem();
      } catch {
        return null;
      }
    };
  }

  /** Says what is wanted now; the notice follows. */
  want(wanted: Wanted): void {
    if (wanted.enabled && this.#wanted?.enabled === false) this.#item?.allowAgain();
    this.#wanted = wanted;
    this.#follow();
  }

  /** A pinned pane has got another item. */
  itemChanged(): void {
    this.#follow();
  }

  /** The pane closes: nobody would remove the notice later. */
  leave(): void {
    this.#item?.leave();
    this.#item = null;
  }

  #follow(): void {
    const item = this.#currentItem();
    // Each item has its own queue of calls: one that Outlook never answers, because the item is gone, holds up no other item.
    if (this.#item === null || this.#item.item !== item) {
      this.#item = new ItemNotice(item, () => this.#currentItem() === item);
    }
    if (this.#wanted !== null) this.#item.want(this.#wanted);
  }
}

/** The notice of one item. Between two calls the pane may have got another item: then this one is left as it is. */
class ItemNotice {
  readonly item: unknown;
  readonly #isCurrent: () => boolean;
  readonly #notices: NotificationMessages | null;
  #wanted: Wanted | null = null;
  #working = false;
  #due = false;
  /** Null until Outlook has said whether an earlier pane has left the notice there. */
  #shown: boolean | null = null;
  /** The message has had its notice. */
  #done = false;
  /** The notice went only because the state became unknown, and the person had not closed it. */
  #resumable = false;

  constructor(item: unknown, isCurrent: () => boolean) {
    this.item = item;
    this.#isCurrent = isCurrent;
    this.#notices = noticesOf(item);
  }

  want(wanted: Wanted): void {
    this.#wanted = wanted;
    void this.#work();
  }

  allowAgain(): void {
    this.#done = this.#shown === true;
  }

  /** Removes a notice that is there, or that Outlook is just about to show. */
  leave(): void {
    if (this.#shown === true && this.#isCurrent()) this.#notices?.removeAsync(KEY, () => undefined);
    this.#shown = false;
    this.#wanted = null;
  }

  /** One call at a time; what has changed meanwhile is caught up with. */
  async #work(): Promise<void> {
    this.#due = true;
    if (this.#working || this.#notices === null) return;
    this.#working = true;
    while (this.#takeDue()) {
      try {
        await this.#step(this.#notices);
      } catch {
        // Outlook cannot do it on this item; the pane says the state all the same.
      }
    }
    this.#working = false;
  }

  #takeDue(): boolean {
    const due = this.#due && this.#isCurrent();
    this.#due = false;
    return due;
  }

  /** Does the next thing that is to do about the notice, and has itself called again if more may be to do. */
  async #step(notices: NotificationMessages): Promise<void> {
    if (this.#shown === null) {
      this.#shown = this.#done = await isThere(notices);
      this.#due = true;
      return;
    }
    if (this.#wanted === null) return;
    const { state, enabled, text } = this.#wanted;
    if (state === "offline" && enabled) {
      if (!this.#done || this.#resumable) await this.#show(notices, text);
    } else if (this.#shown) {
      await this.#remove(notices, state === "unknown" && enabled);
    } else if (state === "online") {
      this.#resumable = false;
    }
  }

  async #show(notices: NotificationMessages, text: string): Promise<void> {
    const message = { type: "informationalMessage", message: text.slice(0, 150), icon: ICON, persistent: false };
    // From now on it may be there: who leaves meanwhile has to remove it.
    this.#shown = true;
    const { status } = await asked((done) => {
      notices.addAsync(KEY, message, done);
    });
    this.#shown = this.#done = status === "succeeded";
    if (this.#shown) this.#resumable = false;
  }

  /** @param resumes whether it may come back, unless the person has closed it */
  async #remove(notices: NotificationMessages, resumes: boolean): Promise<void> {
    this.#resumable = resumes && (await isThere(notices));
    if (!this.#isCurrent()) return;
    const { status } = await asked((done) => {
      notices.removeAsync(KEY, done);
    });
    // It cannot be removed once the person has closed it. After any other failure it is there, and the next change removes it.
    this.#shown = status !== "succeeded" && (await isThere(notices));
  }
}

/** The notices of a message that is being written; null for any other item. */
function noticesOf(item: unknown): NotificationMessages | null {
  if (!isObject(item) || item["itemType"] !== "message") return null;
  // While a message is written its subject can be got and set; of one that is read it is a text.
  const { subject, notificationMessages: notices } = item;
  return isObject(subject) && hasNotices(notices) ? notices : null;
}

function hasNotices(value: unknown): value is NotificationMessages {
  return (
    isObject(value) && ["addAsync", "removeAsync", "getAllAsync"].every((name) => typeof value[name] === "function")
  );
}

async function isThere(notices: NotificationMessages): Promise<boolean> {
  const { value } = await asked((done) => {
    notices.getAllAsync(done);
  });
  return Array.isArray(value) && value.some((notice) => isObject(notice) && notice["key"] === KEY);
}

function asked(call: (done: Done) => void): Promise<AsyncResult> {
  return new Promise((resolve) => {
    call(resolve);
  });
}
