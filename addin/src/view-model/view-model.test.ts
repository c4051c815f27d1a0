import { describe, expect, it } from "vitest";
import { REASONS, type LastKnown, type Reason, type SourceStatus, type Status } from "../../../shared/src/contract.js";
import { INITIAL_CONNECTION, type Connection, type Disconnected, type DisconnectReason } from "../feed/feed-client.js";
import { TimeFormatter } from "../i18n/time-formatter.js";
import { Translator, type StringKey, type Values } from "../i18n/translator.js";
import english from "../../strings/en.json" with { type: "json" };
import { toViewModel, type Inputs, type ViewModel } from "./view-model.js";

const LISTENING: SourceStatus = {
  status: "listening",
  profile: "Outlook",
  outlook: "16.0",
  notifies: { online: true, offline: true },
};
const NOW = { monotonic: 62_000, wall: Date.UTC(2026, 2, 18, 15, 0) };
const SINCE = NOW.wall - 32_000;
const lastKnown: LastKnown = { state: "online", at: NOW.wall - 5 * 60_000 };

/** Shows which string is used, with its values: "timing.since(time=…, duration=…)". */
class KeyTranslator extends Translator {
  override text(key: StringKey, values: Values = {}): string {
    const list = Object.entries(values).map(([name, value]) => `${name}=${String(value)}`);
    return list.length === 0 ? key : `${key}(${list.join(", ")})`;
  }
}

const inputs: Omit<Inputs, "connection"> = {
  host: "classic",
  lastKnown,
  history: null,
  composeNotice: true,
  copied: null,
  visible: true,
  openedAt: 0,
  now: NOW,
  translator: new KeyTranslator({}, ["en"]),
  times: new TimeFormatter("en-GB"),
  version: "1.0.0",
  port: "38443",
};
const live = (status: Partial<Status> = {}): Connection => ({
  phase: "live",
  receivedAt: 50_000,
  connectedAt: 40_000,
  bridgeVersion: "1.2.3",
  status: { state: "online", since: SINCE, ageMs: 20_000, source: LISTENING, ...status },
});
const unavailable = (reason: Reason): Connection =>
  live({ state: "unknown", since: null, source: { status: "unavailable", reason, code: "0x80040111", detail: "why" } });
const waiting = (
  failures: number,
  reason: DisconnectReason = "unreachable",
  httpStatus: number | null = null,
): Disconnected => ({ phase: "waiting", failures, reason, httpStatus, retryAt: NOW.monotonic + 4500 });

function view(connection: Connection, more: Partial<Inputs> = {}): ViewModel {
  const viewModel = toViewModel({ ...inputs, connection, ...more });
  if (viewModel === null) throw new Error("nothing to show");
  return viewModel;
}
const time = (at: number): string => inputs.times.time(at, NOW.wall);
const short = (ms: number): string => inputs.times.duration(ms, "short").text;
const atTime = (what: string, at: number): string => `at.today(what=${what}, time=${time(at)})`;
const PAST = {
  timing: "lastKnown.online",
  "timing-detail": `lastKnown.at(ago=5 minutes ago, time=${time(lastKnown.at)})`,
};

