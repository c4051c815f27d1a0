import * as v from "valibot";
import type { History } from "./history.js";
import { PROTOCOL, type FeedMessage, type SourceStatus } from "./protocol.js";
import { usualChange } from "./usual.js";

/** A time or a duration in milliseconds, or a number of a message: never negative, exact as a JavaScript number. */
const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const reason = v.picklist([
  "outlook-not-running",
  "agent-missing",
  "agent-incompatible",
  "agent-untrusted",
  "mapi-missing",
  "open-failed",
  "no-notifications",
  "advise-failed",
  "stopped",
]);

/** A variant tries its options in their order, and to refuse one costs more than to take it: the usual one is first. */
const source = v.variant("status", [
  v.object({
    status: v.literal("listening"),
    profile: v.string(),
    outlook: v.string(),
    notifies: v.object({ online: v.boolean(), offline: v.boolean() }),
  }),
  v.object({ status: v.literal("starting") }),
  v.object({
    status: v.literal("unavailable"),
    reason,
    code: v.optional(v.string()),
    detail: v.optional(v.string()),
  }),
]);

const state = v.picklist(["online", "offline", "unknown"]);

/** The parts of a message that other things are made of too. */
export const parts = { natural, source, state };

const present = {
  seq: natural,
  state,
  since: v.nullable(natural),
  ageMs: natural,
  source,
};

const snapshot = v.object({
  type: v.literal("snapshot"),
  protocol: v.literal(PROTOCOL),
  epoch: v.pipe(v.string(), v.nonEmpty()),
  heartbeatMs: v.pipe(natural, v.minValue(100), v.maxValue(60_000)),
  bridge: v.object({ version: v.string() }),
  ...present,
});
const change = v.object({ type: v.literal("change"), ...present });
const heartbeat = v.object({ type: v.literal("heartbeat"), seq: natural });
const anyMessage = v.variant("type", [change, heartbeat, snapshot]);

const history = v.object({
  protocol: v.literal(PROTOCOL),
  now: natural,
  from: natural,
  spans: v.array(v.object({ state, from: natural, to: natural, reason: v.optional(reason) })),
});

/** What a frame, or the body of an answer, turned out to be. */
export type Validated<Message = FeedMessage> =
  | { readonly kind: "message"; readonly message: Message }
  /** A message of a protocol that this side does not speak. */
  | { readonly kind: "other-protocol"; readonly protocol: unknown }
  | { readonly kind: "malformed"; readonly problem: string };

/** A snapshot of any protocol: this much is the same in all of them. */
function isSnapshot(value: unknown): value is { readonly type: "snapshot"; readonly protocol: unknown } {
  return (
    typeof value === "object" && value !== null && "type" in value && value.type === "snapshot" && "protocol" in value
  );
}

/** Whenever the source is not listening the state is unknown; a message that says otherwise is not believed. */
function believable(message: FeedMessage): boolean {
  return message.type === "heartbeat" || message.source.status === "listening" || message.state === "unknown";
}

/** Checks a value that came from the other side. Unknown fields are ignored. Never throws. */
export function validateMessage(value: unknown): Validated {
  if (isSnapshot(value) && value.protocol !== PROTOCOL) return { kind: "other-protocol", protocol: value.protocol };
  const checked = v.safeParse(anyMessage, value);
  if (!checked.success) return { kind: "malformed", problem: v.summarize(checked.issues) };
  if (!believable(checked.output)) return { kind: "malformed", problem: "a state from a source that does not listen" };
  return { kind: "message", message: checked.output };
}

/**
 * Checks the data of a WebSocket frame: only text that is the JSON of a message will do. `source` is the last message's, if
 * it had one; it makes the check faster and no different. Never throws.
 */
export function validateFrame(data: unknown, source?: SourceStatus): Validated {
  if (typeof data !== "string") return { kind: "malformed", problem: "not a text frame" };
  try {
    const value: unknown = JSON.parse(data);
    const usual = source === undefined ? undefined : usualChange(value, source);
    return usual === undefined ? validateMessage(value) : { kind: "message", message: usual };
  } catch {
    return { kind: "malformed", problem: "not JSON" };
  }
}

/** Checks the body of an answer to `GET /history`. Never throws. */
export function validateHistory(text: string): Validated<History> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "malformed", problem: "not JSON" };
  }
  const other = v.safeParse(v.object({ protocol: v.number() }), value);
  if (other.success && other.output.protocol !== PROTOCOL) {
    return { kind: "other-protocol", protocol: other.output.protocol };
  }
  const checked = v.safeParse(history, value);
  if (!checked.success) return { kind: "malformed", problem: v.summarize(checked.issues) };
  if (isWithoutHole(checked.output)) return { kind: "message", message: checked.output };
  return { kind: "malformed", problem: "spans that do not lead from the beginning to now without a hole" };
}

function isWithoutHole({ now, from, spans }: History): boolean {
  let reached = from;
  for (const span of spans) {
    if (span.from !== reached || span.to <= span.from) return false;
    reached = span.to;
  }
  return reached === now;
}
