/**
 * Who reads the feed: a pane, or an observer such as `status --watch`, which is no pane and takes no pane's place. An observer
 * says so in a header, which no page in a browser can set for a WebSocket.
 */
export type ClientKind = "pane" | "observer";

export const CLIENT_HEADER = "Offline-State-Client";
export const OBSERVER = "observer";

/** `values`: of the header; none for a pane. */
export function clientKindOf(values: readonly string[]): ClientKind {
  return values.length === 1 && values[0] === OBSERVER ? "observer" : "pane";
}
