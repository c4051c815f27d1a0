import type { ExchangeConnection, KnownState, Reason, State } from "../../../shared/src/contract.js";
import type { StringKey } from "../i18n/translator.js";
import type { Action } from "./command.js";

/** Every situation that the pane can be in. */
export type MessageName =
  | "online"
  | "offline"
  /** Outlook is listening, but has not reported its state. */
  | "state-not-reported"
  /** Only the last known state is available, because Outlook does not notify its end. */
  | `was-${KnownState}`
  | "connecting"
  | "starting"
  | Reason
  | "unreachable"
  | "busy"
  /** The bridge responds and refuses the connection. */
  | "rejected"
  /** The bridge refuses the request because of its size; the cause is the cookies of other programs. */
  | "large-cookies"
  | "version-mismatch"
  | "other-outlook";

/** What the pane shows in one situation. */
export interface StatusMessage {
  readonly state: State;
  readonly title: StringKey;
  /** What it means for the user. */
  readonly meaning: StringKey;
  /** The next step; absent if none is needed. */
  readonly step?: StringKey;
  /** What the command does that the step refers to. */
  readonly action?: Action;
  /** Whether the user can retry to connect. */
  readonly retry?: true;
  /** Whether it passes within a moment, so that it is not announced. */
  readonly transient?: true;
}

function message(name: MessageName, state: State, more: Partial<StatusMessage> = {}): StatusMessage {
  return { state, title: `${name}.title`, meaning: `${name}.meaning`, ...more };
}

type NameWithStep = Exclude<MessageName, "online" | "connecting" | "starting" | `was-${KnownState}`>;

function messageWithStep(name: NameWithStep, more: Partial<StatusMessage> = {}): StatusMessage {
  return message(name, "unknown", { step: `${name}.step`, ...more });
}

// A reason without texts does not compile: its keys are not in the strings.
export const MESSAGES: Readonly<Record<MessageName, StatusMessage>> = {
  online: message("online", "online"),
  offline: messageWithStep("offline", { state: "offline" }),
  "state-not-reported": messageWithStep("state-not-reported"),
  "was-online": message("was-online", "unknown", { step: "was.step" }),
  "was-offline": message("was-offline", "unknown", { step: "was.step" }),
  connecting: message("connecting", "unknown", { transient: true }),
  starting: message("starting", "unknown", { transient: true }),
  "outlook-not-running": messageWithStep("outlook-not-running"),
  stopped: messageWithStep("stopped"),
  "agent-missing": messageWithStep("agent-missing", { action: "install" }),
  "agent-incompatible": messageWithStep("agent-incompatible", { action: "install" }),
  "agent-untrusted": messageWithStep("agent-untrusted"),
  "mapi-missing": messageWithStep("mapi-missing"),
  "open-failed": messageWithStep("open-failed"),
  "no-notifications": messageWithStep("no-notifications"),
  "advise-failed": messageWithStep("advise-failed"),
  unreachable: messageWithStep("unreachable", { action: "start", retry: true }),
  busy: messageWithStep("busy", { retry: true }),
  rejected: messageWithStep("rejected", { retry: true }),
  "large-cookies": messageWithStep("large-cookies", { retry: true }),
  "version-mismatch": messageWithStep("version-mismatch"),
  "other-outlook": messageWithStep("other-outlook"),
};

/** How a connection to Exchange that was read during a state changes the message. */
export const EXPLANATIONS: Readonly<Record<KnownState, Partial<Record<ExchangeConnection, Partial<StatusMessage>>>>> = {
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
