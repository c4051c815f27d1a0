import { describe, expect, it } from "vitest";
import { silentLog } from "../log/log.js";
import type { OfflineStateSource, SourceReport } from "../source/offline-state-source.js";
import { Feed } from "./feed.js";
import { follow } from "./follow.js";

const online: SourceReport = {
  state: "online",
  since: null,
  ageMs: 0,
  number: 1,
  source: { status: "listening", profile: "P", outlook: "16", notifies: { online: true, offline: true } },
};
const feedOf = (): Feed => new Feed({ version: "1" });
/** What only a source that broke its contract reports. */
const broken = JSON.parse("null") as SourceReport;

describe("following a source", () => {
  it("leaves the state unknown and says why, where the source cannot be subscribed to", () => {
    const feed = feedOf();
    const source: OfflineStateSource = {
      subscribe: () => {
        throw new Error("the module is of another architecture");
      },
    };
    const subscription = follow(source, feed, silentLog());
    expect(feed.present()).toMatchObject({
      state: "unknown",
      source: { status: "unavailable", reason: "stopped", detail: "the module is of another architecture" },
    });
    subscription.refresh();
    subscription.close();
  });

  it.each([
    ["while it is subscribed to", true],
    ["later", false],
  ])("is over when a report cannot be taken, %s: no old state stays", async (_when, atOnce) => {
    const feed = feedOf();
    let closed = 0;
    let tell: (report: SourceReport) => void = () => undefined;
    const source: OfflineStateSource = {
      subscribe: (listener) => {
        tell = listener;
        listener(online);
        if (atOnce) listener(broken);
        return {
          refresh: () => undefined,
          close: () => {
            closed += 1;
          },
        };
      },
    };
    follow(source, feed, silentLog());
    if (!atOnce) tell(broken);
    tell(online);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(feed.present()).toMatchObject({ state: "unknown", source: { status: "unavailable", reason: "stopped" } });
    expect(closed).toBe(1);
    feed.close();
  });

  it("becomes unknown when looking again fails", async () => {
    const feed = feedOf();
    const subscription = follow(
      {
        subscribe: (listener) => {
          listener(online);
          return {
            refresh: () => {
              throw new Error("gone");
            },
            close: () => {
              throw new Error("gone too");
            },
          };
        },
      },
      feed,
      silentLog(),
    );
    subscription.refresh();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(feed.present()).toMatchObject({ state: "unknown", source: { detail: "gone" } });
    feed.close();
  });
});
