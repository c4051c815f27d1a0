// Statistics of processes, from Linux' /proc.
import { readdirSync, readFileSync } from "node:fs";

/** Of all threads: processor time in nanoseconds, and the number of wake-ups. */
export function activityOf(pid) {
  let cpuNs = 0;
  let wakeUps = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    cpuNs += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]);
    const status = readFileSync(`/proc/${pid}/task/${task}/status`, "utf8");
    wakeUps += Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)[1]);
  }
  return { cpuNs, wakeUps };
}

/** Bytes. `private` is what would become free if the process ended; `resident` includes shared memory. */
export function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const kb = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
  return { private: (kb("Private_Clean") + kb("Private_Dirty")) * 1024, resident: kb("Rss") * 1024 };
}

/** All descendants of a process: id and command line. */
export function descendantsOf(pid) {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        return [{ pid: Number(name), parent, command }];
      } catch {
        return []; // the process has just ended
      }
    });
  const below = (parent) => all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid);
}
