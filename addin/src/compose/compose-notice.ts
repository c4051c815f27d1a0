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
 * Tells in a message that is being written that it will wait in the Outbox. Each message is told once: a notice that the
 * person has closed, or that being online has removed, does not come back. One that went only because nothing was known
 * for a while does.
 */
export class ComposeNotice {
  readonly #currentItem: () => unknown;
  #wanted: Wanted | null = null;
  #message: Message | null = null;
  #working = false;
  #due = false;

  /** @param currentItem Office.context.mailbox.item as it is now; null without an item */
  constructor(currentItem: () => unknown) {
    this.#currentItem = currentItem;
  }

  /** Says what is wanted now; the notice follows. */
  want(wanted: Wanted): void {
    if (wanted.enabled && this.#wanted?.enabled === false) this.#message?.mayBeToldAgain();
    this.#wanted = wanted;
    void this.#work();
  }

  /** A pinned pane has got another item. */
  itemChanged(): void {
    this.#message = null;
    void this.#work();
  }

  /** The pane closes: nobody would take the notice away later. */
  leave(): void {
    this.#message?.takeAway();
  }

  /** One step at a time; what has changed meanwhile is caught up with. */
  async #work(): Promise<void> {
    this.#due = true;
    if (this.#working) return;
    this.#working = true;
    while (this.#takeDue()) {
      try {
        this.#message ??= await Message.of(this.#currentItem());
        if (this.#wanted !== null) await this.#message?.follow(this.#wanted);
      } catch {
        // Outlook cannot do it on this item; the pane says the state all the same.
      }
    }
    this.#working = false;
  }

  #takeDue(): boolean {
    const due = this.#due;
    this.#due = false;
    return due;
  }
}

/** One message that is being written. */
class Message {
  readonly #notices: NotificationMessages;
  #shown: boolean;
  #told: boolean;
  /** The notice went only because the state became unknown, and the person had not closed it. */
  #resumable = false;

  private constructor(notices: NotificationMessages, shown: boolean) {
    this.#notices = notices;
    this.#shown = shown;
    this.#told = shown;
  }

  /** The message that the item is; null when it is none, or is only read. */
  static async of(item: unknown): Promise<Message | null> {
    if (!isObject(item) || item["itemType"] !== "message") return null;
    // While a message is written its subject can be got and set; of one that is read it is a text.
    const { subject, notificationMessages: notices } = item;
    if (!isObject(subject) || !hasNotices(notices)) return null;
    return new Message(notices, await isThere(notices));
  }

  async follow({ state, enabled, text }: Wanted): Promise<void> {
    if (state === "offline" && enabled) {
      if (!this.#told || this.#resumable) await this.#show(text);
      this.#resumable = false;
    } else if (this.#shown) {
      this.#resumable = state === "unknown" && enabled && (await isThere(this.#notices));
      this.#shown = false;
      await asked((done) => {
        this.#notices.removeAsync(KEY, done);
      });
    } else if (state === "online") {
      this.#resumable = false;
    }
  }

  mayBeToldAgain(): void {
    this.#told = this.#shown;
  }

  takeAway(): void {
    if (this.#shown) this.#notices.removeAsync(KEY, () => undefined);
  }

  async #show(text: string): Promise<void> {
    const message = { type: "informationalMessage", message: text.slice(0, 150), icon: ICON, persistent: false };
    const { status } = await asked((done) => {
      this.#notices.addAsync(KEY, message, done);
    });
    this.#shown = this.#told = status === "succeeded";
  }
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
