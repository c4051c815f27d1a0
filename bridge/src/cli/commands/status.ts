/** `outlook-offline-state status [--watch] [--json]`: what the running bridge of this home tells. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { Present } from "../../../../shared/src/protocol.js";
import { resolveHome, type Home } from "../../home/home.js";
import { findBridge, unresponsiveText, type BridgeStatus } from "../../instance/find.js";
import { printable } from "../../log/printable.js";
import { say, sayJson, untilInterrupted } from "../console.js";
import { followFeed } from "../follow-feed.js";
import { DEFAULT_PORT } from "../port.js";
import { statusLine } from "../status-line.js";

interface Options {
  readonly json?: true;
  readonly watch?: true;
}

const RETRY_MS = 1000;

export function addStatusCommand(program: Command): void {
  program
    .command("status")
    .description(
      "say whether the bridge runs, and whether Outlook is online; exit code 1 when no bridge runs, 2 when it does not respond",
    )
    .option("--json", "for programs: one JSON object a line")
    .option("--watch", "go on, with a line for each change, until Ctrl+C")
    .action(async ({ json, watch }: Options) => {
      const show = json === undefined ? showText : showJson;
      const home = resolveHome();
      if (watch === undefined) {
        process.exitCode = await showOnce(home, show);
      } else {
        await showUntilInterrupted(home, show);
      }
    });
}

/** `present` is undefined unless the bridge is running. */
type Show = (bridge: BridgeStatus, present: Present | undefined) => void;

const EXIT_CODES: Readonly<Record<BridgeStatus["kind"], number>> = { running: 0, absent: 1, unresponsive: 2 };

/** Returns the exit code. */
async function showOnce(home: Home, show: Show): Promise<number> {
  const bridge = await findBridge(home, [DEFAULT_PORT]);
  if (bridge.kind !== "running") {
    show(bridge, undefined);
    return EXIT_CODES[bridge.kind];
  }
  let present: Present | undefined;
  const why = await followFeed(home, bridge.port, (reported, leave) => {
    present ??= reported;
    leave();
  });
  const found: BridgeStatus = present === undefined ? withoutFeed(bridge, why) : bridge;
  show(found, present);
  return EXIT_CODES[found.kind];
}

/** A line for each change of the state, and of whether the bridge responds. */
async function showUntilInterrupted(home: Home, show: Show): Promise<void> {
  const stop = untilInterrupted();
  let last: string | undefined;
  const showTrouble = (bridge: BridgeStatus): void => {
    const trouble = JSON.stringify(bridge);
    if (trouble !== last) show(bridge, undefined);
    last = trouble;
  };
  while (!stop.aborted) {
    const bridge = await findBridge(home, [DEFAULT_PORT]);
    if (isOver(stop)) return;
    if (bridge.kind !== "running") showTrouble(bridge);
    else {
      const seen = { any: false };
      const why = await followFeed(
        home,
        bridge.port,
        (present) => {
          seen.any = true;
          last = undefined;
          show(bridge, present);
        },
        stop,
      );
      if (!seen.any && !isOver(stop)) showTrouble(withoutFeed(bridge, why));
    }
    await sleep(RETRY_MS, undefined, { signal: stop }).catch(() => undefined);
  }
}

function withoutFeed({ record }: BridgeStatus & { kind: "running" }, why: string | undefined): BridgeStatus {
  return { kind: "unresponsive", record, why: why ?? "it does not report the state", starting: false };
}

/** In a function of its own, because it changes while others are awaited. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

function showText(bridge: BridgeStatus, present: Present | undefined): void {
  if (bridge.kind === "absent") say("No bridge is running. Start it: outlook-offline-state start");
  else if (bridge.kind === "unresponsive") {
    const { what, remedy } = unresponsiveText(bridge);
    say(`T${what.slice(1)}\n${remedy}`);
  } else if (present !== undefined) {
    const line = `${statusLine(present, Date.now())}. Bridge ${bridge.version}, ${bridge.url}, panes: ${bridge.clients}`;
    say(printable(line));
  }
}

function showJson(bridge: BridgeStatus, present: Present | undefined): void {
  if (bridge.kind === "absent") sayJson({ running: false });
  else if (bridge.kind === "unresponsive") {
    const { record, why } = bridge;
    const { remedy } = unresponsiveText(bridge);
    sayJson({ running: true, responding: false, pid: record?.pid, port: record?.port, error: why, remedy });
  } else {
    const { url, version, clients } = bridge;
    const { state, since, ageMs, source, lastKnown, reading } = present ?? {};
    sayJson({
      running: true,
      responding: true,
      url,
      version,
      clients,
      state,
      since,
      ageMs,
      source,
      lastKnown,
      reading,
    });
  }
}
