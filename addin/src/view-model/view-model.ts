import type { Capabilities, History, LastKnown, Reading, State, Status } from "../../../shared/src/contract.js";
import type { ClockReading } from "../feed/clock.js";
import type { Connection } from "../feed/feed-client.js";
import { isSameDay, type TimeFormatter } from "../i18n/time-formatter.js";
import type { StringKey, Translator } from "../i18n/translator.js";
import type { ComposeNoticeInput } from "../office/compose-notice.js";
import type { Host } from "../office/host.js";
import { commandFor } from "./command.js";
import { EXPLANATIONS, MESSAGES, type MessageName, type StatusMessage } from "./messages.js";
import { createTimeline, TIMELINE_MS, type TimelineModel } from "./timeline.js";

/** Everything that determines what the pane shows. */
export interface Inputs {
  readonly connection: Connection;
  readonly host: Host;
  /** The state that was confirmed last, by this pane, an earlier one or the history. */
  readonly lastKnown: LastKnown | null;
  /** Null until it is loaded. */
  readonly history: History | null;
  /** Setting: show a notice in messages that are written while Outlook is offline. */
  readonly composeNotice: boolean;
  /** The command that the user copied last, and whether the clipboard accepted it. */
  readonly copied: { readonly command: string; readonly succeeded: boolean } | null;
  readonly visible: boolean;
  /** When the pane was opened; monotonic milliseconds. */
  readonly openedAt: number;
  readonly now: ClockReading;
  readonly translator: Translator;
  readonly times: TimeFormatter;
  /** Version of the pane's files. */
  readonly version: string;
  /** Port of the pane's address; empty for 443. */
  readonly port: string;
}

/** Ids of the elements in taskpane.html that show one text. Null hides the element. */
export interface StateTexts {
  readonly lead: string;
  readonly word: string;
}
export interface Texts extends StateTexts {
  readonly timing: string | null;
  readonly "timing-detail": string | null;
  readonly title: string;
  readonly meaning: string;
  readonly limit: string | null;
  readonly "step-heading": string;
  readonly "step-text": string | null;
  readonly "command-hint": string | null;
  readonly copy: string | null;
  readonly copied: string;
  readonly retry: string | null;
  readonly "next-attempt": string | null;
  readonly diagnosis: string | null;
  readonly "timeline-heading": string;
  readonly "timeline-summary": string;
  readonly "details-summary": string;
  readonly "compose-notice-label": string;
  readonly "profile-label": string;
  readonly profile: string;
  readonly "outlook-label": string;
  readonly outlook: string;
  readonly "bridge-label": string;
  readonly bridge: string;
}

/** The state itself, which is shown before everything else. */
export interface StateViewModel {
  readonly state: State;
  /** Outlook is online, but had no connection to Exchange when that was read: no check mark. */
  readonly disconnected: boolean;
  readonly texts: StateTexts;
}

/** Everything that the pane shows. */
export interface ViewModel extends StateViewModel {
  readonly message: MessageName;
  readonly texts: Texts;
  /** Whether the elements with these ids are shown. */
  readonly shown: Readonly<Record<"step" | "actions" | "timeline" | "details", boolean>>;
  readonly facts: readonly string[];
  readonly command: string | null;
  /** Accessible name of the copy button. */
  readonly copyLabel: string;
  readonly retryIsPrimary: boolean;
  readonly timeline: TimelineModel;
  readonly composeNotice: ComposeNoticeInput;
  readonly pageTitle: string;
  /** For screen readers; null if the situation passes within a moment. */
  readonly announcement: string | null;
  /** For how many milliseconds the texts stay correct. */
  readonly refreshAfterMs: number;
}

/** If a status arrives within this time, no "connecting" is shown before it, because nobody could read it. */
export const CONNECTING_DELAY_MS = 300;
/** How far the last known state may be ahead of the clock, which the system adjusts now and then. */
const CLOCK_TOLERANCE_MS = 5000;
/** The timeline moves on at least this often. */
const TIMELINE_REFRESH_MS = 60_000;
const MIN_REFRESH_MS = 50;

