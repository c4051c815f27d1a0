/** `outlook-offline-state start`: runs the bridge until Ctrl+C, with the simulator if there is no classic Outlook. */
import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import { join, resolve } from "node:path";
import { HEALTH_PATH } from "../../../shared/src/contract.js";
import { createBridge, type Bridge } from "../bridge.js";
import { prepareDataDirectory, resolveDataDirectory, type DataDirectory } from "../data-directory.js";
import { openStore } from "../history/open-store.js";
import { Recorder } from "../history/recorder.js";
import type { InstalledBridge } from "../install/installed-bridge.js";
import { acquireInstance } from "../instance/acquire.js";
import { findBridge, get, type RunningBridge } from "../instance/health-client.js";
import { removePidFile, writePidFile } from "../instance/pid-file.js";
import { openLog, type Log } from "../log/log.js";
import { PortTaken } from "../server/listen.js";
import { checkPaneFiles } from "../server/pane-files.js";
import { sameUser, type PeerCheck } from "../server/peer-check.js";
import { controlAddress, startControlServer } from "../simulator/control.js";
import { checkSimulatorFiles, isBuilt, simulatorFiles, type SimulatorFiles } from "../simulator/simulator-process.js";
import { Supervisor } from "../simulator/supervisor.js";
import { loadNativeModule } from "../native-module.js";
import { nativeStateSource, type StateSource } from "../state-source.js";
import { codeOf, messageOf, UserError } from "../user-error.js";
import { productRoot, version } from "../version.js";
import { printLine, printError } from "./console.js";
import { Shutdown } from "./shutdown.js";

export interface StartOptions {
  readonly port: number;
  readonly simulate?: true;
  readonly mapi?: string;
}

/** The parts that tests replace. */
export interface RunOptions {
  readonly port: number;
  /** Undefined if the bridge listens to the real Outlook. */
  readonly simulator: SimulatorFiles | undefined;
  /** Whether the MAPI provider comes from `--mapi`. */
  readonly isMapiGiven?: boolean;
  readonly source: (dataDirectory: DataDirectory) => StateSource;
  readonly peer: PeerCheck;
  /** Returns undefined if the bridge does not run from an installation. */
  readonly installed?: (dataDirectory: DataDirectory, log: Log) => Promise<InstalledBridge | undefined>;
}

/** Files for the certificates, the history, the listeners and a few panes. */
const MIN_FILE_DESCRIPTORS = 40;
/** Name of the simulator's MAPI profile. */
const SIMULATOR_PROFILE = "Simulated";
const PANE_FOLDER = join(productRoot, "dist", "pane");

/** Resolves when the pane can be opened. The process then runs until a signal. */
export async function start({ port, simulate, mapi }: StartOptions): Promise<void> {
  const usesOutlook = simulate === undefined && mapi === undefined && (await isOutlookUsed());
  const files = simulatorFiles();
  await run({
    port,
    simulator: usesOutlook ? undefined : { ...files, mapi: mapi ?? files.mapi },
    isMapiGiven: mapi !== undefined,
    source: (dataDirectory) => nativeStateSource(loadNativeModule(), { dataDirectory: dataDirectory.path }),
    peer: sameUser(loadNativeModule()),
    installed: async (dataDirectory, log) =>
      usesOutlook ? (await import("../install/installed-bridge.js")).installedBridge(dataDirectory, log) : undefined,
  });
}

/** Whether to listen to Outlook rather than to the simulator: it is installed or running, or the simulator is not built. */
async function isOutlookUsed(): Promise<boolean> {
  if (process.platform !== "win32") return false;
  const [{ findOutlook }, { windowsFunctions, WindowsRegistry }] = await Promise.all([
    import("../install/outlook.js"),
    import("../install/windows.js"),
  ]);
  const { classic, running } = findOutlook(new WindowsRegistry(), windowsFunctions());
  if (classic !== undefined || running.length > 0) return true;
  const hasSimulator = isBuilt(simulatorFiles());
  printLine(
    hasSimulator
      ? "Classic Outlook is not installed: using the simulator."
      : "Classic Outlook is not installed: the pane will show that Outlook is not running.",
  );
  return !hasSimulator;
}

