import { readdirSync, readFileSync } from "node:fs";

export interface Footprint {
  /** Resident memory, MB. */
  readonly memory: number;
  readonly handles: number;
  readonly threads: number;
}

/** What a process of Linux holds now. */
export function footprint(pid: number): Footprint {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const value = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  return { memory: value("VmRSS") / 1024, handles: readdirSync(`/proc/${pid}/fd`).length, threads: value("Threads") };
}
