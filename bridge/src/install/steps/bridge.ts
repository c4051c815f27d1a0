/** Runs the bridge of this version. A running bridge is identified by its pid file and its certificate. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DEFAULT_PORT } from "../../../../shared/src/contract.js";
import type { DataDirectory } from "../../data-directory.js";
import { findBridge, isProcess, unresponsiveError, type BridgeStatus } from "../../instance/health-client.js";
import { readPidFile, pidFilePath, type PidFile } from "../../instance/pid-file.js";
import { UserError } from "../../user-error.js";
import type { InstallContext } from "../context.js";
import { appFolder, appsFolder, LAST_PORT, LAUNCHER, MAIN, NODE, PORTS } from "../paths.js";
import { fail, INSTALL_AGAIN, pass, type Finding, type Step } from "../step.js";
import { windowsFunctions } from "../windows.js";

/** Long enough for a cold disk and a virus scanner that reads node.exe for the first time. */
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 5000;
const POLL_MS = 100;

export const bridge: Step = {
  name: "bridge",
  title: "Background program",

  async check({ dataDirectory, version, record }) {
    const found = await findBridge(dataDirectory, []);
    const finding = checkBridge(found, version, {
      start: "Sign out of Windows and in again, or run `outlook-offline-state install`.",
      replace: INSTALL_AGAIN,
    });
    const { port } = record.data;
    if (found.kind === "running" && finding.result === "pass" && port !== undefined && port !== found.port)
      return fail(`${finding.evidence}; the manifest has port ${port}`, INSTALL_AGAIN);
    return finding;
  },

  async apply(context, journal) {
    const { dataDirectory, version, record } = context;
    const before = await stopBridge(dataDirectory);
    if (before !== undefined) {
      journal.add(`the background program of version ${before.version}`, async () => {
        await startBridge(dataDirectory, appFolder(dataDirectory, before.version), before.port);
      });
    }
    const port = await choosePort(context);
    record.update({ port });
    journal.add("the background program", async () => {
      await stopBridge(dataDirectory);
    });
    const started = await startBridge(dataDirectory, appFolder(dataDirectory, version), port);
    const replaced = before === undefined ? "" : `, replaces version ${before.version}`;
    return `started on https://localhost:${port}, process ${started.pid}${replaced}`;
  },

  async revert({ dataDirectory }) {
    const stopped = await stopBridge(dataDirectory);
    return stopped === undefined ? [] : [`process ${stopped.pid} on port ${stopped.port}`];
  },
};

/** Passes if the bridge responds and has this version. The remedies are for a bridge that is not running or has another version. */
export function checkBridge(
  found: BridgeStatus,
  version: string,
  remedies: { readonly start: string; readonly replace: string },
): Finding {
  if (found.kind === "absent") return fail("not running", remedies.start);
  if (found.kind === "unresponsive") {
    const { message, remedy } = unresponsiveError(found);
    return fail(message, remedy);
  }
  const evidence = `version ${found.version}, process ${found.pidFile?.pid ?? "unknown"}, port ${found.port}`;
  return found.version === version
    ? pass(evidence)
    : fail(`${evidence}; expected version ${version}`, remedies.replace);
}

/** The port in the options, else the current one, else the first free one of `range`. Rejects with a UserError if none is free. */
export async function choosePort(
  { options, record, print }: InstallContext,
  range: readonly number[] = PORTS,
): Promise<number> {
  if (options.port !== undefined) {
    if (await isFree(options.port)) return options.port;
    throw new UserError(
      `another program uses port ${options.port}`,
      "Choose another port, or omit --port to use a free one.",
    );
  }
  const preferred = record.data.port ?? DEFAULT_PORT;
  for (const port of new Set([preferred, ...range])) {
    if (!(await isFree(port))) continue;
    if (port !== preferred) print(`Another user or program uses port ${preferred}. Using ${port} instead.`);
    return port;
  }
  throw new UserError(
    `no port from ${DEFAULT_PORT} to ${LAST_PORT} is free`,
    "Choose a free one: `outlook-offline-state install --port <number>`.",
  );
}

