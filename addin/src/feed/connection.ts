import type { Present } from "../../../shared/src/protocol.js";

/** Why a connection is not there (any more). */
export type Lost =
  /** The bridge did not answer, or the socket broke. */
  | "unreachable"
  /** The bridge said that it stops (1001). */
  | "stopping"
  /** The bridge has no place for one more (1013, or the connection is refused although nothing else is wrong with it). */
  | "busy"
  /** The bridge answers, and refuses the connection; `httpStatus` says how. */
  | "rejected"
  /** Two heartbeats did not come. */
  | "silent"
  /** A change was missed, or the feed began anew within one connection. */
  | "gap"
  /** Something came that the protocol does not have. */
  | "malformed"
  /** The machine slept, or its clock was set: durations can no longer be trusted. */
  | "slept";

/** There is no connection now. Times are of the monotonic clock, in milliseconds. */
export interface Unconnected {
  readonly status: "connecting" | "waiting";
  /** Tries that have failed since the last good connection. */
  readonly failures: number;
  readonly lost: Lost | null;
  /** HTTP status of the refusal, when `lost` is "rejected". */
  readonly httpStatus: number | null;
  /** When the next try comes; null while one is under way, and while the page is hidden. */
  readonly retryAt: number | null;
}

/** What the pane knows about its connection to the bridge. */
export type Connection =
  | {
      readonly status: "live";
      readonly present: Present;
      /** When `present` came; of the monotonic clock, in milliseconds. */
      readonly heardAt: number;
      readonly bridgeVersion: string;
    }
  | Unconnected
  /** The bridge speaks another protocol; trying again would not help. */
  | { readonly status: "refused" };

export const NOT_YET: Unconnected = { status: "connecting", failures: 0, lost: null, httpStatus: null, retryAt: null };