/** Resolves when the pane can be opened. Throws a UserError after cleaning up. */
export async function run(options: RunOptions): Promise<void> {
  const shutdown = new Shutdown();
  shutdown.exitOnSignals();
  process.on("uncaughtException", (error) => {
    printError(error);
    void shutdown.exit(1);
  });
  try {
    await startParts(options, shutdown);
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

async function startParts(options: RunOptions, shutdown: Shutdown): Promise<void> {
  const { port, simulator, isMapiGiven } = options;
  checkFileDescriptors();
  const dataDirectory = resolveDataDirectory();
  prepareDataDirectory(dataDirectory);
  const instance = await acquireInstance(dataDirectory, [port]);
  if (instance.kind === "already-running") {
    await exitBecauseRunning(instance.bridge, shutdown);
    return;
  }
  shutdown.add(() => {
    instance.lock.release();
  });
  if (simulator !== undefined) checkSimulatorFiles(simulator, isMapiGiven);
  checkPaneFiles(PANE_FOLDER);

  const { log, close } = openLog(dataDirectory);
  shutdown.add(close);
  if (instance.lockError !== undefined) log.error({ err: instance.lockError }, "cannot lock the data directory");
  log.info({ version, node: process.version, platform: process.platform, port }, "starting");
  const history = new Recorder({ store: await openStore(dataDirectory.history, log, printLine), log });
  shutdown.add(() => {
    history.close();
  });

  const installed = await options.installed?.(dataDirectory, log);
  const bridge = await openBridge(options, { dataDirectory, log, history, installed }, shutdown);
  if (bridge === undefined) return;
  const supervisor = simulator === undefined ? undefined : createSupervisor(simulator, dataDirectory, log);
  // In parallel, because the shutdown has 2 s in all. The bridge closes its connections at once, so that neither the panes nor the
  // history report the end of the simulator.
  shutdown.add(async () => {
    await Promise.all([bridge.stop(), supervisor?.stop()]);
  });
  await checkReachable(dataDirectory, bridge.port);
  writePidFile(dataDirectory, { pid: process.pid, port: bridge.port, version });
  shutdown.add(() => {
    removePidFile(dataDirectory);
  });
  if (supervisor !== undefined) {
    const control = await startControlServer(controlAddress(dataDirectory), (line) => supervisor.execute(line));
    shutdown.add(() => control.close());
    await supervisor.start();
  }
  printLine(`Ready: ${bridge.url}`);
  log.info({ url: bridge.url }, "ready");
  await installed?.runsOn(bridge.port);
}

interface Parts {
  readonly dataDirectory: DataDirectory;
  readonly log: Log;
  readonly history: Recorder;
  readonly installed: InstalledBridge | undefined;
}

/** Undefined if another bridge of this data directory has started at the same time. Throws a UserError. */
async function openBridge(options: RunOptions, parts: Parts, shutdown: Shutdown): Promise<Bridge | undefined> {
  const { dataDirectory, log, history, installed } = parts;
  const create = (port: number): Promise<Bridge> =>
    createBridge({
      ...{ dataDirectory, port, version, log, history },
      paneFolder: PANE_FOLDER,
      source: options.source(dataDirectory),
      peer: options.peer,
      ...(installed === undefined ? {} : { trust: (caFile: string) => installed.trust(caFile) }),
    });
  try {
    return await create(options.port);
  } catch (error) {
    log.error({ err: error }, "cannot start the bridge");
    if (!(error instanceof PortTaken)) throw error;
    const other = await findBridge(dataDirectory, [options.port]);
    if (other.kind === "running") {
      await exitBecauseRunning(other, shutdown);
      return undefined;
    }
    return openOnAnotherPort(installed?.otherPorts(options.port), create, error);
  }
}

/** Throws `portTaken` if none of `ports` is free. */
async function openOnAnotherPort(
  ports: AsyncIterable<number> | undefined,
  create: (port: number) => Promise<Bridge>,
  portTaken: PortTaken,
): Promise<Bridge> {
  for await (const port of ports ?? []) {
    try {
      return await create(port);
    } catch (error) {
      if (!(error instanceof PortTaken)) throw error;
    }
  }
  throw portTaken;
}

function createSupervisor(files: SimulatorFiles, dataDirectory: DataDirectory, log: Log): Supervisor {
  return new Supervisor({
    simulator: {
      ...files,
      mapi: resolve(files.mapi),
      dataDirectory: dataDirectory.path,
      profile: SIMULATOR_PROFILE,
    },
    agentSocket: join(dataDirectory.run, "agent.sock"),
    log,
    notify: printLine,
  });
}

/** Exits with code 0. Throws a UserError if the running bridge has another version. */
async function exitBecauseRunning(running: RunningBridge, shutdown: Shutdown): Promise<void> {
  if (running.version === version) {
    printLine(`Already running: ${running.url}`);
    await shutdown.exit(0);
    return;
  }
  throw new UserError(
    `version ${running.version} is already running: ${running.url} (this is version ${version})`,
    "Stop it first: press Ctrl+C in its terminal.",
  );
}

/** Throws a UserError if this process may open too few files: later, libraries would fail with unclear errors or crash. */
function checkFileDescriptors(): void {
  const opened: number[] = [];
  try {
    while (opened.length < MIN_FILE_DESCRIPTORS) opened.push(openSync(devNull, "r"));
  } catch (error) {
    throw new UserError(
      `this process may not open enough files (${codeOf(error) ?? messageOf(error)} after ${opened.length} of ${MIN_FILE_DESCRIPTORS})`,
      "Raise the limit and start again: ulimit -n 1024",
      { cause: error },
    );
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

/** Throws a UserError if connections fail: listening succeeds even while the loopback interface is down. */
async function checkReachable(dataDirectory: DataDirectory, port: number): Promise<void> {
  const result = await get(dataDirectory, port, HEALTH_PATH);
  if (result.kind === "response" || result.kind === "untrusted") return;
  throw new UserError(
    `cannot connect to 127.0.0.1 port ${port}, on which the background program listens (${result.reason})`,
    "Check that the loopback interface is up (Linux: ip link set lo up) and that no firewall blocks it.",
  );
}
