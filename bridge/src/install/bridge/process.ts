/** Starts and ends the installed bridge. It is found by its note and its certificate, never by the name of a program. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../failure.js";
import type { Home } from "../../home/home.js";
import { findBridge, isProcess } from "../../instance/find.js";
import { readRecord, recordFileOf, type InstanceRecord } from "../../instance/record.js";
import { appsFolder, LAUNCHER, MAIN, NODE } from "../places.js";
import { setupOf } from "../windows/setup-module.js";

/** A cold disk, a virus scanner that reads node.exe for the first time. */
const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 5000;
const LOOK_MS = 100;

/** Starts the bridge that lies in `folder`, without a window, and waits until it answers on `port`. Throws a Failure. */
export async function startBridge(home: Home, folder: string, port: number): Promise<InstanceRecord> {
  const words = ["start", "--port", String(port)];
  const launcher = join(folder, LAUNCHER);
  const [program, args] = existsSync(launcher)
    ? [launcher, words]
    : [existsSync(join(folder, NODE)) ? join(folder, NODE) : process.execPath, [join(folder, MAIN), ...words]];
  await started(program, args, folder);
  const end = performance.now() + START_LIMIT_MS;
  while (performance.now() < end) {
    const found = await findBridge(home, []);
    if (found.kind === "running" && found.record?.port === port) return found.record;
    await sleep(LOOK_MS);
  }
  throw new Failure(
    `the bridge does not answer on port ${port} within ${START_LIMIT_MS / 1000} s`,
    "`outlook-offline-state logs` shows what it said.",
  );
}

function started(program: string, args: readonly string[], folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: folder, detached: true, stdio: "ignore", windowsHide: true });
    child.once("error", (error) => {
      reject(
        new Failure(`${program} cannot be started (${error.message})`, "See whether a security program blocks it.", {
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

/**
 * Ends the bridge of `home`, if one runs, even one that answers nobody any more. Returns what it ended. Throws a Failure
 * when it does not go.
 */
export async function stopBridge(home: Home): Promise<InstanceRecord | undefined> {
  const record = await running(home);
  if (record === undefined) return undefined;
  // On Windows this ends it at once; it keeps nothing in memory that it would have to write first.
  signal(record.pid, "SIGTERM");
  const end = performance.now() + STOP_LIMIT_MS;
  while (isProcess(record.pid)) {
    if (performance.now() > end) signal(record.pid, "SIGKILL");
    if (performance.now() > end + STOP_LIMIT_MS) {
      throw new Failure(
        `the bridge (process ${record.pid}) does not end`,
        "End that process in the Task Manager, then run the command again.",
      );
    }
    await sleep(LOOK_MS);
  }
  if (readRecord(home)?.pid === record.pid) rmSync(recordFileOf(home), { force: true });
  return record;
}

/** What proves itself by its certificate; else what its note names and runs a program of ours, for its number may be another's by now. */
async function running(home: Home): Promise<InstanceRecord | undefined> {
  const found = await findBridge(home, []);
  if (found.kind !== "absent" && found.record !== undefined) return found.record;
  const noted = readRecord(home);
  return noted !== undefined && isProcess(noted.pid) && runsOurs(noted.pid, home) ? noted : undefined;
}

function runsOurs(pid: number, home: Home): boolean {
  const ours = appsFolder(home);
  try {
    if (process.platform === "win32") return setupOf().processImage(pid).toLowerCase().startsWith(ours.toLowerCase());
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(ours);
  } catch {
    return false;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}

/** Whether nobody listens on `port` of the loopback addresses. */
export async function isFree(port: number): Promise<boolean> {
  for (const host of ["127.0.0.1", "::1"]) {
    const code = await listening(port, host);
    if (code !== undefined && !["EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"].includes(code)) return false;
  }
  return true;
}

function listening(port: number, host: string): Promise<string | undefined> {
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
