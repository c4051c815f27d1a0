import { describe, expect, it } from "vitest";
import { silentLog } from "../log/log.js";
import type { StateSource, TimedStatus } from "../state-source.js";
import { connectSource } from "./connect-source.js";
import { Feed } from "./feed.js";

const online: TimedStatus = {
  state: "online",
  since: null,
  startedAt: 0,
  source: { status: "listening", profile: "P", outlook: "16", notifies: { online: true, offline: true } },
};
const feedOf = (): Feed => new Feed({ version: "1" });
/** What only a broken source reports. */
const broken = JSON.parse("null") as TimedStatus;

describe("connectSource", () => {
  it("reports an unavailable source if it cannot be subscribed to", () => {
    const feed = feedOf();
    const source: StateSource = {
      subscribe: () => {
        throw new Error("the module is of another architecture");
      },
    };
    const subscription = connectSource(source, feed, silentLog());
    expect(feed.status()).toMatchObject({
      state: "unknown",
      source: { status: "unavailable", reason: "stopped", detail: "the module is of another architecture" },
    });
    subscription.refresh();
    subscription.close();
  });

  it.each([
    ["while subscribing", true],
    ["later", false],
  ])("closes the source and makes the state unknown if a status cannot be published %s", async (_when, atOnce) => {
    const feed = feedOf();
    let closed = 0;
    let report: (status: TimedStatus) => void = () => undefined;
    const source: StateSource = {
      subscribe: (listener) => {
        report = listener;
        listener(atOnce ? broken : online);
        return {
          refresh: () => undefined,
          close: () => {
            closed += 1;
          },
        };
      },
    };
    connectSource(source, feed, silentLog());
    await new Promise((resolve) => setTimeout(resolve, 60));
    if (!atOnce) report(broken);
    report(online);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(feed.status()).toMatchObject({ state: "unknown", source: { status: "unavailable", reason: "stopped" } });
    expect(closed).toBe(1);
    feed.close();
  });

  it("makes the state unknown if refreshing fails", async () => {
    const feed = feedOf();
    const subscription = connectSource(
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
    expect(feed.status()).toMatchObject({ state: "unknown", source: { detail: "gone" } });
    feed.close();
  });
});
