import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { checkOfMessages, type MessageCheck } from "../../../test/support/protocol-document.js";
import type { FeedMessage } from "../../../shared/src/protocol.js";
import { validateFrame } from "../../../shared/src/validate.js";
import type { SourceReport } from "../source/offline-state-source.js";
import { BURST_MS, Feed, type FeedOptions } from "./feed.js";

const listening = {
  status: "listening",
  profile: "P",
  outlook: "16.0",
  notifies: { online: true, offline: true },
} as const;

let wall = 1_767_258_000_000;
let steady = 0;
let check: MessageCheck;

beforeEach(async () => {
  check = await checkOfMessages();
  vi.useFakeTimers();
  wall = 1_767_258_000_000;
  steady = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

/** Both clocks and all timers go on. */
function pass(milliseconds: number): void {
  for (let left = milliseconds; left > 0; left -= 1) {
    wall += 1;
    steady += 1;
    vi.advanceTimersByTime(1);
  }
}

function report(state: SourceReport["state"], more: Partial<SourceReport> = {}): SourceReport {
  return { state, since: wall, ageMs: 0, number: 1, source: listening, ...more };
}

function feedOf(more: Partial<FeedOptions> = {}): Feed {
  return new Feed({ version: "1.2.3", clocks: { unix: () => wall, monotonic: () => steady }, ...more });
}

/** A subscriber that keeps every message, each held against the protocol's document and the validator. */
function listen(feed: Feed): { messages: FeedMessage[]; leave: () => void } {
  const messages: FeedMessage[] = [];
  const leave = feed.subscribe((text) => {
    check(text);
    const validated = validateFrame(text);
    if (validated.kind !== "message") throw new Error(text);
    messages.push(validated.message);
  });
  return { messages, leave };
}

const seqs = (messages: readonly FeedMessage[]): number[] => messages.map(({ seq }) => seq);

describe("a feed", () => {
  it("says that nothing is known yet, before the source has spoken", () => {
    const { messages } = listen(feedOf());
    expect(messages).toMatchObject([
      { type: "snapshot", protocol: 1, seq: 0, state: "unknown", since: null, source: { status: "starting" } },
    ]);
  });

  it("begins with a snapshot of the present, and numbers each change from there", () => {
    const feed = feedOf();
    feed.report(report("online", { since: null, ageMs: 500 }));
    pass(1000);
    const { messages } = listen(feed);
    feed.report(report("offline"));
    expect(messages).toMatchObject([
      { type: "snapshot", seq: 1, state: "online", since: null, ageMs: 1500, bridge: { version: "1.2.3" } },
      { type: "change", seq: 2, state: "offline", since: wall, ageMs: 0 },
    ]);
  });

  it("tells a change once, and nothing when nothing differs", () => {
    const feed = feedOf();
    const { messages } = listen(feed);
    const once = report("online");
    feed.report(once);
    pass(BURST_MS + 1);
    feed.report({ ...once, number: 2, ageMs: BURST_MS + 1, source: { ...listening } });
    pass(BURST_MS + 1);
    expect(seqs(messages)).toEqual([0, 1]);
  });

  it("has another epoch in each life", () => {
    expect(feedOf().epoch).not.toBe(feedOf().epoch);
  });

  it("measures the age when it sends, and not by the clock on the wall", () => {
    const feed = feedOf();
    feed.report(report("online"));
    pass(100);
    wall += 3_600_000;
    const late = listen(feed);
    wall -= 2 * 3_600_000;
    const later = listen(feed);
    expect(late.messages[0]).toMatchObject({ ageMs: 100 });
    expect(later.messages[0]).toMatchObject({ ageMs: 100 });
  });
});

describe("a burst", () => {
  it("sends the first change at once, and then the newest after 50 ms, without a gap in the numbers", () => {
    const feed = feedOf();
    const { messages } = listen(feed);
    for (let number = 0; number < 10_000; number += 1) feed.report(report(number % 2 === 0 ? "offline" : "online"));
    expect(seqs(messages)).toEqual([0, 1]);
    pass(BURST_MS);
    expect(seqs(messages)).toEqual([0, 1, 2]);
    expect(messages.at(-1)).toMatchObject({ state: "online" });
  });

  it("reaches a subscriber with one change each 50 ms at most, however long it lasts, and ends on the right state", () => {
    const feed = feedOf();
    const { messages } = listen(feed);
    for (let time = 0; time < 1000; time += 1) {
      feed.report(report(time % 2 === 0 ? "offline" : "online"));
      pass(1);
    }
    feed.report(report("offline"));
    pass(BURST_MS);
    expect(messages.length).toBeLessThanOrEqual(1 + 1 + 1000 / BURST_MS + 1);
    expect(seqs(messages)).toEqual(messages.map((_, index) => index));
    expect(messages.at(-1)).toMatchObject({ state: "offline" });
  });

  it("that ends where it began is no change", () => {
    const feed = feedOf();
    const first = report("online");
    feed.report(first);
    const { messages } = listen(feed);
    feed.report(report("offline"));
    feed.report(first);
    pass(BURST_MS * 2);
    expect(messages).toHaveLength(1);
  });

  it("gives who comes in the middle a snapshot to which the next change fits", () => {
    const feed = feedOf();
    feed.report(report("online"));
    feed.report(report("offline"));
    const { messages } = listen(feed);
    pass(BURST_MS);
    expect(messages).toMatchObject([
      { type: "snapshot", seq: 1, state: "online" },
      { type: "change", seq: 2, state: "offline" },
    ]);
  });
});

describe("the truth of a feed", () => {
  it("is unknown whenever the source does not listen, whatever the source says", () => {
    const feed = feedOf();
    const { messages } = listen(feed);
    feed.report(report("online", { since: wall - 60_000, ageMs: 60_000 }));
    pass(BURST_MS);
    feed.report(report("online", { source: { status: "unavailable", reason: "agent-missing" } }));
    expect(messages.at(-1)).toMatchObject({ state: "unknown", since: wall, ageMs: 0 });
  });

  it("keeps since when it has been unknown, if only the reason changes", () => {
    const feed = feedOf();
    feed.report(report("online"));
    pass(BURST_MS);
    feed.lose("stopped", "gone");
    const since = wall;
    pass(1000);
    feed.report(report("online", { source: { status: "unavailable", reason: "agent-missing" } }));
    expect(feed.present()).toMatchObject({ state: "unknown", since, ageMs: 1000, source: { reason: "agent-missing" } });
  });

  it("survives an age that is no number", () => {
    const feed = feedOf();
    const { messages } = listen(feed);
    feed.report(report("online", { ageMs: Number.NaN }));
    expect(messages.at(-1)).toMatchObject({ ageMs: 0 });
  });
});

describe("heartbeats", () => {
  it("come every 5 s with the present number, by one timer for all, while somebody listens", () => {
    const feed = feedOf();
    expect(vi.getTimerCount()).toBe(0);
    const first = listen(feed);
    const second = listen(feed);
    expect(vi.getTimerCount()).toBe(1);
    feed.report(report("online"));
    pass(5000);
    expect(first.messages.at(-1)).toEqual({ type: "heartbeat", seq: 1 });
    first.leave();
    pass(5000);
    expect(first.messages.filter(({ type }) => type === "heartbeat")).toHaveLength(1);
    expect(second.messages.filter(({ type }) => type === "heartbeat")).toHaveLength(2);
    second.leave();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("many subscribers", () => {
  it("share the text of a change, which is made once", () => {
    const feed = feedOf();
    const all = Array.from({ length: 64 }, () => listen(feed));
    const made = vi.spyOn(JSON, "stringify");
    feed.report(report("online"));
    expect(made).toHaveBeenCalledTimes(1);
    made.mockRestore();
    expect(all.map(({ messages }) => messages.at(-1)?.type)).toEqual(Array.from({ length: 64 }, () => "change"));
  });

  it("bear one that leaves while it is told", () => {
    const feed = feedOf();
    const seen: string[] = [];
    let leaveFirst = (): void => undefined;
    leaveFirst = feed.subscribe(() => {
      seen.push("first");
      leaveFirst();
    });
    feed.subscribe(() => seen.push("second"));
    feed.report(report("online"));
    pass(BURST_MS);
    feed.report(report("offline"));
    expect(seen).toEqual(["first", "second", "first", "second", "second"]);
  });
});

describe("a closed feed", () => {
  it("has no timer and tells nobody anything", () => {
    const feed = feedOf();
    const { messages } = listen(feed);
    feed.report(report("online"));
    feed.report(report("offline"));
    feed.close();
    feed.close();
    feed.report(report("online"));
    feed.subscribe(() => {
      throw new Error("told");
    });
    pass(10_000);
    expect(vi.getTimerCount()).toBe(0);
    expect(messages).toHaveLength(2);
  });
});
