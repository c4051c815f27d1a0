import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { checkOfMessages, type MessageCheck } from "../../../test/support/protocol-document.js";
import type { FeedMessage, State } from "../../../shared/src/protocol.js";
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

  it("does not keep the since of the state that was lost with the source", () => {
    const feed = feedOf();
    feed.report(report("online", { since: wall - 60_000, ageMs: 60_000 }));
    pass(BURST_MS);
    feed.lose("stopped", "gone");
    expect(feed.present()).toMatchObject({ state: "unknown", since: wall, ageMs: 0 });
  });

  it("drops a state that still waited in a burst when the source was lost, also for the next source", () => {
    const feed = feedOf();
    const { messages } = listen(feed);
    feed.report(report("online"));
    feed.report(report("offline", { reading: { at: wall, outboxItems: 3 } }));
    feed.lose("stopped", "gone");
    pass(BURST_MS);
    feed.report({ ...report("unknown"), since: wall });
    pass(BURST_MS);
    expect(messages.slice(1)).toMatchObject([
      { state: "online" },
      { state: "unknown", source: { reason: "stopped" } },
      { state: "unknown", source: listening },
    ]);
    expect(JSON.stringify(messages)).not.toMatch(/"offline"(?!:)|outboxItems/);
  });

  it("takes since from a notification that came before the source listened", () => {
    const feed = feedOf();
    const began = wall;
    pass(1000);
    feed.report(report("offline", { since: began, ageMs: 1000 }));
    expect(feed.present()).toMatchObject({ state: "offline", since: began, ageMs: 1000 });
  });

  const unavailable = { status: "unavailable", reason: "open-failed", code: "0x8004010F", detail: "d" } as const;
  it.each<[string, SourceReport["source"], SourceReport["source"]]>([
    ["reason", unavailable, { ...unavailable, reason: "advise-failed" }],
    ["code", unavailable, { ...unavailable, code: "0x80004002" }],
    ["detail", unavailable, { ...unavailable, detail: "e" }],
    ["status", unavailable, { status: "starting" }],
    ["profile", listening, { ...listening, profile: "Q" }],
    ["version of Outlook", listening, { ...listening, outlook: "16.1" }],
    ["notifies.online", listening, { ...listening, notifies: { online: false, offline: true } }],
    ["notifies.offline", listening, { ...listening, notifies: { online: true, offline: false } }],
  ])("includes each part of the source: another %s is a change", (_part, before, after) => {
    const feed = feedOf();
    const nothing = report("unknown", { since: null, source: before });
    feed.report(nothing);
    pass(BURST_MS);
    const { messages } = listen(feed);
    feed.report({ ...nothing, source: { ...before } });
    pass(BURST_MS);
    expect(messages).toHaveLength(1);
    feed.report({ ...nothing, source: after });
    expect(messages.slice(1)).toMatchObject([{ type: "change", source: after }]);
  });

  it("survives an age that is no number", () => {
    const feed = feedOf();
    const { messages } = listen(feed);
    feed.report(report("online", { ageMs: Number.NaN }));
    expect(messages.at(-1)).toMatchObject({ ageMs: 0 });
  });
});

const oneWay = { ...listening, notifies: { online: true, offline: false } } as const;

