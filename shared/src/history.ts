/**
 * The history: what `GET /history?hours=<1..720>` answers. Depends on neither Node nor the DOM.
 * The document is docs/protocol/http.md; the one validator is in validate.ts.
 */
import type { PROTOCOL, Reason, State } from "./protocol.js";

/** Path of the history on the bridge's origin. */
export const HISTORY_PATH = "/history";
/** How many hours are told when the request names none. */
export const HISTORY_HOURS_DEFAULT = 24;
/** The most hours that a request may ask for: 30 days. */
export const HISTORY_HOURS_MAX = 720;

/** One stretch of time in one state, [from, to) in Unix milliseconds. */
export interface HistorySpan {
  readonly state: State;
  readonly from: number;
  readonly to: number;
  /** Why nothing was known; absent when nobody was there to know. */
  readonly reason?: Reason | undefined;
}

/** Contiguous, ascending spans that cover [from, now] without a hole; time that nobody watched is unknown. */
export interface History {
  readonly protocol: typeof PROTOCOL;
  /** The bridge's clock when it answered, Unix milliseconds. */
  readonly now: number;
  readonly from: number;
  readonly spans: readonly HistorySpan[];
}
