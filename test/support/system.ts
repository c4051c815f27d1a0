// What tests ask of the operating system: addresses, ports, processes, resources, permissions.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";

const HAS_IPV6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === "::1"));

/** The loopback addresses of this machine; not every machine has IPv6. */
export const LOOPBACK: readonly string[] = HAS_IPV6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"];

/** The IPv6 loopback address if the machine has one, else the IPv4 one. */
export const OTHER_LOOPBACK = HAS_IPV6 ? "::1" : "127.0.0.1";

const runFile = promisify(execFile);

/** A port on which nothing listens at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Whether nothing listens on a loopback port. */
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

/** Every process whose environment names `dataDirectory`. */
export async function processesOf(dataDirectory: string): Promise<Process[]> {
  const { stdout } = await runFile("ps", ["axeww", "-o", "pid=,command="], { maxBuffer: 64 << 20 });
  return stdout.split("\n").flatMap((line) => {
    const [, pid = "", command = ""] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return command.includes(`OUTLOOK_OFFLINE_STATE_HOME=${dataDirectory}`) ? [{ pid: Number(pid), command }] : [];
  });
}

/** Every socket file below a folder. */
export function socketsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(path.join(folder, name), { throwIfNoEntry: false })?.isSocket(),
  );
}

export interface ResourceUsage {
  /** Resident memory, MB. */
  readonly memory: number;
  readonly handles: number;
  readonly threads: number;
}

/** Reads fields of /proc/<pid>/status. */
function statusReader(pid: number): (name: string) => number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
}

/** The peak resident memory of a process, MB. Linux only. */
export function peakMemory(pid: number): number {
  return statusReader(pid)("VmHWM") / 1024;
}

/** The resources that a process uses now. Linux only. */
export function resourceUsage(pid: number): ResourceUsage {
  const value = statusReader(pid);
  return { memory: value("VmRSS") / 1024, handles: readdirSync(`/proc/${pid}/fd`).length, threads: value("Threads") };
}

/** Checks the mode of a file or folder. Not on Windows, which has no mode bits. */
export function expectPermissions(path: string, mode: number): void {
  if (process.platform !== "win32") expect(statSync(path).mode & 0o7777).toBe(mode);
}
