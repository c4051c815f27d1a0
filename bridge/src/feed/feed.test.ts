import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parseFeedMessage, type FeedMessage, type State } from "../../../shared/src/contract.js";
import { feedMessageCheck, type MessageCheck } from "../../../test/support/protocol-document.js";
import type { TimedStatus } from "../state-source.js";
import { BURST_MS, Feed, type FeedOptions } from "./feed.js";

const listening = {
  status: "listening",
  profile: "P",
  outlook: "16.0",
  notifies: { online: true, offline: true },
} as const;

let check: MessageCheck;

beforeEach(async () => {
  check = await feedMessageCheck();
  vi.useFakeTimers({ now: 1_767_258_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Both clocks and all timers advance. */
function pass(milliseconds: number): void {
  vi.advanceTimersByTime(milliseconds);
}

/** A state that began `ageMs` ago. */
function statusOf(state: State, { ageMs = 0, ...more }: Partial<TimedStatus> & { ageMs?: number } = {}): TimedStatus {
  return { state, since: Date.now() - ageMs, startedAt: performance.now() - ageMs, source: listening, ...more };
}

function feedOf(more: Partial<FeedOptions> = {}): Feed {
  return new Feed({ version: "1.2.3", ...more });
}

/** A subscriber that keeps every message, each checked against the protocol's document and the contract. */
function listen(feed: Feed): { messages: FeedMessage[]; leave: () => void } {
  const messages: FeedMessage[] = [];
  const leave = feed.subscribe((text) => {
    check(text);
    const validated = parseFeedMessage(text);
    if (validated.kind !== "message") throw new Error(text);
    messages.push(validated.message);
  });
  return { messages, leave };
}

const seqs = (messages: readonly FeedMessage[]): number[] => messages.map(({ seq }) => seq);

describe("Feed", () => {
  it("reports an unknown state of a starting source before the first status", () => {
    const { messages } = listen(feedOf());
    expect(messages).toMatchObject([
      { type: "snapshot", protocol: 1, seq: 0, state: "unknown", since: null, source: { status: "starting" } },
    ]);
  });

  it("sends a snapshot first, and numbers each change from there", () => {
    const feed = feedOf();
    feed.publish(statusOf("online", { since: null, ageMs: 500 }));
    pass(1000);
    const { messages } = listen(feed);
    feed.publish(statusOf("offline"));
    expect(messages).toMatchObject([
      { type: "snapshot", seq: 1, state: "online", since: null, ageMs: 1500, bridge: { version: "1.2.3" } },
      { type: "change", seq: 2, state: "offline", since: Date.now(), ageMs: 0 },
    ]);
  });

  it("sends a change once, and nothing if nothing differs", () => {
    const feed = feedOf();
    const { messages } = listen(feed);
    const once = statusOf("online");
    feed.publish(once);
    pass(BURST_MS + 1);
    feed.publish({ ...once, startedAt: once.startedAt + 1, source: { ...listening } });
    pass(BURST_MS + 1);
    expect(seqs(messages)).toEqual([0, 1]);
  });

  it("gives each run of the feed another epoch", () => {
    expect(feedOf().epoch).not.toBe(feedOf().epoch);
  });

  it("measures the age when it sends, by the monotonic clock", () => {
    const feed = feedOf();
    feed.publish(statusOf("online"));
    pass(100);
    vi.setSystemTime(Date.now() + 3_600_000);
    const late = listen(feed);
    vi.setSystemTime(Date.now() - 2 * 3_600_000);
    const later = listen(feed);
    expect(late.messages[0]).toMatchObject({ ageMs: 100 });
    expect(later.messages[0]).toMatchObject({ ageMs: 100 });
  });
});

describe("Feed, in a burst", () => {
  it("sends the first change at once and the newest after 50 ms, without a gap in the numbers", () => {
    const feed = feedOf();
    const { messages } = listen(feed);
    for (let number = 0; number < 10_000; number += 1) feed.publish(statusOf(number % 2 === 0 ? "offline" : "online"));
    expect(seqs(messages)).toEqual([0, 1]);
    pass(BURST_MS);
    expect(seqs(messages)).toEqual([0, 1, 2]);
    expect(messages.at(-1)).toMatchObject({ state: "online" });
  });

  it("sends at most one change each 50 ms, however long the burst lasts, and ends with the newest state", () => {
    const feed = feedOf();
    const { messages } = listen(feed);
    for (let time = 0; time < 1000; time += 1) {
      feed.publish(statusOf(time % 2 === 0 ? "offline" : "online"));
      pass(1);
    }
    feed.publish(statusOf("offline"));
    pass(BURST_MS);
    expect(messages.length).toBeLessThanOrEqual(1 + 1 + 1000 / BURST_MS + 1);
    expect(seqs(messages)).toEqual(messages.map((_, index) => index));
    expect(messages.at(-1)).toMatchObject({ state: "offline" });
  });

  it("sends no change if the burst ends where it began", () => {
    const feed = feedOf();
    const first = statusOf("online");
    feed.publish(first);
    const { messages } = listen(feed);
    feed.publish(statusOf("offline"));
    feed.publish(first);
    pass(BURST_MS * 2);
    expect(messages).toHaveLength(1);
  });

  it("sends a new subscriber a snapshot whose number precedes the next change", () => {
    const feed = feedOf();
    feed.publish(statusOf("online"));
    feed.publish(statusOf("offline"));
    const { messages } = listen(feed);
    pass(BURST_MS);
    expect(messages).toMatchObject([
      { type: "snapshot", seq: 1, state: "online" },
      { type: "change", seq: 2, state: "offline" },
    ]);
  });
});

const oneWay = { ...listening, notifies: { online: true, offline: false } } as const;

describe("Feed, comparing statuses", () => {
  const unavailable = { status: "unavailable", reason: "open-failed", code: "0x8004010F", detail: "d" } as const;
  it.each<[string, TimedStatus["source"], TimedStatus["source"]]>([
    ["reason", unavailable, { ...unavailable, reason: "advise-failed" }],
    ["code", unavailable, { ...unavailable, code: "0x80004002" }],
    ["detail", unavailable, { ...unavailable, detail: "e" }],
    ["status", unavailable, { status: "starting" }],
    ["profile", listening, { ...listening, profile: "Q" }],
    ["version of Outlook", listening, { ...listening, outlook: "16.1" }],
    ["notifies.online", listening, { ...listening, notifies: { online: false, offline: true } }],
    ["notifies.offline", listening, { ...listening, notifies: { online: true, offline: false } }],
  ])("sends a change if the source differs in its %s", (_part, before, after) => {
    const feed = feedOf();
    const first = statusOf("unknown", { since: null, source: before });
    feed.publish(first);
    pass(BURST_MS);
    const { messages } = listen(feed);
    feed.publish({ ...first, source: { ...before } });
    pass(BURST_MS);
    expect(messages).toHaveLength(1);
    feed.publish({ ...first, source: after });
    expect(messages.slice(1)).toMatchObject([{ type: "change", source: after }]);
  });

  it.each([
    ["time", { at: 1001, connection: "connected", outboxItems: 3 }],
    ["connection", { at: 1, connection: "disconnected", outboxItems: 3 }],
    ["number of messages", { at: 1, connection: "connected", outboxItems: 4 }],
  ] as const)("sends a change if the reading differs in its %s, with the same state", (_part, reading) => {
    const feed = feedOf();
    const { messages } = listen(feed);
    const online = statusOf("online", { reading: { at: 1, connection: "connected", outboxItems: 3 } });
    feed.publish(online);
    pass(BURST_MS);
    feed.publish({ ...online, reading: { ...reading } });
    expect(seqs(messages)).toEqual([0, 1, 2]);
    expect(messages.at(-1)).toMatchObject({ state: "online", since: online.since, reading });
    pass(BURST_MS);
    feed.publish({ ...online, reading: { ...reading } });
    pass(BURST_MS);
    expect(messages).toHaveLength(3);
  });

  it("sends a change if the last known state is confirmed again, and reports since when it was held", () => {
    const held: (number | undefined)[] = [];
    const feed = feedOf({ onChange: (_status, heldSince) => held.push(heldSince) });
    const { messages } = listen(feed);
    const lastKnown = (at: number): TimedStatus =>
      statusOf("unknown", { since: at, source: oneWay, lastKnown: { state: "online", at }, heldSince: at - 1 });
    feed.publish(lastKnown(1000));
    pass(BURST_MS);
    feed.publish(lastKnown(2000));
    expect(messages.slice(1)).toMatchObject([{ lastKnown: { at: 1000 } }, { lastKnown: { at: 2000 } }]);
    expect(held).toEqual([999, 1999]);
  });
});

describe("Feed, when the source fails", () => {
  it("makes the state unknown from now on", () => {
    const feed = feedOf();
    feed.publish(statusOf("online", { ageMs: 60_000 }));
    pass(BURST_MS);
    feed.setUnavailable("stopped", "gone");
    expect(feed.status()).toMatchObject({
      state: "unknown",
      since: Date.now(),
      ageMs: 0,
      source: { status: "unavailable", reason: "stopped", detail: "gone" },
    });
  });

  it("keeps since if the state was unknown before", () => {
    const feed = feedOf();
    feed.publish(statusOf("unknown"));
    const since = Date.now();
    pass(1000);
    feed.setUnavailable("stopped", "gone");
    expect(feed.status()).toMatchObject({ state: "unknown", since, ageMs: 1000, source: { reason: "stopped" } });
  });

  it("drops a status that still waits in a burst", () => {
    const feed = feedOf();
    const { messages } = listen(feed);
    feed.publish(statusOf("online"));
    feed.publish(statusOf("offline", { reading: { at: Date.now(), outboxItems: 3 } }));
    feed.setUnavailable("stopped", "gone");
    pass(BURST_MS);
    expect(messages.slice(1)).toMatchObject([{ state: "online" }, { state: "unknown", source: { reason: "stopped" } }]);
    expect(JSON.stringify(messages)).not.toMatch(/"offline"(?!:)|outboxItems/);
  });
});

describe("Feed, with subscribers", () => {
  it("sends heartbeats every 5 s with the current number, by one timer, while there are subscribers", () => {
    const feed = feedOf();
    expect(vi.getTimerCount()).toBe(0);
    const first = listen(feed);
    const second = listen(feed);
    expect(vi.getTimerCount()).toBe(1);
    feed.publish(statusOf("online"));
    pass(5000);
    expect(first.messages.at(-1)).toEqual({ type: "heartbeat", seq: 1 });
    first.leave();
    pass(5000);
    expect(first.messages.filter(({ type }) => type === "heartbeat")).toHaveLength(1);
    expect(second.messages.filter(({ type }) => type === "heartbeat")).toHaveLength(2);
    second.leave();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("makes the text of a change once for all", () => {
    const feed = feedOf();
    const all = Array.from({ length: 64 }, () => listen(feed));
    const made = vi.spyOn(JSON, "stringify");
    feed.publish(statusOf("online"));
    expect(made).toHaveBeenCalledTimes(1);
    made.mockRestore();
    expect(all.map(({ messages }) => messages.at(-1)?.type)).toEqual(Array.from({ length: 64 }, () => "change"));
  });

  it("tolerates a subscriber that unsubscribes while it receives a message", () => {
    const feed = feedOf();
    const seen: string[] = [];
    let unsubscribeFirst = (): void => undefined;
    unsubscribeFirst = feed.subscribe(() => {
      seen.push("first");
      unsubscribeFirst();
    });
    feed.subscribe(() => seen.push("second"));
    feed.publish(statusOf("online"));
    pass(BURST_MS);
    feed.publish(statusOf("offline"));
    expect(seen).toEqual(["first", "second", "first", "second", "second"]);
  });

  it("has no timer and calls no subscriber after close", () => {
    const changes: State[] = [];
    const feed = feedOf({ onChange: ({ state }) => changes.push(state) });
    const { messages } = listen(feed);
    feed.publish(statusOf("online"));
    feed.publish(statusOf("offline"));
    feed.close();
    feed.close();
    pass(BURST_MS);
    feed.publish(statusOf("online"));
    feed.setUnavailable("stopped", "gone");
    feed.subscribe(() => {
      throw new Error("called after close");
    });
    pass(10_000);
    expect(vi.getTimerCount()).toBe(0);
    expect(messages).toHaveLength(2);
    expect(changes).toEqual(["online"]);
  });
});
