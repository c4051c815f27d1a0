/** What `start` does: one bridge for this home, with the simulated Outlook where it is wanted, until it is told to stop. */
import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import { join, resolve } from "node:path";
import { createBridge, type Bridge } from "../bridge.js";
import { codeOf, describe, Failure } from "../failure.js";
import type { PeerCheck } from "../gate/peer.js";
import { openStore } from "../history/open-store.js";
import { Recorder } from "../history/recorder.js";
import { prepareHome, resolveHome, type Home } from "../home/home.js";
import { claimHome } from "../instance/claim.js";
import { ask } from "../instance/client.js";
import { findBridge, type FoundBridge } from "../instance/find.js";
import { removeRecord, writeRecord } from "../instance/record.js";
import type { InstalledBridge } from "../install/installed-bridge.js";
import { openLog, type Log } from "../log/log.js";
import { HEALTH_PATH } from "../server/app.js";
import { PortTaken } from "../server/listen.js";
import { checkPaneFiles } from "../server/pane-files.js";
import { controlAddress } from "../simulated/control-address.js";
import { serveControl } from "../simulated/control-server.js";
import { checkProgram, type SimulatedProgram } from "../simulated/program.js";
import { Supervisor } from "../simulated/supervisor.js";
import type { OfflineStateSource } from "../source/offline-state-source.js";
import { productRoot, version } from "../version.js";
import { printError, say } from "./console.js";
import { Stopping } from "./stopping.js";

export interface StartOptions {
  readonly port: number;
  /** Undefined: there is a real Outlook to listen to. */
  readonly simulated: SimulatedProgram | undefined;
  /** A person has named the MAPI provider. */
  readonly namedMapi?: boolean;
  readonly source: (home: Home) => OfflineStateSource;
  readonly peer: PeerCheck;
  /** Undefined when the bridge is not the one that was installed. */
  readonly installed?: (home: Home, log: Log) => Promise<InstalledBridge | undefined>;
}

/** For the certificates, the history, the listeners and a few panes. */
const LEAST_DESCRIPTORS = 40;
/** The simulated Outlook's MAPI profile. */
const PROFILE = "Simulated";

/** Resolves when the pane can be opened; the process goes on until a signal. Throws a Failure, with nothing left behind. */
export async function run(options: StartOptions): Promise<void> {
  const stopping = new Stopping();
  stopping.onSignals();
  process.on("uncaughtException", (thrown) => {
    printError(thrown);
    void stopping.exit(1);
  });
  try {
    await start(options, stopping);
  } catch (thrown) {
    await stopping.run();
    throw thrown;
  }
}

async function start(options: StartOptions, stopping: Stopping): Promise<void> {
  const { port, simulated } = options;
  checkDescriptors();
  const home = resolveHome();
  prepareHome(home);
  const claim = await claimHome(home, [port]);
  if (claim.kind === "theirs") {
    await yieldTo(claim.bridge, stopping);
    return;
  }
  stopping.add(() => {
    claim.lock.release();
  });
  checkFiles(options);

  const { log, close } = openLog(home);
  stopping.add(close);
  if (claim.problem !== undefined) log.error({ err: claim.problem }, "the home cannot be locked");
  log.info({ version, node: process.version, platform: process.platform, port }, "starting");
  const history = new Recorder({ store: await openStore(home.history, log, say), log });
  stopping.add(() => {
    history.close();
  });

  const installed = await options.installed?.(home, log);
  const bridge = await open(options, { home, log, history, installed }, stopping);
  if (bridge === undefined) return;
  const supervisor = simulated === undefined ? undefined : supervisorOf(simulated, home, log);
  // At once, because there are 2 s for all. The bridge stops listening first: its panes are told that the bridge stops,
  // and the history does not say that Outlook did.
  stopping.add(async () => {
    await Promise.all([bridge.stop(), supervisor?.stop()]);
  });
  await checkReachable(home, bridge.port);
  writeRecord(home, { pid: process.pid, port: bridge.port, version });
  stopping.add(() => {
    removeRecord(home);
  });
  if (supervisor !== undefined) {
    const control = await serveControl(controlAddress(home), (line) => supervisor.obey(line));
    stopping.add(() => control.close());
    await supervisor.start();
  }
  say(`Ready: ${bridge.url}`);
  log.info({ url: bridge.url }, "ready");
  await installed?.runsOn(bridge.port);
}

