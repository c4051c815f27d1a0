import type { Reason, State } from "../../../shared/src/protocol.js";
import type { StringKey } from "../words/words.js";
import type { Deed } from "./command.js";

/** Every situation that the pane can be in; each is one row of what the person is told. */
export type RowName =
  | "online"
  | "offline"
  /** Outlook is listened to, but has no state. */
  | "undecided"
  | "connecting"
  | "starting"
  | Reason
  | "unreachable"
  | "busy"
  | "refused"
  | "other-outlook";

export interface Row {
  readonly state: State;
  /** What happened, in a few words. */
  readonly title: StringKey;
  /** What it means for the person. */
  readonly meaning: StringKey;
  /** The one next step; absent where none is needed. */
  readonly step?: StringKey;
  /** What the command does that the step tells to run. */
  readonly command?: Deed;
  /** Whether the person can try at once to reach the bridge. */
  readonly retry?: true;
  /** Whether the row passes in a moment, so that it is not worth announcing. */
  readonly passing?: true;
}

function row(name: RowName, state: State, more: Partial<Row> = {}): Row {
  return { state, title: `${name}.title`, meaning: `${name}.meaning`, ...more };
}

function stepped(name: Exclude<RowName, "online" | "connecting" | "starting">, more: Partial<Row> = {}): Row {
  return row(name, "unknown", { step: `${name}.step`, ...more });
}

export const ROWS: Readonly<Record<RowName, Row>> = {
  online: row("online", "online"),
  offline: stepped("offline", { state: "offline" }),
  undecided: stepped("undecided"),
  connecting: row("connecting", "unknown", { passing: true }),
  starting: row("starting", "unknown", { passing: true }),
  "outlook-not-running": stepped("outlook-not-running"),
  stopped: stepped("stopped"),
  "agent-missing": stepped("agent-missing", { command: "install" }),
  "agent-incompatible": stepped("agent-incompatible", { command: "install" }),
  "agent-untrusted": stepped("agent-untrusted"),
  "mapi-missing": stepped("mapi-missing"),
  "open-failed": stepped("open-failed"),
  "no-notifications": stepped("no-notifications"),
  "advise-failed": stepped("advise-failed"),
  unreachable: stepped("unreachable", { command: "start", retry: true }),
  busy: stepped("busy", { retry: true }),
  refused: stepped("refused"),
  "other-outlook": stepped("other-outlook"),
};
