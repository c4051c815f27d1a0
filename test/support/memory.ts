import { readdirSync, readFileSync } from "node:fs";

export interface Footprint {
  /** Resident memory, MB. */
  readonly memory: number;
  readonly handles: number;
  readonly threads: number;
}

function reader(pid: number): (name: string) => number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
}

/** The most resident memory that a process of Linux has had so far, MB. */
export function peakMemory(pid: number): number {
  return reader(pid)("VmHWM") / 1024;
}

/** What a process of Linux holds now. */
export function footprint(pid: number): Footprint {
  const value = reader(pid);
  return { memory: value("VmRSS") / 1024, handles: readdirSync(`/proc/${pid}/fd`).length, threads: value("Threads") };
}
