/** Joins a source to the feed, and keeps the feed honest when the source fails. */
import { describe } from "../failure.js";
import type { Log } from "../log/log.js";
import type { OfflineStateSource, SourceSubscription } from "../source/offline-state-source.js";
import type { Feed } from "./feed.js";

/**
 * Subscribes `feed` to `source`. Never throws: a source that cannot be subscribed to, or whose report cannot be taken,
 * leaves the state unknown, unavailable with the reason "stopped" and what happened as the detail.
 */
export function follow(source: OfflineStateSource, feed: Feed, log: Log): SourceSubscription {
  let subscription: SourceSubscription | undefined;
  const life = { over: false };

  const fail = (thrown: unknown): void => {
    life.over = true;
    log.error({ err: thrown }, "the source failed");
    feed.lose("stopped", describe(thrown).slice(0, 200));
    close();
  };

  const close = (): void => {
    life.over = true;
    const ending = subscription;
    subscription = undefined;
    try {
      ending?.close();
    } catch (thrown) {
      log.error({ err: thrown }, "the source could not be closed");
    }
  };

  try {
    subscription = source.subscribe((report) => {
      if (life.over) return;
      try {
        feed.report(report);
      } catch (thrown) {
        fail(thrown);
      }
    });
    // The very first report may have failed while subscribe was still running.
    if (life.over) close();
  } catch (thrown) {
    fail(thrown);
  }

  return {
    refresh() {
      try {
        subscription?.refresh();
      } catch (thrown) {
        fail(thrown);
      }
    },
    close,
  };
}
