/** `outlook-offline-state status [--watch] [--json]`: what the running bridge of this home tells. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { Present } from "../../../../shared/src/protocol.js";
import { resolveHome, type Home } from "../../home/home.js";
import { findBridge, type FoundBridge } from "../../instance/find.js";
import { say } from "../console.js";
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
    .description("say whether the bridge runs, and whether Outlook is online; exit code 1 when no bridge runs")
    .option("--json", "for programs: one JSON object a line")
    .option("--watch", "go on, with a line for each change, until Ctrl+C")
    .action(async ({ json, watch }: Options) => {
      const show = json === undefined ? showText : showJson;
      const home = resolveHome();
      if (watch === undefined) {
        if (!(await showOnce(home, show))) process.exitCode = 1;
      } else {
        await showUntilInterrupted(home, show);
      }
    });
}

type Show = (bridge: FoundBridge | undefined, present: Present | undefined) => void;

async function showOnce(home: Home, show: Show): Promise<boolean> {
  const bridge = await findBridge(home, [DEFAULT_PORT]);
  let present: Present | undefined;
  if (bridge !== undefined) {
    await followFeed(bridge, (told, leave) => {
      present ??= told;
      leave();
    });
  }
  show(bridge, present);
  return present !== undefined;
}

async function showUntilInterrupted(home: Home, show: Show): Promise<void> {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      interrupted.abort();
    });
  }
  const told = { gone: false };
  while (!interrupted.signal.aborted) {
    const bridge = await findBridge(home, [DEFAULT_PORT]);
    if (bridge !== undefined) {
      const tell = (present: Present): void => {
        told.gone = false;
        show(bridge, present);
      };
      await followFeed(bridge, tell, interrupted.signal);
    }
    if (isOver(interrupted.signal)) return;
    if (!told.gone) show(undefined, undefined);
    told.gone = true;
    await sleep(RETRY_MS, undefined, { signal: interrupted.signal }).catch(() => undefined);
  }
}

/** In a function of its own, because it changes while others are awaited. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

function showText(bridge: FoundBridge | undefined, present: Present | undefined): void {
  if (bridge === undefined) say("No bridge is running. Start it: outlook-offline-state start");
  else if (present === undefined) say(`The bridge at ${bridge.url} does not tell the state. Its log says more.`);
  else say(`${statusLine(present, Date.now())}. Bridge ${bridge.version}, ${bridge.url}, panes: ${bridge.clients}`);
}

function showJson(bridge: FoundBridge | undefined, present: Present | undefined): void {
  if (bridge === undefined) {
    say(JSON.stringify({ running: false }));
    return;
  }
  const { url, version, clients } = bridge;
  const { state, since, ageMs, source } = present ?? {};
  say(JSON.stringify({ running: true, url, version, clients, state, since, ageMs, source }));
}
