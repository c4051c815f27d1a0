import { beforeEach, describe, expect, it } from "vitest";
import type { State } from "../../../shared/src/contract.js";
import { ComposeNotice } from "./compose-notice.js";
import type { Callback } from "./office.js";

/** The notification messages of an item, as in Outlook: asynchronous, unique keys, failing for a missing key. */
class FakeMessages {
  readonly shown = new Map<string, object>();
  readonly log: string[] = [];
  fails = false;
  failsToRemove = false;
  /** Which callbacks are delayed until `release`, as in a busy Outlook. */
  delays: "none" | "all" | "add" = "none";
  readonly #delayed: (() => void)[] = [];

  addAsync(key: string, message: object, callback: Callback): void {
    this.log.push("add");
    const added = !this.fails && !this.shown.has(key) && this.shown.set(key, message) instanceof Map;
    this.#callBack(callback, added, this.delays !== "none");
  }
  removeAsync(key: string, callback: Callback): void {
    this.log.push("remove");
    this.#callBack(callback, !this.failsToRemove && this.shown.delete(key));
  }
  getAllAsync(callback: Callback): void {
    this.#run(() => {
      callback({ status: "succeeded", value: [...this.shown.keys()].map((key) => ({ key })) });
    });
  }
  release(): void {
    this.delays = "none";
    for (const task of this.#delayed.splice(0)) setImmediate(task);
  }
  #callBack(callback: Callback, succeeded: boolean, delayed?: boolean): void {
    this.#run(() => {
      callback({ status: succeeded ? "succeeded" : "failed" });
    }, delayed);
  }
  #run(task: () => void, delayed = this.delays === "all"): void {
    if (delayed) this.#delayed.push(task);
    else setImmediate(task);
  }
}

let messages: FakeMessages;
let item: unknown;
let notice: ComposeNotice;
const composed = (own: FakeMessages): unknown => ({
  itemType: "message",
  subject: { getAsync: () => undefined },
  notificationMessages: own,
});
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
async function setState(state: State, enabled = true): Promise<void> {
  notice.update({ state, enabled, text: "Outlook is offline." });
  await settle();
}

beforeEach(() => {
  messages = new FakeMessages();
  item = composed(messages);
  notice = new ComposeNotice(() => item);
});

describe("ComposeNotice", () => {
  it("shows a notice with the manifest's icon while Outlook is offline", async () => {
    await setState("offline");
    expect([...messages.shown.values()]).toEqual([
      { type: "informationalMessage", message: "Outlook is offline.", icon: "Icon.16", persistent: false },
    ]);
    await setState("online");
    expect(messages.shown.size).toBe(0);
  });

  it("shows one notice per message, however often Outlook goes offline", async () => {
    for (const state of ["offline", "online", "offline", "offline", "online", "offline"] as const)
      await setState(state);
    expect(messages.log).toEqual(["add", "remove"]);
  });

  it("is not shown again after the user has closed it", async () => {
    await setState("offline");
    messages.shown.clear();
    await setState("offline");
    await setState("unknown");
    await setState("offline");
    expect(messages.log.filter((call) => call === "add")).toHaveLength(1);
  });

  it("is removed while the state is unknown, and shown again if Outlook is still offline", async () => {
    await setState("offline");
    await setState("unknown");
    expect(messages.shown.size).toBe(0);
    await setState("offline");
    expect(messages.shown.size).toBe(1);
  });

  it("is not shown again if Outlook was online meanwhile", async () => {
    for (const state of ["offline", "unknown", "online", "offline"] as const) await setState(state);
    expect(messages.shown.size).toBe(0);
  });

  it("is removed when it is switched off, and shown when it is switched on again", async () => {
    await setState("offline");
    await setState("offline", false);
    expect(messages.shown.size).toBe(0);
    await setState("offline", true);
    expect(messages.shown.size).toBe(1);
  });

  it("recognizes the notice of an earlier pane", async () => {
    await setState("offline");
    notice = new ComposeNotice(() => item);
    await setState("offline");
    await setState("online");
    expect(messages.log).toEqual(["add", "remove"]);
  });

  it("is removed when the pane is closed", async () => {
    await setState("offline");
    notice.dispose();
    expect(messages.shown.size).toBe(0);
  });

  it("is shown in each message of a pinned pane", async () => {
    await setState("offline");
    const other = new FakeMessages();
    item = composed(other);
    notice.itemChanged();
    await settle();
    expect(other.shown.size).toBe(1);
  });

  it("is shown in the new item only, if the item changes during a call", async () => {
    messages.delays = "all";
    await setState("offline");
    const other = new FakeMessages();
    item = composed(other);
    notice.itemChanged();
    await settle();
    expect([...other.shown.keys()]).toEqual(["outlook-offline-state"]);
    messages.release();
    await settle();
    expect([messages.log, other.log]).toEqual([[], ["add"]]);
  });

  it("is shown in and removed from the new item even if Outlook never calls back for the old one", async () => {
    messages.delays = "all";
    await setState("offline");
    const other = new FakeMessages();
    item = composed(other);
    await setState("offline");
    await setState("online");
    expect(other.log).toEqual(["add", "remove"]);
  });

  it("leaves an item unchanged that is deselected while its notice is being removed", async () => {
    await setState("offline");
    messages.delays = "all";
    await setState("unknown");
    item = null;
    notice.itemChanged();
    messages.release();
    await settle();
    expect(messages.log).toEqual(["add"]);
  });

  it("is removed if the pane is closed while it is being added", async () => {
    messages.delays = "add";
    await setState("offline");
    expect(messages.shown.size).toBe(1);
    notice.dispose();
    expect(messages.shown.size).toBe(0);
  });

  it("is removed with the next change if Outlook could not remove it at once", async () => {
    await setState("offline");
    messages.failsToRemove = true;
    await setState("online");
    expect(messages.shown.size).toBe(1);
    messages.failsToRemove = false;
    await setState("online");
    expect(messages.shown.size).toBe(0);
  });

  it("tolerates an Outlook that throws for the current item", async () => {
    notice = new ComposeNotice(() => {
      throw new Error("no item");
    });
    await setState("offline");
    notice.dispose();
    expect(messages.log).toEqual([]);
  });

  it("shows nothing without an item, or in an item that is read", async () => {
    for (const one of [null, undefined, { itemType: "message", subject: "Hello", notificationMessages: messages }]) {
      item = one;
      notice.itemChanged();
      await setState("offline");
    }
    expect(messages.log).toEqual([]);
  });

  it("shows nothing in an appointment", async () => {
    item = { itemType: "appointment", subject: {}, notificationMessages: messages };
    await setState("offline");
    expect(messages.log).toEqual([]);
  });

  it("retries with the next change if Outlook refuses", async () => {
    messages.fails = true;
    await setState("offline");
    messages.fails = false;
    await setState("offline");
    expect(messages.shown.size).toBe(1);
  });

  it("ends in the right state if states change faster than Outlook calls back", async () => {
    for (const state of ["offline", "online", "offline", "online"] as const)
      notice.update({ state, enabled: true, text: "x" });
    await settle();
    expect(messages.shown.size).toBe(0);
  });
});