interface Parts {
  readonly home: Home;
  readonly log: Log;
  readonly history: Recorder;
  readonly installed: InstalledBridge | undefined;
}

/** Undefined when another start of this home was faster, and this one has nothing left to do. Throws a Failure. */
async function open(options: StartOptions, parts: Parts, stopping: Stopping): Promise<Bridge | undefined> {
  const { home, log, history, installed } = parts;
  const create = (port: number): Promise<Bridge> =>
    createBridge({
      ...{ home, port, version, log, history },
      paneFolder: join(productRoot, "dist", "pane"),
      source: options.source(home),
      peer: options.peer,
      ...(installed === undefined ? {} : { trust: (caFile: string) => installed.trust(caFile) }),
    });
  try {
    return await create(options.port);
  } catch (thrown) {
    log.error({ err: thrown }, "the bridge could not be started");
    if (!(thrown instanceof PortTaken)) throw thrown;
    const faster = await findBridge(home, [options.port]);
    if (faster.kind === "running") {
      await yieldTo(faster, stopping);
      return undefined;
    }
    return onAnotherPort(installed?.otherPorts(options.port), create, thrown);
  }
}

/** Throws `taken` when there is no other port. */
async function onAnotherPort(
  others: AsyncIterable<number> | undefined,
  create: (port: number) => Promise<Bridge>,
  taken: PortTaken,
): Promise<Bridge> {
  for await (const port of others ?? []) {
    try {
      return await create(port);
    } catch (thrown) {
      if (!(thrown instanceof PortTaken)) throw thrown;
    }
  }
  throw taken;
}

function supervisorOf(simulated: SimulatedProgram, home: Home, log: Log): Supervisor {
  const program = { ...simulated, mapi: resolve(simulated.mapi), home: home.path, profile: PROFILE };
  return new Supervisor({ program, agentSocket: join(home.run, "agent.sock"), log, tell: say });
}

/** One bridge per home is enough: says where the other one is. */
async function yieldTo(there: FoundBridge, stopping: Stopping): Promise<void> {
  if (there.version === version) {
    say(`Already running: ${there.url}`);
    await stopping.exit(0);
    return;
  }
  throw new Failure(
    `version ${there.version} is running already: ${there.url} (this is version ${version})`,
    "Stop that one first: press Ctrl+C where it was started.",
  );
}

/**
 * Throws a Failure when this process may open too few files. Else whatever needs the next one fails, in libraries that do not
 * say why, or that end the process.
 */
function checkDescriptors(): void {
  const opened: number[] = [];
  try {
    while (opened.length < LEAST_DESCRIPTORS) opened.push(openSync(devNull, "r"));
  } catch (thrown) {
    throw new Failure(
      `this process may not open enough files (${codeOf(thrown) ?? describe(thrown)} after ${opened.length} of ${LEAST_DESCRIPTORS})`,
      "Raise the limit for open files, then start again: ulimit -n 1024",
      { cause: thrown },
    );
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

/** Throws a Failure when nobody can connect to the bridge, which listens without an error while the interface is down. */
async function checkReachable(home: Home, port: number): Promise<void> {
  const answer = await ask(home, port, HEALTH_PATH);
  if (answer.kind === "answer" || answer.kind === "untrusted") return;
  throw new Failure(
    `nobody can connect to 127.0.0.1 port ${port}, on which the bridge listens (${answer.why})`,
    "See that the loopback interface is up (Linux: ip link set lo up) and that no firewall blocks it.",
  );
}

function checkFiles({ simulated, namedMapi }: StartOptions): void {
  if (simulated !== undefined) checkProgram(simulated, namedMapi);
  checkPaneFiles(join(productRoot, "dist", "pane"));
}
