import * as v from "valibot";
import type { History, HistorySpan } from "./history.js";
import { EXCHANGE_CONNECTIONS, notifiesEndOf, PROTOCOL, REASONS, type FeedMessage } from "./protocol.js";

/** A time or a duration in milliseconds, or a number of a message: never negative, exact as a JavaScript number. */
const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const reason = v.picklist(REASONS);

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

const lastKnown = v.object({ state: v.picklist(["online", "offline"]), at: natural });

/** The parts of a message that other things are made of too. */
export const parts = { natural, source, state, lastKnown };

const present = {
  seq: natural,
  state,
  since: v.nullable(natural),
  ageMs: natural,
  source,
  lastKnown: v.optional(lastKnown),
  reading: v.optional(
    v.object({
      at: natural,
      connection: v.optional(v.picklist(EXCHANGE_CONNECTIONS)),
      outboxItems: v.optional(natural),
    }),
  ),
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
  spans: v.array(
    v.pipe(
      v.object({ state: v.string(), from: natural, to: natural, reason: v.optional(v.string()) }),
      v.transform(knownSpan),
    ),
  ),
});

/** A span whose state or reason may come from a newer version: such a state is unknown, and such a reason is left out. */
export function knownSpan(span: {
  readonly state: string;
  readonly from: number;
  readonly to: number;
  readonly reason?: string | undefined;
}): HistorySpan {
  const { from, to } = span;
  const known = { state: state.options.find((one) => one === span.state) ?? "unknown", from, to };
  const why = span.reason === undefined ? undefined : reason.options.find((one) => one === span.reason);
  return why === undefined ? known : { ...known, reason: why };
}

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

/**
 * Why a message cannot be true; undefined if it can. A state is current only while the source listens and Outlook notifies
 * its end; a message that says otherwise is not believed.
 */
function contradictionIn(message: FeedMessage): string | undefined {
  if (message.type === "heartbeat") return undefined;
  const { state, source, lastKnown, reading } = message;
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

/** Checks a value that came from the other side. Unknown fields are ignored. Never throws. */
export function validateMessage(value: unknown): Validated {
  if (isSnapshot(value) && value.protocol !== PROTOCOL) return { kind: "other-protocol", protocol: value.protocol };
  const checked = v.safeParse(anyMessage, value);
  if (!checked.success) return { kind: "malformed", problem: v.summarize(checked.issues) };
  const problem = contradictionIn(checked.output);
  return problem === undefined ? { kind: "message", message: checked.output } : { kind: "malformed", problem };
}

/** Checks the data of a WebSocket frame: only text that is the JSON of a message will do. Never throws. */
export function validateFrame(data: unknown): Validated {
  if (typeof data !== "string") return { kind: "malformed", problem: "not a text frame" };
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return { kind: "malformed", problem: "not JSON" };
  }
  return validateMessage(value);
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
