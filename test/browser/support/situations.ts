import {
  REASONS,
  type KnownState,
  type Reading,
  type Reason,
  type SourceStatus,
  type State,
} from "../../../shared/src/contract.js";
import { LISTENING, type FakeBridge } from "./fake-bridge.js";
import type { FakeOutlookOptions } from "./fake-outlook.js";

/** A situation that the pane shows, and how a test creates it. */
export interface Situation {
  readonly name: string;
  /** Name of the message that the pane shows. */
  readonly message: string;
  readonly state: "online" | "offline" | "unknown";
  /** Makes the bridge so before the pane connectTimes. */
  readonly arrange: Arrange;
  /** Called when the pane is connected. */
  readonly then?: (bridge: FakeBridge) => Promise<void>;
  readonly outlook?: FakeOutlookOptions;
}

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** How long Outlook has been online; the same in `sampleDay`, so that timeline and status agree. */
const BACK_ONLINE = 3 * HOUR + 25 * MINUTE;

type Arrange = (bridge: FakeBridge) => void;

/** @param startKnown whether it is known when the state started */
function known(state: KnownState, ageMs: number, source: SourceStatus = LISTENING, startKnown = true): Arrange {
  return (bridge) => {
    bridge.status = { state, since: null, source };
    bridge.setAge(ageMs, startKnown ? bridge.wall() - ageMs : null);
  };
}

/** A state whose end Outlook does not notify, and that was confirmed `agoMs` ago. */
function was(state: KnownState, agoMs: number): Arrange {
  const source = notifying(state === "online", state === "offline");
  return (bridge) => {
    const at = bridge.wall() - agoMs;
    bridge.status = { state: "unknown", since: at, source, lastKnown: { state, at } };
    bridge.setAge(agoMs);
  };
}

/** Adds a reading that is `agoMs` old. */
function withReading(arrange: Arrange, agoMs: number, read: Omit<Reading, "at">): Arrange {
  return (bridge) => {
    arrange(bridge);
    bridge.status = { ...bridge.status, reading: { at: bridge.wall() - agoMs, ...read } };
  };
}

function unknown(source: SourceStatus): Arrange {
  return (bridge) => {
    bridge.status = { state: "unknown", since: null, source };
    bridge.setAge(MINUTE, null);
  };
}

const notifying = (online: boolean, offline: boolean): SourceStatus => ({
  ...LISTENING,
  notifies: { online, offline },
});

/** Reasons that come with an error code. */
const CODES: Readonly<Partial<Record<Reason, string>>> = {
  "mapi-missing": "0x8004010F",
  "open-failed": "0x8004010F",
  "advise-failed": "0x80004002",
};

export const SITUATIONS: readonly Situation[] = [
  { name: "online", message: "online", state: "online", arrange: known("online", BACK_ONLINE) },
  { name: "offline", message: "offline", state: "offline", arrange: known("offline", 12 * MINUTE) },
  {
    name: "start-unknown",
    message: "online",
    state: "online",
    arrange: known("online", 8 * MINUTE, LISTENING, false),
  },
  {
    name: "limit-online",
    message: "online",
    state: "online",
    arrange: known("online", BACK_ONLINE, notifying(false, true)),
  },
  {
    name: "limit-offline",
    message: "offline",
    state: "offline",
    arrange: known("offline", 12 * MINUTE, notifying(true, false)),
  },
  { name: "was-online", message: "was-online", state: "unknown", arrange: was("online", 12 * MINUTE) },
  {
    name: "was-offline",
    message: "was-offline",
    state: "unknown",
    arrange: withReading(was("offline", 12 * MINUTE), 12 * MINUTE, { connection: "working-offline", outboxItems: 1 }),
  },
  {
    name: "connected",
    message: "online",
    state: "online",
    arrange: withReading(known("online", BACK_ONLINE), 5 * MINUTE, { connection: "connected", outboxItems: 0 }),
  },
  {
    name: "disconnected",
    message: "online",
    state: "online",
    arrange: withReading(known("online", BACK_ONLINE), 5 * MINUTE, { connection: "disconnected", outboxItems: 1 }),
  },
  {
    name: "work-offline-chosen",
    message: "offline",
    state: "offline",
    arrange: withReading(known("offline", 12 * MINUTE), 5 * MINUTE, { connection: "working-offline", outboxItems: 3 }),
  },
  {
    name: "connection-lost",
    message: "offline",
    state: "offline",
    arrange: withReading(known("offline", 12 * MINUTE), 5 * MINUTE, { connection: "disconnected", outboxItems: 3 }),
  },
  { name: "state-not-reported", message: "state-not-reported", state: "unknown", arrange: unknown(LISTENING) },
  { name: "starting", message: "starting", state: "unknown", arrange: unknown({ status: "starting" }) },
  ...REASONS.map((reason): Situation => {
    const code = CODES[reason];
    const source = { status: "unavailable", reason, ...(code === undefined ? {} : { code }) } as const;
    return { name: reason, message: reason, state: "unknown", arrange: unknown(source) };
  }),
  {
    name: "connecting",
    message: "connecting",
    state: "unknown",
    arrange: (bridge: FakeBridge): void => {
      bridge.firstMessage = "nothing";
    },
  },
  {
    name: "unreachable",
    message: "unreachable",
    state: "unknown",
    arrange: known("offline", 12 * MINUTE),
    then: (bridge) => bridge.stop(),
  },
  {
    name: "busy",
    message: "busy",
    state: "unknown",
    arrange: (bridge: FakeBridge): void => {
      bridge.firstMessage = "busy";
    },
  },
  {
    name: "rejected",
    message: "rejected",
    state: "unknown",
    arrange: (bridge: FakeBridge): void => {
      bridge.refusal = 403;
    },
  },
  {
    name: "large-cookies",
    message: "large-cookies",
    state: "unknown",
    arrange: (bridge: FakeBridge): void => {
      bridge.refusal = 431;
    },
  },
  {
    name: "version-mismatch",
    message: "version-mismatch",
    state: "unknown",
    arrange: (bridge: FakeBridge): void => {
      bridge.protocol = 2;
    },
  },
  {
    name: "other-outlook",
    message: "other-outlook",
    state: "unknown",
    arrange: known("online", HOUR),
    outlook: { platform: "Web" },
  },
];

/** A day with three drops and a night without data; the last state lasts until now. */
export function sampleDay(now: number, current: State, currentMs: number): FakeBridge["history"] {
  const starts = [
    ["unknown", 24 * HOUR],
    ["online", 22.5 * HOUR],
    ["offline", 15 * HOUR],
    ["online", 14.4 * HOUR],
    ["unknown", 10 * HOUR],
    ["online", 6 * HOUR],
    ["offline", BACK_ONLINE + 3 * MINUTE],
    ["online", BACK_ONLINE],
    [current, Math.min(currentMs, 2 * HOUR)],
  ] as const;
  return starts.map(([state, before], index) => ({
    state,
    from: Math.round(now - before),
    to: Math.round(now - (starts[index + 1]?.[1] ?? 0)),
  }));
}
