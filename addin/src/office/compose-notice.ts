import type { State } from "../../../shared/src/contract.js";
import { isObject, type AsyncResult, type Callback, type NotificationMessages } from "./office.js";

/** Key of the notice on the message; a fixed key, so there is at most one. */
const KEY = "outlook-offline-state";
/** Id of the notice's icon in the manifest. */
const ICON = "Icon.16";

/** What determines whether and how the notice is shown. */
export interface ComposeNoticeInput {
  readonly state: State;
  readonly enabled: boolean;
  /** At most 150 characters. */
  readonly text: string;
}

/**
 * Shows a notice in the message being written while Outlook is offline. Each message gets it once: after the user has closed
 * it, or after Outlook was online again, it is not shown again. If it was removed only because the state was unknown for a
 * while, it is.
 */
export class ComposeNotice {
  readonly #currentItem: () => unknown;
  #input: ComposeNoticeInput | null = null;
  #item: ItemNotice | null = null;

  /** @param currentItem returns Office.context.mailbox.item, or null without an item */
  constructor(currentItem: () => unknown) {
    this.#currentItem = () => {
      try {
        return currentItem();
      } catch {
        return null;
      }
    };
  }

  update(input: ComposeNoticeInput): void {
    if (input.enabled && this.#input?.enabled === false) this.#item?.allowAgain();
    this.#input = input;
    this.#updateItem();
  }

  /** Another item was selected beside a pinned pane. */
  itemChanged(): void {
    this.#updateItem();
  }

  /** Removes the notice, because nothing would remove it after the pane is closed. */
  dispose(): void {
    this.#item?.dispose();
    this.#item = null;
  }

  #updateItem(): void {
    const item = this.#currentItem();
    // Calls are queued per item, so that an item for which Outlook never calls back does not block the next one.
    if (this.#item === null || this.#item.item !== item) {
      this.#item = new ItemNotice(item, () => this.#currentItem() === item);
    }
    if (this.#input !== null) this.#item.update(this.#input);
  }
}

/** The notice of one item. If another item was selected meanwhile, this one is left unchanged. */
class ItemNotice {
  readonly item: unknown;
  readonly #isCurrent: () => boolean;
  readonly #messages: NotificationMessages | null;
  #input: ComposeNoticeInput | null = null;
  #running = false;
  #pending = false;
  /** Null until it is known whether an earlier pane left the notice on the item. */
  #shown: boolean | null = null;
  /** Whether this message has had its notice. */
  #done = false;
  /** Whether the notice was removed only because the state became unknown, and not closed by the user. */
  #resumable = false;

  constructor(item: unknown, isCurrent: () => boolean) {
    this.item = item;
    this.#isCurrent = isCurrent;
    this.#messages = notificationMessagesOf(item);
  }

  update(input: ComposeNoticeInput): void {
    this.#input = input;
    void this.#run();
  }

  allowAgain(): void {
    this.#done = this.#shown === true;
  }

  /** Removes a notice that is shown or being added. */
  dispose(): void {
    if (this.#shown === true && this.#isCurrent()) this.#messages?.removeAsync(KEY, () => undefined);
    this.#shown = false;
    this.#input = null;
  }

  /** Makes one call at a time; changes during a call are applied after it. */
  async #run(): Promise<void> {
    this.#pending = true;
    if (this.#running || this.#messages === null) return;
    this.#running = true;
    while (this.#takePending()) {
      try {
        await this.#step(this.#messages);
      } catch {
        // Outlook does not support it for this item. The pane shows the state in any case.
      }
    }
    this.#running = false;
  }

  #takePending(): boolean {
    const pending = this.#pending && this.#isCurrent();
    this.#pending = false;
    return pending;
  }

  async #step(messages: NotificationMessages): Promise<void> {
    if (this.#shown === null) {
      this.#shown = this.#done = await isShown(messages);
      this.#pending = true;
      return;
    }
    if (this.#input === null) return;
    const { state, enabled, text } = this.#input;
    if (state === "offline" && enabled) {
      if (!this.#done || this.#resumable) await this.#add(messages, text);
    } else if (this.#shown) {
      await this.#remove(messages, state === "unknown" && enabled);
    } else if (state === "online") {
      this.#resumable = false;
    }
  }

  async #add(messages: NotificationMessages, text: string): Promise<void> {
    const message = { type: "informationalMessage", message: text.slice(0, 150), icon: ICON, persistent: false };
    // Set before the call, so that dispose() removes a notice that is being added.
    this.#shown = true;
    const { status } = await call((callback) => {
      messages.addAsync(KEY, message, callback);
    });
    this.#shown = this.#done = status === "succeeded";
    if (this.#shown) this.#resumable = false;
  }

  /** @param resumable whether it may be shown again, unless the user has closed it */
  async #remove(messages: NotificationMessages, resumable: boolean): Promise<void> {
    this.#resumable = resumable && (await isShown(messages));
    if (!this.#isCurrent()) return;
    const { status } = await call((callback) => {
      messages.removeAsync(KEY, callback);
    });
    // Removing fails if the user has closed it. After any other failure it is still shown, and the next change removes it.
    this.#shown = status !== "succeeded" && (await isShown(messages));
  }
}

/** The notification messages of a message being written; null for any other item. */
function notificationMessagesOf(item: unknown): NotificationMessages | null {
  if (!isObject(item) || item["itemType"] !== "message") return null;
  // The subject is an object while a message is written, and a string while it is read.
  const { subject, notificationMessages: messages } = item;
  return isObject(subject) && isNotificationMessages(messages) ? messages : null;
}

function isNotificationMessages(value: unknown): value is NotificationMessages {
  return (
    isObject(value) && ["addAsync", "removeAsync", "getAllAsync"].every((name) => typeof value[name] === "function")
  );
}

async function isShown(messages: NotificationMessages): Promise<boolean> {
  const { value } = await call((callback) => {
    messages.getAllAsync(callback);
  });
  return Array.isArray(value) && value.some((message) => isObject(message) && message["key"] === KEY);
}

function call(method: (callback: Callback) => void): Promise<AsyncResult> {
  return new Promise((resolve) => {
    method(resolve);
  });
}
