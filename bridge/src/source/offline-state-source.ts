import type { SourceStatus, State } from "../../../shared/src/protocol.js";

/** One whole picture of what is known now. Complete: a listener may drop all but the newest. */
export interface SourceReport {
  readonly state: State;
  /** Unix milliseconds at which the state began; null when it was found rather than seen to begin. */
  readonly since: number | null;
  /** Milliseconds that the state had lasted when this report was delivered, by a monotonic clock. */
  readonly ageMs: number;
  /** The agent's number of this picture; a gap means that a burst was shortened. 0 while there is no agent. */
  readonly number: number;
  readonly source: SourceStatus;
  /** Version of the agent, while there is one. */
  readonly agent?: string | undefined;
}

/** A running registration. */
export interface SourceSubscription {
  /** A pane has connected: look again whether Outlook runs without the agent. Returns at once. */
  lookAgain(): void;
  /** Ends the registration; no report comes after it. Idempotent; may be called from the listener. */
  close(): void;
}

/**
 * Where the bridge learns Outlook's state. The native module stands behind it in the product; anything with this
 * interface can stand in for it. The first report comes within a second of subscribing, then one for each change.
 */
export interface OfflineStateSource {
  subscribe(listener: (report: SourceReport) => void): SourceSubscription;
}
