import type { KnownState, Reading, Reason, SourceStatus, State } from "../../../shared/src/protocol.js";
import { LISTENING, type FakeBridge } from "./fake-bridge.js";
import type { OutlookOptions } from "./outlook-host.js";

/** One row of what the person is told, and how the pane is brought to it. */
export interface Situation {
  readonly name: string;
  /** The pane's name of the row. */
  readonly row: string;
  readonly state: "online" | "offline" | "unknown";
  /** Makes the bridge so before the pane connects. */
  readonly arrange: Arrange;
  /** Done when the pane is connected. */
  readonly then?: (bridge: FakeBridge) => Promise<void>;
  readonly outlook?: OutlookOptions;
}

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** For so long Outlook has been online again, in `aDay` too: the picture and the words above it tell the same. */
const BACK_ONLINE = 3 * HOUR + 25 * MINUTE;

type Arrange = (bridge: FakeBridge) => void;

function known(state: KnownState, ageMs: number, source: SourceStatus = LISTENING, seen = true): Arrange {
  return (bridge) => {
    bridge.present = { state, since: null, source };
    bridge.begun(ageMs, seen ? bridge.wall() - ageMs : null);
  };
}

/** The state's end is not notified: it was confirmed last so many milliseconds ago. */
function was(state: KnownState, agoMs: number): Arrange {
  const source = notifying(state === "online", state === "offline");
  return (bridge) => {
    const at = bridge.wall() - agoMs;
    bridge.present = { state: "unknown", since: at, source, lastKnown: { state, at } };
    bridge.begun(agoMs);
  };
}

/** The same, and something was read in Outlook so many milliseconds ago. */
function reading(arrange: Arrange, agoMs: number, read: Omit<Reading, "at">): Arrange {
  return (bridge) => {
    arrange(bridge);
    bridge.present = { ...bridge.present, reading: { at: bridge.wall() - agoMs, ...read } };
  };
}

function unknown(source: SourceStatus): Arrange {
  return (bridge) => {
    bridge.present = { state: "unknown", since: null, source };
    bridge.begun(MINUTE, null);
  };
}

const notifying = (online: boolean, offline: boolean): SourceStatus => ({
  ...LISTENING,
  notifies: { online, offline },
});

const REASONS: readonly Reason[] = [
  "outlook-not-running",
  "stopped",
  "agent-missing",
  "agent-incompatible",
  "agent-untrusted",
  "mapi-missing",
  "open-failed",
  "no-notifications",
  "advise-failed",
];
/** The steps of the API that fail with a code. */
const CODES: Readonly<Partial<Record<Reason, string>>> = {
  "mapi-missing": "0x8004010F",
  "open-failed": "0x8004010F",
  "advise-failed": "0x80004002",
};

export const SITUATIONS: readonly Situation[] = [
  { name: "online", row: "online", state: "online", arrange: known("online", BACK_ONLINE) },
  { name: "offline", row: "offline", state: "offline", arrange: known("offline", 12 * MINUTE) },
  {
    name: "found",
    row: "online",
    state: "online",
    arrange: known("online", 8 * MINUTE, LISTENING, false),
  },
  {
    name: "limit-online",
    row: "online",
    state: "online",
    arrange: known("online", BACK_ONLINE, notifying(false, true)),
  },
  {
    name: "limit-offline",
    row: "offline",
    state: "offline",
    arrange: known("offline", 12 * MINUTE, notifying(true, false)),
  },
  { name: "was-online", row: "was-online", state: "unknown", arrange: was("online", 12 * MINUTE) },
  {
    name: "was-offline",
    row: "was-offline",
    state: "unknown",
    arrange: reading(was("offline", 12 * MINUTE), 12 * MINUTE, { connection: "working-offline", outboxItems: 1 }),
  },
  {
    name: "connected",
    row: "online",
    state: "online",
    arrange: reading(known("online", BACK_ONLINE), 5 * MINUTE, { connection: "connected", outboxItems: 0 }),
  },
  {
    name: "disconnected",
    row: "online",
    state: "online",
    arrange: reading(known("online", BACK_ONLINE), 5 * MINUTE, { connection: "disconnected", outboxItems: 1 }),
  },
  {
    name: "work-offline-chosen",
    row: "offline",
    state: "offline",
    arrange: reading(known("offline", 12 * MINUTE), 5 * MINUTE, { connection: "working-offline", outboxItems: 3 }),
  },
  {
    name: "connection-lost",
    row: "offline",
    state: "offline",
    arrange: reading(known("offline", 12 * MINUTE), 5 * MINUTE, { connection: "disconnected", outboxItems: 3 }),
  },
  { name: "undecided", row: "undecided", state: "unknown", arrange: unknown(LISTENING) },
  { name: "starting", row: "starting", state: "unknown", arrange: unknown({ status: "starting" }) },
  ...REASONS.map((reason): Situation => {
    const code = CODES[reason];
    const source = { status: "unavailable", reason, ...(code === undefined ? {} : { code }) } as const;
    return { name: reason, row: reason, state: "unknown", arrange: unknown(source) };
  }),
  {
    name: "connecting",
    row: "connecting",
    state: "unknown",
    arrange: (bridge: FakeBridge): void => {
      bridge.greeting = "nothing";
    },
  },
  {
    name: "unreachable",
    row: "unreachable",
    state: "unknown",
    arrange: known("offline", 12 * MINUTE),
    then: (bridge) => bridge.stop(),
  },
  {
    name: "busy",
    row: "busy",
    state: "unknown",
    arrange: (bridge: FakeBridge): void => {
      bridge.greeting = "busy";
    },
  },
  {
    name: "rejected",
    row: "rejected",
    state: "unknown",
    arrange: (bridge: FakeBridge): void => {
      bridge.refusal = 403;
    },
  },
  {
    name: "large-cookies",
    row: "large-cookies",
    state: "unknown",
    arrange: (bridge: FakeBridge): void => {
      bridge.refusal = 431;
    },
  },
  {
    name: "refused",
    row: "refused",
    state: "unknown",
    arrange: (bridge: FakeBridge): void => {
      bridge.protocol = 2;
    },
  },
  {
    name: "other-outlook",
    row: "other-outlook",
    state: "unknown",
    arrange: known("online", HOUR),
    outlook: { platform: "Web" },
  },
];

/** A day with three drops and a night in which nobody watched; `nowState` goes on until now. */
export function aDay(now: number, last: State, lastMs: number): FakeBridge["history"] {
  const begins = [
    ["unknown", 24 * HOUR],
    ["online", 22.5 * HOUR],
    ["offline", 15 * HOUR],
    ["online", 14.4 * HOUR],
    ["unknown", 10 * HOUR],
    ["online", 6 * HOUR],
    ["offline", BACK_ONLINE + 3 * MINUTE],
    ["online", BACK_ONLINE],
    [last, Math.min(lastMs, 2 * HOUR)],
  ] as const;
  return begins.map(([state, before], index) => ({
    state,
    from: Math.round(now - before),
    to: Math.round(now - (begins[index + 1]?.[1] ?? 0)),
  }));
}