describe("toViewModel", () => {
  it.each(["online", "offline"] as const)("shows the state, since when and for how long: %s", (state) => {
    expect(view(live({ state }))).toMatchObject({
      message: state,
      state,
      texts: {
        word: `state.${state}`,
        lead: "lead.known",
        timing: `timing.since(time=${time(SINCE)}, duration=${short(32_000)})`,
        "timing-detail": null,
        limit: null,
        "next-attempt": null,
      },
    });
  });

  it("shows a minimum duration if the start of the state is not known", () => {
    expect(view(live({ since: null })).texts).toMatchObject({
      timing: "timing.atLeast(duration=32 seconds)",
      "timing-detail": null,
    });
  });

  it("expires when the duration changes", () => {
    expect(view(live({ ageMs: 20_300 })).refreshAfterMs).toBe(700);
    expect(view(live({ ageMs: 3_600_000 })).refreshAfterMs).toBe(48_000);
  });

  it("expires after a minute at the latest, because the timeline moves", () => {
    expect(view(unavailable("stopped"), { lastKnown: null }).refreshAfterMs).toBe(60_000);
  });

  it("shows what offline means and what to do, and nothing to do for online", () => {
    expect(view(live({ state: "offline" })).texts).toMatchObject({
      meaning: "offline.meaning",
      "step-text": "offline.step",
    });
    expect(view(live())).toMatchObject({ texts: { "step-text": null }, shown: { step: false, actions: false } });
  });

  it.each([
    ["online", { online: false, offline: true }, "limit.online"],
    ["offline", { online: true, offline: false }, "limit.offline"],
  ] as const)("shows what Outlook does not report after %s with %o", (state, notifies, limit) => {
    expect(view(live({ state, source: { ...LISTENING, notifies } }))).toMatchObject({ state, texts: { limit } });
  });

  it.each(["online", "offline"] as const)("shows a last known state only as the past: %s", (state) => {
    const at = NOW.wall - 8 * 60_000;
    const status = {
      state: "unknown",
      since: at,
      lastKnown: { state, at },
      reading: { at: 1, connection: "connected" },
    } as const;
    expect(view(live(status))).toMatchObject({
      message: `was-${state}`,
      state: "unknown",
      disconnected: false,
      texts: {
        timing: atTime(`was.${state}`, at),
        "timing-detail": "8 minutes ago",
        limit: null,
        title: `was-${state}.title`,
        "step-text": "was.step",
      },
      announcement: `lead.unknown state.unknown. lastKnown.${state}. was-${state}.title. was-${state}.meaning`,
    });
  });

  it.each([
    [{}, []],
    [{ outboxItems: 0 }, ["reading.outbox(count=0)"]],
    [{ connection: "connected" }, ["reading.connected"]],
    [{ connection: "working-offline", outboxItems: 3 }, ["reading.working-offline", "reading.outbox(count=3)"]],
  ] as const)("shows a reading with its time: %o", (reading, facts) => {
    const at = NOW.wall - 60_000;
    const connection = live({ reading: { at, ...reading } });
    expect(view(connection).facts).toEqual(facts.map((fact) => atTime(fact, at)));
    expect(view(connection, { host: "other" }).facts).toEqual([]);
    expect(view(live()).facts).toEqual([]);
  });

  it("shows the day of a reading that is not of today", () => {
    const at = NOW.wall - 36 * 3_600_000;
    const [fact] = view(live({ reading: { at, outboxItems: 1 } })).facts;
    expect(fact).toBe(`at.otherDay(what=reading.outbox(count=1), time=${time(at)})`);
  });

  it.each([
    ["offline", "working-offline", "offline.chosen", "offline.chosenStep"],
    ["offline", "disconnected", "offline.lost", "offline.lostStep"],
    ["offline", "connected", "offline.title", "offline.step"],
    ["online", "disconnected", "online.disconnected", "online.disconnectedStep"],
    ["online", "connected", "online.title", null],
    ["online", "working-offline", "online.title", null],
  ] as const)("explains %s by a connection that was read since it started: %s", (state, connection, title, step) => {
    const disconnected = title === "online.disconnected";
    for (const [since, at] of [
      [SINCE, SINCE],
      [null, 1],
    ] as const) {
      const viewModel = view(live({ state, since, reading: { at, connection } }));
      expect([viewModel.texts.title, viewModel.texts["step-text"]]).toEqual([title, step]);
      expect(viewModel).toMatchObject({ message: state, state, disconnected });
    }
  });

  it("does not explain a state by what was read before it started", () => {
    for (const state of ["online", "offline"] as const) {
      const at = SINCE - 1;
      const before = view(live({ state, reading: { at, connection: "disconnected" } }));
      const { title, meaning, "step-text": step } = view(live({ state })).texts;
      expect(before.texts).toMatchObject({ title, meaning, "step-text": step });
      expect(before).toMatchObject({ disconnected: false, facts: [atTime("reading.disconnected", at)] });
    }
  });

  it.each(REASONS)("shows unknown, the last known state and a step: %s", (reason) => {
    expect(view(unavailable(reason))).toMatchObject({
      message: reason,
      state: "unknown",
      texts: {
        ...PAST,
        "step-text": `${reason}.step`,
        diagnosis: "step.support(details=0x80040111 · why)",
      },
    });
  });

  it("shows unknown while the bridge looks for Outlook, and until Outlook has reported its state", () => {
    expect(view(live({ state: "unknown", source: { status: "starting" } }))).toMatchObject({ message: "starting" });
    expect(view(live({ state: "unknown" }))).toMatchObject({
      message: "state-not-reported",
      state: "unknown",
      texts: PAST,
    });
  });

  it('shows "connecting" until the first retry has failed', () => {
    expect(view(INITIAL_CONNECTION)).toMatchObject({ message: "connecting", state: "unknown", announcement: null });
    expect(view(waiting(0))).toMatchObject({ message: "connecting", state: "unknown", texts: PAST });
  });

  it("shows nothing during the first 300 ms of the first attempt", () => {
    const opened = { ...inputs, openedAt: NOW.monotonic - 299 };
    expect(toViewModel({ ...opened, connection: INITIAL_CONNECTION })).toBeNull();
    expect(toViewModel({ ...opened, connection: live() })).toMatchObject({ message: "online" });
    expect(toViewModel({ ...opened, connection: waiting(0) })).toMatchObject({ message: "connecting" });
    expect(toViewModel({ ...opened, connection: INITIAL_CONNECTION, visible: false })).not.toBeNull();
  });

  it("shows that the bridge is unreachable, how to start it, and when the next attempt is", () => {
    expect(view(waiting(1))).toMatchObject({
      message: "unreachable",
      state: "unknown",
      texts: { ...PAST, retry: "step.retry", "next-attempt": "step.nextAttempt(duration=5 seconds)" },
      refreshAfterMs: 500,
      command: expect.stringMatching(/1\.0\.0.*start$/) as string,
    });
  });

  it("shows that the bridge is busy from the first attempt on", () => {
    expect(view(waiting(0, "busy"))).toMatchObject({ message: "busy", texts: { retry: "step.retry" } });
  });

  it("shows no countdown during an attempt", () => {
    for (const reason of ["unreachable", "busy", "rejected"] as const) {
      const httpStatus = reason === "rejected" ? 403 : null;
      const connecting: Disconnected = { ...waiting(3, reason, httpStatus), phase: "connecting", retryAt: null };
      expect(view(connecting)).toMatchObject({ message: reason, texts: { "next-attempt": "step.retrying" } });
    }
  });

  it.each([
    [431, "large-cookies"],
    [403, "rejected"],
    [503, "rejected"],
  ])("shows a refusal with HTTP %i as a refusal, not as a stopped bridge", (status, message) => {
    const viewModel = view(waiting(1, "rejected", status));
    expect(viewModel).toMatchObject({
      message,
      state: "unknown",
      command: null,
      retryIsPrimary: true,
      texts: {
        ...PAST,
        retry: "step.retry",
        "next-attempt": "step.nextAttempt(duration=5 seconds)",
        diagnosis: `step.support(details=HTTP ${String(status)})`,
        "step-text": `${message}.step`,
      },
    });
  });

  it("shows no limit and no duration until Outlook has reported its state", () => {
    const source = { ...LISTENING, notifies: { online: false, offline: true } };
    expect(view(live({ state: "unknown", since: null, source }), { lastKnown: null })).toMatchObject({
      message: "state-not-reported",
      texts: { limit: null, timing: null, "timing-detail": null },
    });
  });

  it("shows that pane and bridge have different versions", () => {
    expect(view({ phase: "incompatible" })).toMatchObject({
      message: "version-mismatch",
      state: "unknown",
      texts: PAST,
    });
  });

  it("shows that another Outlook does not report its state, whatever the connection", () => {
    for (const connection of [live(), waiting(3), INITIAL_CONNECTION]) {
      expect(view(connection, { host: "other" })).toMatchObject({
        message: "other-outlook",
        state: "unknown",
        texts: {
          timing: null,
          "timing-detail": null,
          retry: null,
          "next-attempt": null,
          "step-text": "other-outlook.step",
        },
        shown: { timeline: false, details: false },
      });
    }
  });

  it("shows nothing about classic Outlook in another one", () => {
    const source = { ...LISTENING, notifies: { online: false, offline: false } };
    const all = [live(), live({ state: "offline", source }), unavailable("open-failed"), waiting(2, "rejected", 431)];
    for (const connection of all) {
      expect(view(connection, { host: "other" }).texts).toMatchObject({
        diagnosis: null,
        limit: null,
        profile: "details.unknown",
        outlook: "details.unknown",
      });
    }
  });

  it("never shows a current and a last known state together", () => {
    const all = [
      live(),
      live({ state: "offline" }),
      live({ state: "unknown" }),
      waiting(0),
      waiting(9),
      INITIAL_CONNECTION,
    ];
    for (const { state, texts } of all.map((connection) => view(connection))) {
      expect(/^lastKnown|^was/.test(texts.timing ?? "")).toBe(state === "unknown");
    }
  });

  it("does not show a last known state if the clock was set back to before it", () => {
    expect(view(waiting(1), { lastKnown: { state: "online", at: NOW.wall + 5001 } }).texts.timing).toBeNull();
    expect(view(waiting(1), { lastKnown: { state: "online", at: NOW.wall + 4999 } }).texts.timing).not.toBeNull();
  });

  it("shows profile, Outlook and bridge only while they are known", () => {
    expect(view(live()).texts).toMatchObject({ profile: "Outlook", outlook: "16.0", bridge: "1.2.3" });
    expect(view(waiting(2)).texts).toMatchObject({
      profile: "details.unknown",
      outlook: "details.unknown",
      bridge: "details.unknown",
    });
  });

  it("shows the result of copying only for the command that was copied", () => {
    const { command } = view(unavailable("agent-missing"));
    if (command === null) throw new Error("no command");
    const copied = { command, succeeded: true };
    expect(view(unavailable("agent-missing"), { copied }).texts).toMatchObject({
      copy: "step.copied",
      copied: "step.copied",
    });
    expect(view(unavailable("agent-missing"), { copied: { command, succeeded: false } })).toMatchObject({
      copyLabel: "step.copyByHand",
    });
    expect(view(waiting(1), { copied })).toMatchObject({
      copyLabel: "step.copyCommand",
      texts: { copy: "step.copy", copied: "" },
    });
    expect(view(live(), { copied }).texts).toMatchObject({ copy: null, copied: "" });
  });

  it("summarizes the timeline", () => {
    const history = (...states: readonly ("online" | "offline" | "unknown")[]): Inputs["history"] => {
      const length = (26 * 3_600_000) / states.length;
      const from = NOW.wall - 26 * 3_600_000;
      const spans = states.map((state, index) => ({
        state,
        from: from + index * length,
        to: from + (index + 1) * length,
      }));
      return { protocol: 1, now: NOW.wall, from, spans };
    };
    const summary = (connection: Connection, more: Partial<Inputs>): string =>
      view(connection, { lastKnown: null, ...more }).texts["timeline-summary"];
    expect(summary(live(), { history: history("online", "offline") })).toBe(
      `timeline.drops(count=1, duration=${short(13 * 3_600_000)})`,
    );
    expect(summary(live(), { history: history("online") })).toBe("timeline.never");
    expect(summary(live(), { history: history("unknown", "online") })).toBe("timeline.noneRecorded");
    expect(summary(unavailable("stopped"), { history: history("unknown") })).toBe("timeline.empty");
    expect(summary(INITIAL_CONNECTION, {})).toBe("timeline.empty");
    expect(summary(waiting(2), {})).toBe("timeline.unavailable");
  });

  it("has English texts for every message that it announces", () => {
    const translator = new Translator({ en: english }, ["en"]);
    const announcements = REASONS.map((reason) => view(unavailable(reason), { translator }).announcement);
    for (const text of announcements) expect(text).toMatch(/^Outlook’s state is Unknown\. \S.*\. \S.*\.$/);
  });
});
