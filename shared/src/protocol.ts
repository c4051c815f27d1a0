/**
 * Feed protocol 1: what the bridge says to a pane, over `wss://localhost:<port>/feed`. Depends on neither Node nor the DOM.
 * The document is docs/protocol/feed.asyncapi.yaml; the one validator is in validate.ts.
 */

/** WebSocket subprotocol name. */
export const SUBPROTOCOL = "offline-state.v1";
/** Value of `protocol` in a snapshot. */
export const PROTOCOL = 1;
/** Path of the feed on the bridge's origin. */
export const FEED_PATH = "/feed";
/** Milliseconds between two heartbeats. */
export const HEARTBEAT_MS = 5000;

/** The state of Outlook itself; not of the network. */
export type State = KnownState | "unknown";
export type KnownState = "online" | "offline";

/** Why the state is not available. */
export const REASONS = [
  "outlook-not-running",
  "agent-missing",
  "agent-incompatible",
  "agent-untrusted",
  "mapi-missing",
  "open-failed",
  "no-notifications",
  "advise-failed",
  "stopped",
] as const;
export type Reason = (typeof REASONS)[number];

/** Which of the two directions Outlook notifies (MAPIOFFLINE_CAPABILITY_*). */
export interface Notifies {
  readonly online: boolean;
  readonly offline: boolean;
}

/** Whether Outlook notifies the end of `state`: only then does the state hold until a notification says otherwise. */
export function notifiesEndOf(state: KnownState, notifies: Notifies): boolean {
  return state === "online" ? notifies.offline : notifies.online;
}

/** Where the state comes from, and whether it can be believed now. */
export type SourceStatus =
  | { readonly status: "starting" }
  | { readonly status: "listening"; readonly profile: string; readonly outlook: string; readonly notifies: Notifies }
  | {
      readonly status: "unavailable";
      readonly reason: Reason;
      /** HRESULT as "0x8004010F", when a step of the API failed. */
      readonly code?: string | undefined;
      readonly detail?: string | undefined;
    };

/** A state that held at `at`, and of which nobody can say whether it still holds. */
export interface LastKnown {
  readonly state: KnownState;
  /** Unix milliseconds of the last notification or reading that confirmed it. */
  readonly at: number;
}

/** How Outlook was connected to Exchange, by its object model. */
export const EXCHANGE_CONNECTIONS = ["working-offline", "disconnected", "connected"] as const;
export type ExchangeConnection = (typeof EXCHANGE_CONNECTIONS)[number];

/** What was read in Outlook beside the state, and when. It says nothing about the time after `at`. */
export interface Reading {
  /** Unix milliseconds. */
  readonly at: number;
  /** Absent when the profile has no Exchange account, or when it could not be read. */
  readonly connection?: ExchangeConnection | undefined;
  /** Number of items in the Outbox; absent when it could not be read. */
  readonly outboxItems?: number | undefined;
}

/** What a snapshot and a change have in common. */
export interface Present {
  readonly state: State;
  /**
   * Unix milliseconds at which the state began; null when it was found rather than seen to begin. With `lastKnown` it is
   * `lastKnown.at`: from then on the state is unknown.
   */
  readonly since: number | null;
  /** Milliseconds that the state had lasted when this was sent, by a monotonic clock; a lower bound when `since` is null. */
  readonly ageMs: number;
  readonly source: SourceStatus;
  /** Present while the source listens, but Outlook does not notify the end of the state that was read last. */
  readonly lastKnown?: LastKnown | undefined;
  /** Present only while the source listens; never changes `state`. */
  readonly reading?: Reading | undefined;
}

/** The first message of every connection. */
export interface Snapshot extends Present {
  readonly type: "snapshot";
  readonly protocol: typeof PROTOCOL;
  /** Names one life of the feed: another value means that the bridge was started anew. */
  readonly epoch: string;
  readonly seq: number;
  readonly heartbeatMs: number;
  readonly bridge: { readonly version: string };
}

/** Something differs from what was said before; `seq` is the previous one plus 1. */
export interface Change extends Present {
  readonly type: "change";
  readonly seq: number;
}

/** The bridge lives, and nothing was missed if `seq` is the one last seen. */
export interface Heartbeat {
  readonly type: "heartbeat";
  readonly seq: number;
}

export type FeedMessage = Snapshot | Change | Heartbeat;

/** The close codes that the bridge uses. */
export const CloseCode = {
  /** The bridge stops. */
  goingAway: 1001,
  /** The client did what the protocol does not have. */
  policy: 1008,
  /** Too busy, or the client reads too slowly. */
  tryAgainLater: 1013,
} as const;
