import type { ExchangeConnection, KnownState, Reason, State } from "../../../shared/src/protocol.js";
import type { StringKey } from "../words/words.js";
import type { Deed } from "./command.js";

/** Every situation that the pane can be in; each is one row of what the person is told. */
export type RowName =
  | "online"
  | "offline"
  /** Outlook is listened to, but has no state. */
  | "undecided"
  /** The state that was known last; Outlook does not notify its end. */
  | `was-${KnownState}`
  | "connecting"
  | "starting"
  | Reason
  | "unreachable"
  | "busy"
  /** The bridge answers, and refuses to be connected to. */
  | "rejected"
  /** The bridge refuses requests with headers of that size; what makes them large are the cookies of other programs. */
  | "large-cookies"
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

type Stepped = Exclude<RowName, "online" | "connecting" | "starting" | `was-${KnownState}`>;

function stepped(name: Stepped, more: Partial<Row> = {}): Row {
  return row(name, "unknown", { step: `${name}.step`, ...more });
}

export const ROWS: Readonly<Record<RowName, Row>> = {
  online: row("online", "online"),
  offline: stepped("offline", { state: "offline" }),
  undecided: stepped("undecided"),
  "was-online": row("was-online", "unknown", { step: "was.step" }),
  "was-offline": row("was-offline", "unknown", { step: "was.step" }),
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
  rejected: stepped("rejected", { retry: true }),
  "large-cookies": stepped("large-cookies", { retry: true }),
  refused: stepped("refused"),
  "other-outlook": stepped("other-outlook"),
};

/** What a connection that was read in the present state explains about it: these parts of the row are then others. */
export const EXPLAINED: Readonly<Record<KnownState, Partial<Record<ExchangeConnection, Partial<Row>>>>> = {
  online: {
    disconnected: {
      title: "online.disconnected",
      meaning: "online.disconnectedMeaning",
      step: "online.disconnectedStep",
    },
  },
  offline: {
    "working-offline": { title: "offline.chosen", step: "offline.chosenStep" },
    disconnected: { title: "offline.lost", step: "offline.lostStep" },
  },
};
