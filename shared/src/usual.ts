/**
 * The usual change differs from what was checked before it in the state and its times alone. To find that out asks a tenth
 * of a whole check, and a person waits for it; whatever is not found to be usual is checked whole.
 */
import type { FeedMessage, SourceStatus } from "./protocol.js";

type Change = Extract<FeedMessage, { type: "change" }>;
type Listening = Extract<SourceStatus, { status: "listening" }>;

/** The change that `value` is, if it is like a message from `source`, which listened, with a known state; else undefined. */
export function usualChange(value: unknown, source: SourceStatus): Change | undefined {
  if (source.status !== "listening" || !isRecord(value) || value["type"] !== "change") return undefined;
  const { seq, state, since, ageMs } = value;
  if (state !== "online" && state !== "offline") return undefined;
  if (!isNatural(seq) || (since !== null && !isNatural(since)) || !isNatural(ageMs)) return undefined;
  return isSameListening(value["source"], source) ? { type: "change", seq, state, since, ageMs, source } : undefined;
}

/** Whether `value` is the same as `source` in all that a listening source has. */
export function isSameListening(value: unknown, { status, profile, outlook, notifies }: Listening): boolean {
  return (
    isRecord(value) &&
    value["status"] === status &&
    value["profile"] === profile &&
    value["outlook"] === outlook &&
    isRecord(value["notifies"]) &&
    value["notifies"]["online"] === notifies.online &&
    value["notifies"]["offline"] === notifies.offline
  );
}

/** A whole number of milliseconds or of messages: never negative, exact as a JavaScript number. */
export function isNatural(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
