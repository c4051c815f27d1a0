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
  /** Unix milliseconds at which Outlook last said the state, by a notification or a reading; null while it is unknown. */
  readonly confirmedAt?: number | null | undefined;
  /** What was read in Outlook beside the state, if anything was. */
  readonly reading?: SourceReading | undefined;
  /** Version of the agent, while there is one. */
  readonly agent?: string | undefined;
}

/** One reading in Outlook: a value that is missing could not be read. */
export interface SourceReading {
  /** When it was read, Unix milliseconds. */
  readonly at: number;
  /** Outlook's OlExchangeConnectionMode; 0 when the profile has no Exchange account. */
  readonly exchangeConnectionMode?: number | undefined;
  /** Items in the Outbox. */
  readonly outboxItems?: number | undefined;
}

/** A running registration. */
export interface SourceSubscription {
  /**
   * A pane has connected: the agent reads the state again, or, while there is no agent, the source looks again whether
   * Outlook runs without it. Returns at once; what comes of it is a report.
   */
  refresh(): void;
  /** Ends the registration; no report comes after it. Idempotent; may be called from the listener. */
  close(): void;
}

/**
 * Where the bridge learns Outlook's state. The native module stands behind it in the product; anything with this
 * interface can stand in for it. The first report comes within a second of subscribing, then one for each change, and
 * one for each confirmation or reading of a state that stays.
 */
export interface OfflineStateSource {
  subscribe(listener: (report: SourceReport) => void): SourceSubscription;
}
