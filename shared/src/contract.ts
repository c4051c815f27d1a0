/**
 * The contract between the bridge and its clients: what is sent over the feed and over HTTP, and where. The schemas are the
 * definition; the types are inferred from them. Depends on neither Node nor the DOM.
 *
 * It is documented for other clients in docs/protocol; tests compare both, in either direction.
 */
import * as v from "valibot";

/** `T`, readonly in depth. */
type Immutable<T> = T extends object ? { readonly [Key in keyof T]: Immutable<T[Key]> } : T;

/** Value of `protocol` in a snapshot and in the history. */
export const PROTOCOL = 1;
/** WebSocket subprotocol of the feed. */
export const SUBPROTOCOL = "offline-state.v1";

/**
 * Header by which a client of the feed that is not a pane identifies itself: it is not counted as one. Pages cannot set it for a
 * WebSocket.
 */
export const CLIENT_HEADER = "Offline-State-Client";
export const OBSERVER = "observer";

/** The bridge's port unless another one is asked for. */
export const DEFAULT_PORT = 38443;
/** Paths on the bridge's origin, `https://localhost:<port>`. */
export const PANE_PATH = "/taskpane.html";
export const FEED_PATH = "/feed";
export const HISTORY_PATH = "/history";
export const HEALTH_PATH = "/healthz";

/** Milliseconds between two heartbeats. */
export const HEARTBEAT_MS = 5000;

/** Hours of history that are sent when the request names none. */
export const HISTORY_HOURS_DEFAULT = 24;
/** The most hours that a request may ask for: 30 days. */
export const HISTORY_HOURS_MAX = 720;

/** The close codes that the bridge itself uses. */
export const CloseCode = {
  /** The bridge shuts down. */
  goingAway: 1001,
  /** The client did something that the protocol does not have. */
  policy: 1008,
  /** The client reads too slowly, or the bridge is busy. */
  tryAgainLater: 1013,
} as const;

/** A time or duration in milliseconds, or a count: never negative, and exact as a JavaScript number. */
export const naturalSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const knownStateSchema = v.picklist(["online", "offline"]);
export type KnownState = v.InferOutput<typeof knownStateSchema>;

/** The state of Outlook itself; not of the network. */
export const stateSchema = v.picklist([...knownStateSchema.options, "unknown"]);
export type State = v.InferOutput<typeof stateSchema>;

/**
 * Why the state is not available. On the channel (C++ `Reason`) a reason is its position in this list plus 1, so new ones
 * are only ever appended.
 */
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
const reasonSchema = v.picklist(REASONS);
export type Reason = v.InferOutput<typeof reasonSchema>;

/** Which of the two directions Outlook notifies (MAPIOFFLINE_CAPABILITY_*). */
const capabilitiesSchema = v.object({ online: v.boolean(), offline: v.boolean() });
export type Capabilities = Immutable<v.InferOutput<typeof capabilitiesSchema>>;

/** Whether Outlook notifies the end of `state`: only then does the state hold until a notification reports another. */
export function notifiesEndOf(state: KnownState, capabilities: Capabilities): boolean {
  return state === "online" ? capabilities.offline : capabilities.online;
}

/** Where the state comes from, and whether it is available. The usual status is first, because a variant tries them in order. */
export const sourceStatusSchema = v.variant("status", [
  v.object({
    status: v.literal("listening"),
    /** Name of the MAPI profile. */
    profile: v.string(),
    /** Version of Outlook. */
    outlook: v.string(),
    notifies: capabilitiesSchema,
  }),
  v.object({ status: v.literal("starting") }),
  v.object({
    status: v.literal("unavailable"),
    reason: reasonSchema,
    /** HRESULT as "0x8004010F", when a step of the API failed. */
    code: v.optional(v.string()),
    /** For support: English, and more precise than the reason. */
    detail: v.optional(v.string()),
  }),
]);
export type SourceStatus = Immutable<v.InferOutput<typeof sourceStatusSchema>>;

/** The state that was confirmed last, while the source listens but Outlook does not notify the end of that state. */
export const lastKnownSchema = v.object({
  state: knownStateSchema,
  /** Unix milliseconds of the last notification or reading that confirmed it. */
  at: naturalSchema,
});
export type LastKnown = Immutable<v.InferOutput<typeof lastKnownSchema>>;

