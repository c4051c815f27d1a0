/** The source that stands behind the product: the native module, as an OfflineStateSource. */
import * as v from "valibot";
import { parts } from "../../../shared/src/validate.js";
import type { NativeBinding } from "./native-binding.js";
import { nextReport } from "./next-report.js";
import type { OfflineStateSource, SourceReport } from "./offline-state-source.js";

const report = v.pipe(
  v.object({
    state: parts.state,
    since: v.nullable(parts.natural),
    ageMs: parts.natural,
    number: parts.natural,
    source: parts.source,
    agent: v.optional(v.string()),
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
      let last: SourceReport | undefined;
      return binding.subscribe({ home: options.home }, (value) => {
        last = (last && nextReport(value, last)) ?? reportOf(value);
        listener(last);
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