/**
 * Starts the bridge in `folder` without a window, and waits until it responds on `port`. Rejects with a UserError if it does not
 * within 30 s.
 */
export async function startBridge(dataDirectory: DataDirectory, folder: string, port: number): Promise<PidFile> {
  const options = ["start", "--port", String(port)];
  const launcher = join(folder, LAUNCHER);
  const [program, args] = existsSync(launcher)
    ? [launcher, options]
    : [existsSync(join(folder, NODE)) ? join(folder, NODE) : process.execPath, [join(folder, MAIN), ...options]];
  await spawnDetached(program, args, folder);
  const end = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < end) {
    const found = await findBridge(dataDirectory, []);
    if (found.kind === "running" && found.pidFile?.port === port) return found.pidFile;
    await sleep(POLL_MS);
  }
  throw new UserError(
    `the background program did not respond on port ${port} within ${START_TIMEOUT_MS / 1000} s`,
    "Run `outlook-offline-state logs` to see why.",
  );
}

/** Resolves when the process has started. */
function spawnDetached(program: string, args: readonly string[], folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: folder, detached: true, stdio: "ignore", windowsHide: true });
    child.once("error", (error) => {
      reject(
        new UserError(`cannot start ${program} (${error.message})`, "Check whether a security program blocks it.", {
          cause: error,
        }),
      );
    });
    child.once("spawn", () => {
      child.unref();
      resolve();
    });
  });
}

/** Stops the bridge of `dataDirectory`, even one that hangs. Returns what it stopped. Rejects with a UserError if it does not exit. */
export async function stopBridge(dataDirectory: DataDirectory): Promise<PidFile | undefined> {
  const running = await runningBridge(dataDirectory);
  if (running === undefined) return undefined;
  // On Windows this terminates it at once. Nothing is lost: it has no unsaved data.
  kill(running.pid, "SIGTERM");
  const end = performance.now() + STOP_TIMEOUT_MS;
  while (isProcess(running.pid)) {
    if (performance.now() > end) kill(running.pid, "SIGKILL");
    if (performance.now() > end + STOP_TIMEOUT_MS) {
      throw new UserError(
        `the background program (process ${running.pid}) does not exit`,
        "End that process in the Task Manager, then run the command again.",
      );
    }
    await sleep(POLL_MS);
  }
  if (readPidFile(dataDirectory)?.pid === running.pid) rmSync(pidFilePath(dataDirectory), { force: true });
  return running;
}

/** A hanging bridge cannot prove itself by its certificate: then the process must run an installed program, because ids are reused. */
async function runningBridge(dataDirectory: DataDirectory): Promise<PidFile | undefined> {
  const found = await findBridge(dataDirectory, []);
  if (found.kind !== "absent" && found.pidFile !== undefined) return found.pidFile;
  const pidFile = readPidFile(dataDirectory);
  if (pidFile === undefined || !isProcess(pidFile.pid)) return undefined;
  return runsInstalledProgram(pidFile.pid, dataDirectory) ? pidFile : undefined;
}

function runsInstalledProgram(pid: number, dataDirectory: DataDirectory): boolean {
  const apps = appsFolder(dataDirectory);
  try {
    if (process.platform === "win32")
      return windowsFunctions().processImage(pid).toLowerCase().startsWith(apps.toLowerCase());
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(apps);
  } catch {
    return false;
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has already exited.
  }
}

/** Whether nothing listens on `port` of the loopback addresses. */
export async function isFree(port: number): Promise<boolean> {
  for (const host of ["127.0.0.1", "::1"]) {
    const code = await tryListen(port, host);
    // An address family that this machine lacks does not count.
    if (code !== undefined && !["EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"].includes(code)) return false;
  }
  return true;
}

/** Resolves with the code of the error, or undefined. */
function tryListen(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? "unknown");
    });
    server.listen({ port, host, exclusive: true }, () => {
      server.close(() => {
        resolve(undefined);
      });
    });
  });
}
