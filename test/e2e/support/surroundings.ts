// What a run lives in, and what it must leave behind: nothing.
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { LOOPBACK } from "../../support/loopback.js";

const runFile = promisify(execFile);

/** A folder of the test's own, for a home of the product or of a browser. */
export function freshFolder(): string {
  return mkdtempSync(path.join(tmpdir(), "offline-state-e2e-"));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Whether somebody listens on a port of this machine. */
export async function isPortFree(port: number): Promise<boolean> {
  for (const host of LOOPBACK) {
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once("error", () => {
        resolve(false);
      });
      server.listen(port, host, () => {
        server.close(() => {
          resolve(true);
        });
      });
    });
    if (!free) return false;
  }
  return true;
}

export interface Process {
  readonly pid: number;
  readonly command: string;
}

/** Every process that runs in `home`: its environment says so. */
export async function processesOf(home: string): Promise<Process[]> {
  const { stdout } = await runFile("ps", ["axeww", "-o", "pid=,command="], { maxBuffer: 64 << 20 });
  return stdout.split("\n").flatMap((line) => {
    const [, pid = "", command = ""] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return command.includes(`OUTLOOK_OFFLINE_STATE_HOME=${home}`) ? [{ pid: Number(pid), command }] : [];
  });
}

/** Every socket file below a folder. */
export function socketsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(path.join(folder, name), { throwIfNoEntry: false })?.isSocket(),
  );
}