/** How Outlook was connected to Exchange, by its object model. */
export const EXCHANGE_CONNECTIONS = ["working-offline", "disconnected", "connected"] as const;
export type ExchangeConnection = (typeof EXCHANGE_CONNECTIONS)[number];

/** What was read in Outlook beside the state. It does not change the state, and says nothing about the time after `at`. */
const readingSchema = v.object({
  /** Unix milliseconds. */
  at: naturalSchema,
  /** Absent if the profile has no Exchange account, or if it could not be read. */
  connection: v.optional(v.picklist(EXCHANGE_CONNECTIONS)),
  /** Number of items in the Outbox; absent if it could not be read. */
  outboxItems: v.optional(naturalSchema),
});
export type Reading = Immutable<v.InferOutput<typeof readingSchema>>;

const statusSchema = v.object({
  state: stateSchema,
  /**
   * Unix milliseconds at which the state began; null if it was found rather than seen to begin. With `lastKnown` it is
   * `lastKnown.at`: from then on the state is unknown.
   */
  since: v.nullable(naturalSchema),
  /** Milliseconds that the state had lasted when this was sent, by a monotonic clock; a lower bound when `since` is null. */
  ageMs: naturalSchema,
  source: sourceStatusSchema,
  lastKnown: v.optional(lastKnownSchema),
  /** Present only while the source listens. */
  reading: v.optional(readingSchema),
});
/** A complete status: the newest one is all that a client needs. */
export type Status = Immutable<v.InferOutput<typeof statusSchema>>;

/**
 * Why a status cannot be true; undefined if it can. A state is current only while the source listens and Outlook notifies the
 * end of that state.
 */
function contradictionIn({ state, source, lastKnown, reading }: Status): string | undefined {
  if (source.status !== "listening") {
    if (state !== "unknown") return "a state from a source that does not listen";
    if (lastKnown !== undefined) return "a last known state from a source that does not listen";
    return reading === undefined ? undefined : "a reading from a source that does not listen";
  }
  if (state !== "unknown" && !notifiesEndOf(state, source.notifies)) return "a state whose end Outlook does not notify";
  if (lastKnown === undefined) return undefined;
  if (state !== "unknown") return "a last known state beside a current one";
  return notifiesEndOf(lastKnown.state, source.notifies) ? "a last known state that could be current" : undefined;
}

const snapshotSchema = v.object({
  type: v.literal("snapshot"),
  protocol: v.literal(PROTOCOL),
  /** Identifies one run of the feed: another value means that the bridge was restarted. */
  epoch: v.pipe(v.string(), v.nonEmpty()),
  seq: naturalSchema,
  ...statusSchema.entries,
  heartbeatMs: v.pipe(naturalSchema, v.minValue(100), v.maxValue(60_000)),
  bridge: v.object({ version: v.string() }),
});
/** The first message of every connection. */
export type Snapshot = Immutable<v.InferOutput<typeof snapshotSchema>>;

const changeSchema = v.object({ type: v.literal("change"), seq: naturalSchema, ...statusSchema.entries });
/** Something differs from the previous message; `seq` is the previous one plus 1. */
export type Change = Immutable<v.InferOutput<typeof changeSchema>>;

const heartbeatSchema = v.object({ type: v.literal("heartbeat"), seq: naturalSchema });
/** The bridge is alive, and nothing was missed if `seq` is the one received last. */
export type Heartbeat = Immutable<v.InferOutput<typeof heartbeatSchema>>;

/** The most frequent message is first, because a variant tries them in order. */
export const feedMessageSchema = v.variant("type", [changeSchema, heartbeatSchema, snapshotSchema]);
export type FeedMessage = Immutable<v.InferOutput<typeof feedMessageSchema>>;

const historySpanSchema = v.pipe(
  v.object({ state: v.string(), from: naturalSchema, to: naturalSchema, reason: v.optional(v.string()) }),
  v.transform(toHistorySpan),
);
/** A period in one state, [from, to) in Unix milliseconds. */
export interface HistorySpan {
  readonly state: State;
  readonly from: number;
  readonly to: number;
  /** Why the state was unknown; absent if the bridge did not run. */
  readonly reason?: Reason | undefined;
}

