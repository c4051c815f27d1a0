// The whole product, as `npm start -- --simulate` runs it, with a MAPI provider that notifies on request.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { BRIDGE_ENTRY } from "../../tools/lib/paths.mjs";
import { built } from "./build.mjs";
import { startUntil } from "./processes.mjs";
import { freePort, preparedDataDirectory, temporaryFolder } from "./data-directory.mjs";
import { descendantsOf } from "./procfs.mjs";

export class Pipeline {
  /** @param {Awaited<ReturnType<typeof startUntil>>} run */
  constructor(run, dataDirectory, mapi) {
    this.run = run;
    this.dataDirectory = dataDirectory;
    this.url = run.line[1];
    this.feed = this.url.replace("https:", "wss:").replace("/taskpane.html", "/feed");
    this.mapi = mapi;
    this.pid = run.child.pid;
  }

  /** @param {{ scheduled?: boolean, dataDirectory?: object }} [options] `scheduled`: with scheduled_mapi.cc; else with the simulator's own MAPI provider */
  static async start({ scheduled = true, dataDirectory } = {}) {
    const at = dataDirectory ?? (await preparedDataDirectory());
    const folder = join(temporaryFolder(), "mapi");
    mkdirSync(folder);
    const provider = scheduled ? ["--mapi", await built("libscheduled-mapi.so")] : [];
    const run = await startUntil(
      /^Ready: (\S+)$/m,
      process.execPath,
      [BRIDGE_ENTRY, "start", "--simulate", "--port", String(await freePort()), ...provider],
      { env: { ...process.env, OUTLOOK_OFFLINE_STATE_HOME: at.path, BENCH_MAPI: folder } },
    );
    return new Pipeline(run, at, new ScheduledMapi(folder));
  }

  /** Process id of the simulator, which hosts the agent. */
  get outlookPid() {
    const outlook = descendantsOf(this.pid).find(({ command }) => command.includes("simulated-outlook"));
    if (outlook === undefined) throw new Error("the simulator is not running");
    return outlook.pid;
  }

  async end() {
    await this.run.end();
  }
}

/** Controls scheduled_mapi.cc by files in a folder. */
export class ScheduledMapi {
  #number = 0;
  #folder;

  constructor(folder) {
    this.#folder = folder;
  }

  /**
   * Notifies `count` changes, one every `intervalMs` plus up to `jitterMs`.
   * @returns for each change: nanoseconds before and after Notify was called, and the state
   */
  async notify(count, intervalMs, jitterMs = 0) {
    this.#number += 1;
    const file = (kind) => join(this.#folder, `${kind}-${this.#number}`);
    writeFileSync(file("request"), `${count} ${Math.round(intervalMs * 1000)} ${Math.round(jitterMs * 1000)}\n`);
    const deadline = performance.now() + 30_000 + 2 * count * (intervalMs + jitterMs);
    while (!existsSync(file("report"))) {
      if (performance.now() > deadline) throw new Error("the MAPI provider did not report in time");
      await sleep(20);
    }
    await sleep(300); // messages that are still on their way
    const changes = readFileSync(file("report"), "utf8")
      .trim()
      .split("\n")
      .map((line) => {
        const [before, after, online] = line.split(" ").map(Number);
        return { before, after, state: online === 1 ? "online" : "offline" };
      });
    if (changes.length !== count) throw new Error(`only ${changes.length} of ${count} changes were notified`);
    return changes;
  }
}

/**
 * Milliseconds from each change to the arrival of its state. The feed sends at most one message in 50 ms, so a change may have no
 * arrival on a loaded machine. Throws if more than 10 % have none.
 */
export function latencies(changes, arrivals) {
  let next = 0;
  const found = changes.flatMap(({ before, state }, index) => {
    const until = changes[index + 2]?.before ?? Number.POSITIVE_INFINITY;
    let at = next;
    while (at < arrivals.length && (arrivals[at].at < before || arrivals[at].state !== state)) at += 1;
    const arrival = arrivals[at];
    if (arrival === undefined || arrival.at > until) return [];
    next = at + 1;
    return [(arrival.at - before) / 1e6];
  });
  if (found.length < 0.9 * changes.length) throw new Error(`only ${found.length} of ${changes.length} changes arrived`);
  return found;
}
