/** The source that stands behind the product: the native module, as an OfflineStateSource. */
import * as v from "valibot";
import { parts } from "../../../shared/src/validate.js";
import type { NativeBinding } from "./native-binding.js";
import type { OfflineStateSource, SourceReport } from "./offline-state-source.js";

const reading = v.object({
  at: parts.natural,
  exchangeConnectionMode: v.optional(parts.natural),
  outboxItems: v.optional(parts.natural),
});

const report = v.pipe(
  v.object({
    state: parts.state,
    since: v.nullable(parts.natural),
    ageMs: parts.natural,
    number: parts.natural,
    source: parts.source,
    agent: v.optional(v.string()),
    confirmedAt: v.optional(v.nullable(parts.natural)),
    reading: v.optional(reading),
  }),
  v.check(({ state, source }) => state === "unknown" || source.status === "listening", "a state without a source"),
);

/**
 * Outlook's state, as the agent of this user and `home` tells it. A report that is not one, which only a native module of
 * another version can make, becomes the unknown state: no mistake of ours may look like a state of Outlook's.
 */
export function createNativeSource(binding: NativeBinding, options: { readonly home: string }): OfflineStateSource {
  return {
    subscribe(listener) {
      return binding.subscribe({ home: options.home }, (value) => {
        listener(reportOf(value));
      });
    },
  };
}

function reportOf(value: unknown): SourceReport {
  const checked = v.safeParse(report, value);
  if (checked.success) return checked.output;
  const detail = `The native module is of another version than this bridge: ${v.summarize(checked.issues)}`;
  return {
    state: "unknown",
    since: null,
    ageMs: 0,
    number: 0,
    source: { status: "unavailable", reason: "agent-incompatible", detail },
  };
}