/** A span whose state or reason may come from a newer version: such a state becomes "unknown", and such a reason is left out. */
export function toHistorySpan(span: {
  readonly state: string;
  readonly from: number;
  readonly to: number;
  readonly reason?: string | undefined;
}): HistorySpan {
  const { from, to } = span;
  const known = { state: stateSchema.options.find((state) => state === span.state) ?? "unknown", from, to };
  const reason = REASONS.find((one) => one === span.reason);
  return reason === undefined ? known : { ...known, reason };
}

const historySchema = v.pipe(
  v.object({
    protocol: v.literal(PROTOCOL),
    /** The bridge's clock when it responded, Unix milliseconds. */
    now: naturalSchema,
    from: naturalSchema,
    spans: v.array(historySpanSchema),
  }),
  v.check(
    ({ now, from, spans }) => isContiguous(spans, from, now),
    "spans that do not cover [from, now] without a gap",
  ),
);
/** Contiguous, ascending spans that cover [from, now]; time that was not observed is unknown. */
export type History = Immutable<v.InferOutput<typeof historySchema>>;

function isContiguous(spans: readonly HistorySpan[], from: number, now: number): boolean {
  let reached = from;
  for (const span of spans) {
    if (span.from !== reached || span.to <= span.from) return false;
    reached = span.to;
  }
  return reached === now;
}

/** The body of `GET /healthz`. */
export const healthSchema = v.object({
  status: v.literal("ok"),
  state: stateSchema,
  source: sourceStatusSchema,
  lastKnown: v.optional(lastKnownSchema),
  reading: v.optional(readingSchema),
  /** Number of connected panes. */
  clients: naturalSchema,
  /** Version of the bridge. */
  version: v.string(),
});
export type Health = Immutable<v.InferOutput<typeof healthSchema>>;

/** The result of validating what the other side sent. */
export type Validated<Message> =
  | { readonly kind: "message"; readonly message: Message }
  /** A protocol version that this side does not support. */
  | { readonly kind: "other-protocol"; readonly protocol: unknown }
  | { readonly kind: "malformed"; readonly problem: string };

/** Validates a message of the feed. Unknown fields are ignored. Never throws. */
export function validateFeedMessage(value: unknown): Validated<FeedMessage> {
  if (isSnapshot(value) && value.protocol !== PROTOCOL) return { kind: "other-protocol", protocol: value.protocol };
  const checked = v.safeParse(feedMessageSchema, value);
  if (!checked.success) return malformed(v.summarize(checked.issues));
  const message = checked.output;
  const problem = message.type === "heartbeat" ? undefined : contradictionIn(message);
  return problem === undefined ? { kind: "message", message } : malformed(problem);
}

/** Validates the data of a WebSocket message: only text that is the JSON of a feed message is valid. Never throws. */
export function parseFeedMessage(data: unknown): Validated<FeedMessage> {
  if (typeof data !== "string") return malformed("not a text message");
  const json = parseJson(data);
  return json === undefined ? malformed("not JSON") : validateFeedMessage(json.value);
}

/** Validates the body of `GET /history`. Never throws. */
export function parseHistory(text: string): Validated<History> {
  const json = parseJson(text);
  if (json === undefined) return malformed("not JSON");
  const versioned = v.safeParse(v.object({ protocol: v.number() }), json.value);
  if (versioned.success && versioned.output.protocol !== PROTOCOL) {
    return { kind: "other-protocol", protocol: versioned.output.protocol };
  }
  const checked = v.safeParse(historySchema, json.value);
  return checked.success ? { kind: "message", message: checked.output } : malformed(v.summarize(checked.issues));
}

/** Whether this is a snapshot of any protocol version: `type` and `protocol` are the same in all of them. */
function isSnapshot(value: unknown): value is { readonly type: "snapshot"; readonly protocol: unknown } {
  return (
    typeof value === "object" && value !== null && "type" in value && value.type === "snapshot" && "protocol" in value
  );
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function malformed(problem: string): { readonly kind: "malformed"; readonly problem: string } {
  return { kind: "malformed", problem };
}