/** The state alone; null while there is nothing to show yet. */
export function toStateViewModel(inputs: Inputs): StateViewModel | null {
  if (isConnectingSilently(inputs)) return null;
  const { message } = interpret(inputs);
  const { translator } = inputs;
  return {
    state: message.state,
    disconnected: message.title === "online.disconnected",
    texts: {
      lead: translator.text(message.state === "unknown" ? "lead.unknown" : "lead.known"),
      word: translator.text(`state.${message.state}`),
    },
  };
}

/** Everything that the pane shows; null while there is nothing to show yet. A state that is not current is only ever shown as the past. */
export function toViewModel(inputs: Inputs): ViewModel | null {
  const stateViewModel = toStateViewModel(inputs);
  if (stateViewModel === null) return null;
  const { connection, host, translator, copied } = inputs;
  const interpretation = interpret(inputs);
  const { name, message, status } = interpretation;
  const { state } = message;
  const source = status?.source;
  const listening = source?.status === "listening" ? source : null;
  const bridgeVersion = connection.phase === "live" ? connection.bridgeVersion : null;
  const text = (key: StringKey, values?: Readonly<Record<string, string | number>>): string =>
    translator.text(key, values);
  const optional = (key: StringKey | undefined): string | null => (key === undefined ? null : text(key));

  const timing = timingOf(interpretation, inputs);
  const nextAttempt = nextAttemptOf(message, inputs);
  const command =
    message.action === undefined
      ? null
      : commandFor(message.action, { host, version: bridgeVersion ?? inputs.version, port: inputs.port });
  const copyResult = copied?.command === command ? text(copied.succeeded ? "step.copied" : "step.copyByHand") : null;
  const timeline = createTimeline(inputs.history, currentSpan(interpretation, inputs));

  return {
    ...stateViewModel,
    message: name,
    texts: {
      ...stateViewModel.texts,
      timing: timing.text,
      "timing-detail": timing.detail,
      title: text(message.title),
      meaning: text(message.meaning),
      limit: state === "unknown" || listening === null ? null : optional(limitOf(listening.notifies)),
      "step-heading": text("step.heading"),
      "step-text": optional(message.step),
      "command-hint": command === null || host !== "classic" ? null : text("step.commandHint"),
      copy: command === null ? null : (copyResult ?? text("step.copy")),
      copied: copyResult ?? "",
      retry: message.retry === true ? text("step.retry") : null,
      "next-attempt": nextAttempt.text,
      diagnosis: diagnosisOf(interpretation, inputs),
      "timeline-heading": text("timeline.heading"),
      "timeline-summary": summaryOf(timeline, inputs),
      "details-summary": text("details.summary"),
      "compose-notice-label": text("details.composeNotice"),
      "profile-label": text("details.profile"),
      profile: listening?.profile ?? text("details.unknown"),
      "outlook-label": text("details.outlook"),
      outlook: listening?.outlook ?? text("details.unknown"),
      "bridge-label": text("details.bridge"),
      bridge: bridgeVersion ?? text("details.unknown"),
    },
    shown: {
      step: message.step !== undefined,
      actions: command !== null || message.retry === true,
      // Both are about classic Outlook, and do not apply to another one.
      timeline: name !== "other-outlook",
      details: name !== "other-outlook",
    },
    facts: status?.reading === undefined ? [] : factsOf(status.reading, inputs),
    command,
    copyLabel: copyResult ?? text("step.copyCommand"),
    retryIsPrimary: command === null,
    timeline,
    composeNotice: { state, enabled: inputs.composeNotice, text: text("compose.notice") },
    pageTitle: text("pageTitle", { state: stateViewModel.texts.word }),
    announcement: announcementOf(stateViewModel, interpretation, inputs),
    refreshAfterMs: Math.max(MIN_REFRESH_MS, Math.min(timing.validForMs, nextAttempt.validForMs, TIMELINE_REFRESH_MS)),
  };
}

interface Interpretation {
  readonly name: MessageName;
  readonly message: StatusMessage;
  /** The bridge's status; null without a connection, and if it is about another Outlook than this one. */
  readonly status: Status | null;
}

