import { beforeEach, describe, expect, it } from "vitest";
import type { State } from "../../../shared/src/protocol.js";
import type { Done } from "../office/api.js";
import { ComposeNotice } from "./compose-notice.js";

/** The notices of one message, as Outlook keeps them: asynchronous, a key once, failing for a key that is not there. */
class Notices {
  readonly there = new Map<string, object>();
  readonly log: string[] = [];
  fails = false;
  failsToRemove = false;
  /** Which answers are held back until `release`, as Outlook does while it is busy. */
  holds: "none" | "all" | "add" = "none";
  readonly #held: (() => void)[] = [];

  addAsync(key: string, message: object, done: Done): void {
    this.log.push("add");
    const added = !this.fails && !this.there.has(key) && this.there.set(key, message) instanceof Map;
    this.#later(done, added, this.holds !== "none");
  }
  removeAsync(key: string, done: Done): void {
    this.log.push("remove");
    this.#later(done, !this.failsToRemove && this.there.delete(key));
  }
  getAllAsync(done: Done): void {
    this.#answer(() => {
      done({ status: "succeeded", value: [...this.there.keys()].map((key) => ({ key })) });
    });
  }
  release(): void {
    this.holds = "none";
    for (const answer of this.#held.splice(0)) setImmediate(answer);
  }
  #later(done: Done, succeeded: boolean, held?: boolean): void {
    this.#answer(() => {
      done({ status: succeeded ? "succeeded" : "failed" });
    }, held);
  }
  #answer(answer: () => void, held = this.holds === "all"): void {
    if (held) this.#held.push(answer);
    else setImmediate(answer);
  }
}

let notices: Notices;
let item: unknown;
let notice: ComposeNotice;
const written = (own: Notices): unknown => ({
  itemType: "message",
  subject: { getAsync: () => undefined },
  notificationMessages: own,
});
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
async function be(state: State, enabled = true): Promise<void> {
  notice.want({ state, enabled, text: "Outlook is offline." });
  await settle();
}

beforeEach(() => {
  notices = new Notices();
  item = written(notices);
  notice = new ComposeNotice(() => item);
});

describe("the notice in a message", () => {
  it("comes when Outlook is offline, with the manifest's image, and goes when it is online", async () => {
    await be("offline");
    expect([...notices.there.values()]).toEqual([
      { type: "informationalMessage", message: "Outlook is offline.", icon: "Icon.16", persistent: false },
    ]);
    await be("online");
    expect(notices.there.size).toBe(0);
  });

  it("is told once per message, however often Outlook drops", async () => {
    for (const state of ["offline", "online", "offline", "offline", "online", "offline"] as const) await be(state);
    expect(notices.log).toEqual(["add", "remove"]);
  });

  it("does not come back when the person has closed it", async () => {
    await be("offline");
    notices.there.clear();
    await be("offline");
    await be("unknown");
    await be("offline");
    expect(notices.log.filter((call) => call === "add")).toHaveLength(1);
  });

  it("goes while nothing is known, and comes back when Outlook is still offline", async () => {
    await be("offline");
    await be("unknown");
    expect(notices.there.size).toBe(0);
    await be("offline");
    expect(notices.there.size).toBe(1);
  });

  it("does not come back when Outlook was online meanwhile", async () => {
    for (const state of ["offline", "unknown", "online", "offline"] as const) await be(state);
    expect(notices.there.size).toBe(0);
  });

  it("goes when it is switched off, and comes when it is switched on again", async () => {
    await be("offline");
    await be("offline", false);
    expect(notices.there.size).toBe(0);
    await be("offline", true);
    expect(notices.there.size).toBe(1);
  });

  it("takes a notice from before the pane was opened anew as its own", async () => {
    await be("offline");
    notice = new ComposeNotice(() => item);
    await be("offline");
    await be("online");
    expect(notices.log).toEqual(["add", "remove"]);
  });

  it("is taken away when the pane closes", async () => {
    await be("offline");
    notice.leave();
    expect(notices.there.size).toBe(0);
  });

  it("comes to each message of a pinned pane", async () => {
    await be("offline");
    const other = new Notices();
    item = written(other);
    notice.itemChanged();
    await settle();
    expect(other.there.size).toBe(1);
  });

  it("comes to the new item, and not to the old one, when the item changes while Outlook is being asked", async () => {
    notices.holds = "all";
    await be("offline");
    const other = new Notices();
    item = written(other);
    notice.itemChanged();
    await settle();
    expect([...other.there.keys()]).toEqual(["outlook-offline-state"]);
    notices.release();
    await settle();
    expect([notices.log, other.log]).toEqual([[], ["add"]]);
  });

  it("comes to the new item when Outlook never answers for the old one, and goes from it", async () => {
    notices.holds = "all";
    await be("offline");
    const other = new Notices();
    item = written(other);
    await be("offline");
    await be("online");
    expect(other.log).toEqual(["add", "remove"]);
  });

  it("leaves an item alone that has been left while its notice was to be removed", async () => {
    await be("offline");
    notices.holds = "all";
    await be("unknown");
    item = null;
    notice.itemChanged();
    notices.release();
    await settle();
    expect(notices.log).toEqual(["add"]);
  });

  it("is removed when the pane closes before Outlook has confirmed it", async () => {
    notices.holds = "add";
    await be("offline");
    expect(notices.there.size).toBe(1);
    notice.leave();
    expect(notices.there.size).toBe(0);
  });

  it("is removed with the next change when Outlook could not remove it at once", async () => {
    await be("offline");
    notices.failsToRemove = true;
    await be("online");
    expect(notices.there.size).toBe(1);
    notices.failsToRemove = false;
    await be("online");
    expect(notices.there.size).toBe(0);
  });

  it("accepts that Outlook throws when it is asked for the item", async () => {
    notice = new ComposeNotice(() => {
      throw new Error("no item");
    });
    await be("offline");
    notice.leave();
    expect(notices.log).toEqual([]);
  });

  it("bears that there is no item, and one that is only read", async () => {
    for (const one of [null, undefined, { itemType: "message", subject: "Hello", notificationMessages: notices }]) {
      item = one;
      notice.itemChanged();
      await be("offline");
    }
    expect(notices.log).toEqual([]);
  });

  it("comes to no appointment", async () => {
    item = { itemType: "appointment", subject: {}, notificationMessages: notices };
    await be("offline");
    expect(notices.log).toEqual([]);
  });

  it("bears an Outlook that refuses, and tries again with the next change", async () => {
    notices.fails = true;
    await be("offline");
    notices.fails = false;
    await be("offline");
    expect(notices.there.size).toBe(1);
  });

  it("ends right when states come faster than Outlook answers", async () => {
    for (const state of ["offline", "online", "offline", "online"] as const)
      notice.want({ state, enabled: true, text: "x" });
    await settle();
    expect(notices.there.size).toBe(0);
  });
});
