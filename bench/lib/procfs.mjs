// What Linux has counted for a process.
import { readdirSync, readFileSync } from "node:fs";

/** Processor time of all its threads, nanoseconds, and how often they have woken from a wait. */
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

/** Bytes: `private` is what would be free if the process ended, `resident` includes what it shares. */
export function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const kb = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
  return { private: (kb("Private_Clean") + kb("Private_Dirty")) * 1024, resident: kb("Rss") * 1024 };
}

/** The processes that `pid` has started, and theirs: id and command line. */
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
        return []; // it has just ended
      }
    });
  const below = (parent) => all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid);
}