function interpret(inputs: Inputs): Interpretation {
  const { connection } = inputs;
  const name = messageNameOf(inputs);
  const status = connection.phase === "live" && name !== "other-outlook" ? connection.status : null;
  return { name, message: { ...MESSAGES[name], ...(status === null ? {} : explanationOf(status)) }, status };
}

function isConnectingSilently({ connection, visible, now, openedAt }: Inputs): boolean {
  const isFirstAttempt = connection.phase === "connecting" && connection.reason === null;
  return isFirstAttempt && visible && now.monotonic - openedAt < CONNECTING_DELAY_MS;
}

function messageNameOf({ connection, host }: Inputs): MessageName {
  if (host === "other") return "other-outlook";
  switch (connection.phase) {
    case "incompatible":
      return "version-mismatch";
    case "live":
      return messageNameOfStatus(connection.status);
    case "connecting":
    case "waiting":
      if (connection.reason === "busy") return "busy";
      if (connection.reason === "rejected") return connection.httpStatus === 431 ? "large-cookies" : "rejected";
      // The first retry follows within 250 ms. Until it has failed too, there is nothing to do for the user.
      return connection.failures === 0 ? "connecting" : "unreachable";
  }
}

function messageNameOfStatus({ source, state, lastKnown }: Status): MessageName {
  switch (source.status) {
    case "starting":
      return "starting";
    case "unavailable":
      return source.reason;
    case "listening":
      if (state !== "unknown") return state;
      return lastKnown === undefined ? "state-not-reported" : `was-${lastKnown.state}`;
  }
}

/** A connection to Exchange explains the state only if it was read after the state started. */
function explanationOf({ state, since, reading }: Status): Partial<StatusMessage> | undefined {
  if (state === "unknown" || reading?.connection === undefined) return undefined;
  return since !== null && reading.at < since ? undefined : EXPLANATIONS[state][reading.connection];
}

/** The end of the current state is always notified; the other direction may not be. */
function limitOf({ online, offline }: Capabilities): StringKey | undefined {
  if (online && offline) return undefined;
  return online ? "limit.offline" : "limit.online";
}

/** The last known state to show; null beside a current one, for another Outlook, and if the clock was set back to before it. */
function pastOf({ name, message, status }: Interpretation, { lastKnown, now }: Inputs): LastKnown | null {
  if (message.state !== "unknown" || name === "other-outlook") return null;
  const past = status?.lastKnown ?? lastKnown;
  return past !== null && past.at > now.wall + CLOCK_TOLERANCE_MS ? null : past;
}

/** When the current state started; null if there is none. Monotonic milliseconds. */
function startOf({ message, status }: Interpretation, { connection }: Inputs): number | null {
  if (message.state === "unknown" || status === null || connection.phase !== "live") return null;
  return connection.receivedAt - status.ageMs;
}

interface Timing {
  readonly text: string | null;
  readonly detail: string | null;
  readonly validForMs: number;
}

/** Since when the state holds, or when it was last known. */
function timingOf(interpretation: Interpretation, inputs: Inputs): Timing {
  const { translator, times, now } = inputs;
  const startedAt = startOf(interpretation, inputs);
  if (startedAt !== null) {
    const since = interpretation.status?.since ?? null;
    const { text: duration, validForMs } = times.duration(now.monotonic - startedAt, since === null ? "long" : "short");
    const text =
      since === null
        ? translator.text("timing.atLeast", { duration })
        : translator.text("timing.since", { time: times.time(since, now.wall), duration });
    return { text, detail: null, validForMs };
  }
  const past = pastOf(interpretation, inputs);
  if (past === null) return { text: null, detail: null, validForMs: Infinity };
  const { text: ago, validForMs } = times.ago(now.wall - past.at);
  if (isPastMessage(interpretation)) {
    return { text: atTime(translator.text(`was.${past.state}`), past.at, inputs), detail: ago, validForMs };
  }
  const time = times.time(past.at, now.wall);
  return {
    text: translator.text(`lastKnown.${past.state}`),
    detail: translator.text("lastKnown.at", { ago, time }),
    validForMs,
  };
}

