/** Connects the state source to the feed, and makes the state unknown if the source fails. */
import type { NativeSubscription } from "../../native/index.js";
import type { Log } from "../log/log.js";
import type { StateSource } from "../state-source.js";
import { messageOf } from "../user-error.js";
import type { Feed } from "./feed.js";

/**
 * Publishes every status of `source` on `feed`. Never throws: if the source cannot be subscribed to, or a status cannot be published,
 * the state becomes unknown, with the reason "stopped" and the error as detail.
 */
export function connectSource(source: StateSource, feed: Feed, log: Log): NativeSubscription {
  let subscription: NativeSubscription | undefined;
  const run = { ended: false };

  const fail = (error: unknown): void => {
    run.ended = true;
    log.error({ err: error }, "the state source failed");
    feed.setUnavailable("stopped", messageOf(error).slice(0, 200));
    close();
  };

  const close = (): void => {
    run.ended = true;
    const closing = subscription;
    subscription = undefined;
    try {
      closing?.close();
    } catch (error) {
      log.error({ err: error }, "the state source could not be closed");
    }
  };

  try {
    subscription = source.subscribe((status) => {
      if (run.ended) return;
      try {
        feed.publish(status);
      } catch (error) {
        fail(error);
      }
    });
    // The first status may have failed before subscribe() returned.
    if (run.ended) close();
  } catch (error) {
    fail(error);
  }

  return {
    refresh() {
      try {
        subscription?.refresh();
      } catch (error) {
        fail(error);
      }
    },
    close,
  };
}