describe("a state whose end Outlook does not notify", () => {
  it.each([
    ["online", { online: true, offline: false }],
    ["online", { online: false, offline: false }],
    ["offline", { online: false, offline: true }],
    ["offline", { online: false, offline: false }],
  ] as const)("is unknown from when it was confirmed last: %s with %o", (state, notifies) => {
    const feed = feedOf();
    const { messages } = listen(feed);
    const at = wall - 5000;
    feed.report(
      report(state, { since: at - 60_000, ageMs: 65_000, confirmedAt: at, source: { ...listening, notifies } }),
    );
    const past = { state: "unknown", since: at, ageMs: 5000, lastKnown: { state, at } };
    expect(messages.at(-1)).toMatchObject({ type: "change", seq: 1, ...past });
    pass(1000);
    expect(listen(feed).messages[0]).toMatchObject({ ...past, ageMs: 6000 });
  });

  it.each([
    ["online", { online: false, offline: true }],
    ["offline", { online: true, offline: false }],
  ] as const)("does not concern a state whose end is notified: %s with %o", (state, notifies) => {
    const feed = feedOf();
    feed.report(report(state, { confirmedAt: wall, source: { ...listening, notifies } }));
    expect(feed.present()).toMatchObject({ state, since: wall });
    expect(feed.present().lastKnown).toBeUndefined();
  });

  it("is confirmed again by a later report, which is a change", () => {
    const feed = feedOf();
    const { messages } = listen(feed);
    const found = report("online", { since: null, confirmedAt: wall, source: oneWay });
    feed.report(found);
    pass(60_000);
    // The same moment, rounded otherwise.
    feed.report({ ...found, ageMs: 60_000, number: 2, confirmedAt: (found.confirmedAt ?? 0) + 1 });
    expect(seqs(messages.filter(({ type }) => type === "change"))).toEqual([1]);
    feed.report({ ...found, ageMs: 60_000, number: 3, confirmedAt: wall - 10 });
    expect(messages.at(-1)).toMatchObject({
      type: "change",
      seq: 2,
      since: wall - 10,
      ageMs: 10,
      lastKnown: { state: "online", at: wall - 10 },
    });
  });

  it.each([
    ["since", { since: 1_767_257_990_000, ageMs: 10_000 }, 1_767_257_990_000],
    ["the age of a state that was found", { since: null, ageMs: 7000 }, 1_767_257_993_000],
    ["now, if the clock was set back after it", { since: null, confirmedAt: 1_767_258_100_000 }, 1_767_258_000_000],
  ])("is dated by %s", (_by, more, at) => {
    const feed = feedOf();
    feed.report(report("online", { source: oneWay, ...more }));
    expect(feed.present()).toMatchObject({ state: "unknown", since: at, lastKnown: { state: "online", at } });
  });

  it("is no last known state any more once the source is unavailable, nor when nothing was read", () => {
    const feed = feedOf();
    const found = report("online", { confirmedAt: wall, reading: { at: wall, outboxItems: 3 }, source: oneWay });
    const lost = { status: "unavailable", reason: "outlook-not-running" } as const;
    feed.report(found);
    feed.report({ ...found, source: lost });
    pass(BURST_MS);
    expect(feed.present()).toEqual({ state: "unknown", since: wall - BURST_MS, ageMs: BURST_MS, source: lost });
    feed.report(found);
    pass(BURST_MS);
    feed.lose("stopped", "gone");
    pass(BURST_MS);
    expect(feed.present().lastKnown).toBeUndefined();
    expect(feed.present().reading).toBeUndefined();
    feed.report({ ...found, state: "unknown", reading: undefined });
    pass(BURST_MS);
    expect(feed.present().lastKnown).toBeUndefined();
  });

  it("tells from when on it is known to have lasted, for the history", () => {
    const held: (number | undefined)[] = [];
    const feed = feedOf({ onChange: (_present, from) => held.push(from) });
    const began = wall - 60_000;
    const found = { since: null, source: oneWay };
    const seen = report("online", { since: began, ageMs: 60_000, confirmedAt: wall, source: oneWay });
    const first = wall;
    feed.report(seen);
    pass(60_000);
    feed.report({ ...seen, confirmedAt: wall });
    const second = wall;
    pass(60_000);
    feed.report({ ...seen, confirmedAt: wall, source: { ...oneWay, profile: "Q" } });
    pass(60_000);
    // Offline is current, and its end is notified.
    feed.report(report("offline", { source: oneWay }));
    pass(60_000);
    feed.report(report("online", { ...found, confirmedAt: wall }));
    const third = wall;
    pass(60_000);
    // Without any notification it may have ended and come back unnoticed.
    const deaf = { ...listening, notifies: { online: false, offline: false } };
    feed.report(report("online", { ...found, confirmedAt: wall, source: deaf }));
    pass(60_000);
    feed.report(report("online", { ...found, confirmedAt: wall, source: deaf }));
    expect([first, second].every((time) => time > began)).toBe(true);
    expect(held).toEqual([began, first, began, undefined, third, wall - 60_000, wall]);
  });
});

describe("a reading", () => {
  it.each([
    [0, undefined],
    [100, "working-offline"],
    [200, "working-offline"],
    [300, "disconnected"],
    [400, "disconnected"],
    [500, "connected"],
    [600, "connected"],
    [700, "connected"],
    [800, "connected"],
    [900, undefined],
    [undefined, undefined],
  ])("tells what OlExchangeConnectionMode %j means: %s", (exchangeConnectionMode, connection) => {
    const feed = feedOf();
    const { messages } = listen(feed);
    feed.report(report("online", { reading: { at: wall, exchangeConnectionMode, outboxItems: 0 } }));
    expect(messages.at(-1)).toMatchObject({ state: "online", reading: { at: wall, outboxItems: 0 } });
    expect(feed.present().reading?.connection).toBe(connection);
  });

  it("is left out if it says nothing", () => {
    const feed = feedOf();
    feed.report(report("online", { reading: { at: wall, exchangeConnectionMode: 0 } }));
    expect(feed.present().reading).toBeUndefined();
  });

  it.each([
    ["time", { at: 1001, exchangeConnectionMode: 700, outboxItems: 3 }],
    ["connection", { at: 1, exchangeConnectionMode: 300, outboxItems: 3 }],
    ["number of messages", { at: 1, exchangeConnectionMode: 700, outboxItems: 4 }],
  ])("is a change if it differs in its %s, and changes no state", (_part, reading) => {
    const feed = feedOf();
    const { messages } = listen(feed);
    const online = report("online", { reading: { at: 1, exchangeConnectionMode: 700, outboxItems: 3 } });
    feed.report(online);
    pass(BURST_MS);
    feed.report({ ...online, reading: { ...reading } });
    expect(seqs(messages)).toEqual([0, 1, 2]);
    expect(messages.at(-1)).toMatchObject({ state: "online", since: online.since });
    pass(BURST_MS);
    feed.report({ ...online, reading: { ...reading, at: reading.at + 1 } });
    pass(BURST_MS);
    expect(messages).toHaveLength(3);
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
  it("has no timer and calls nobody", () => {
    const changes: State[] = [];
    const feed = feedOf({ onChange: ({ state }) => changes.push(state) });
    const { messages } = listen(feed);
    feed.report(report("online"));
    feed.report(report("offline"));
    feed.close();
    feed.close();
    pass(BURST_MS);
    feed.report(report("online"));
    feed.lose("stopped", "gone");
    feed.subscribe(() => {
      throw new Error("told");
    });
    pass(10_000);
    expect(vi.getTimerCount()).toBe(0);
    expect(messages).toHaveLength(2);
    expect(changes).toEqual(["online"]);
  });
});