function isPastMessage({ name }: Interpretation): boolean {
  return name === "was-online" || name === "was-offline";
}

/** "Was online at 7:42"; with the day if it is not today. */
function atTime(what: string, at: number, { translator, times, now }: Inputs): string {
  return translator.text(isSameDay(at, now.wall) ? "at.today" : "at.otherDay", {
    what,
    time: times.time(at, now.wall),
  });
}

/** What was read in Outlook, each with the time of the reading. */
function factsOf({ at, connection, outboxItems }: Reading, inputs: Inputs): string[] {
  const { translator } = inputs;
  const facts: string[] = [];
  if (connection !== undefined) facts.push(translator.text(`reading.${connection}`));
  if (outboxItems !== undefined) facts.push(translator.text("reading.outbox", { count: outboxItems }));
  return facts.map((fact) => atTime(fact, at, inputs));
}

/** The countdown to the next connection attempt. */
function nextAttemptOf(
  { retry }: StatusMessage,
  { connection, translator, times, now }: Inputs,
): { readonly text: string | null; readonly validForMs: number } {
  if (retry !== true) return { text: null, validForMs: Infinity };
  const retryAt = connection.phase === "waiting" ? connection.retryAt : null;
  if (retryAt === null) return { text: translator.text("step.retrying"), validForMs: Infinity };
  const remaining = retryAt - now.monotonic;
  const { text: duration } = times.duration(Math.ceil(remaining / 1000) * 1000);
  return { text: translator.text("step.nextAttempt", { duration }), validForMs: remaining % 1000 || 1000 };
}

/** Code and description of the step that failed, for support. */
function diagnosisOf({ name, status }: Interpretation, { connection, translator }: Inputs): string | null {
  const source = status?.source;
  const details: (string | undefined)[] = [];
  if (source?.status === "unavailable") details.push(source.code, source.detail);
  const isRefused = name === "rejected" || name === "large-cookies";
  if (isRefused && "httpStatus" in connection && connection.httpStatus !== null) {
    details.push(`HTTP ${String(connection.httpStatus)}`);
  }
  const known = details.filter((detail) => detail !== undefined);
  return known.length === 0 ? null : translator.text("step.support", { details: known.join(" · ") });
}

/** Continues the history: with the current state, or with unknown time since the state was last known. */
function currentSpan(
  interpretation: Interpretation,
  inputs: Inputs,
): { readonly now: number; readonly state: State; readonly since: number | null } {
  const { now } = inputs;
  const startedAt = startOf(interpretation, inputs);
  if (startedAt === null) {
    return { now: now.wall, state: "unknown", since: pastOf(interpretation, inputs)?.at ?? null };
  }
  const since = interpretation.status?.since ?? now.wall - (now.monotonic - startedAt);
  return { now: now.wall, state: interpretation.message.state, since };
}

function summaryOf({ offlineMs, unknownMs, drops }: TimelineModel, { connection, translator, times }: Inputs): string {
  if (drops > 0) {
    const { text: duration } = times.duration(offlineMs, "short");
    return translator.text("timeline.drops", { count: drops, duration });
  }
  if (unknownMs === 0) return translator.text("timeline.never");
  if (unknownMs < TIMELINE_MS) return translator.text("timeline.noneRecorded");
  const isLost = connection.phase === "incompatible" || (connection.phase !== "live" && connection.reason !== null);
  return translator.text(isLost ? "timeline.unavailable" : "timeline.empty");
}

/** What a screen reader announces. It contains no time, so that a state that is confirmed is not announced again. */
function announcementOf({ texts }: StateViewModel, interpretation: Interpretation, inputs: Inputs): string | null {
  const { message } = interpretation;
  const { translator } = inputs;
  if (message.transient === true) return null;
  const past = isPastMessage(interpretation) ? pastOf(interpretation, inputs) : null;
  const sentences = [
    `${texts.lead} ${texts.word}.`,
    past === null ? null : `${translator.text(`lastKnown.${past.state}`)}.`,
    `${translator.text(message.title)}.`,
    translator.text(message.meaning),
  ];
  return sentences.filter((sentence) => sentence !== null).join(" ");
}
