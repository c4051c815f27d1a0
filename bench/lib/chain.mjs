// The whole product, as `npm start -- --simulate` runs it, with a MAPI that notifies when the measurement wants it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { BRIDGE_ENTRY } from "../../tools/lib/paths.mjs";
import { built } from "./build.mjs";
import { startUntil } from "./child.mjs";
import { freePort, preparedHome, temporaryFolder } from "./home.mjs";
import { descendantsOf } from "./procfs.mjs";

export class Chain {
  /** @param {Awaited<ReturnType<typeof startUntil>>} run */
  constructor(run, home, orders) {
    this.run = run;
    this.home = home;
    this.url = run.line[1];
    this.feed = this.url.replace("https:", "wss:").replace("/taskpane.html", "/feed");
    this.orders = orders;
    this.pid = run.child.pid;
  }

  /** `scheduled`: with the MAPI of the measurements; else with the simulated Outlook's own. */
  static async start({ scheduled = true, home } = {}) {
    const at = home ?? (await preparedHome());
    const folder = join(temporaryFolder(), "orders");
    mkdirSync(folder);
    const mapi = scheduled ? ["--mapi", await built("libscheduled-mapi.so")] : [];
    const run = await startUntil(
      /^Ready: (\S+)$/m,
      process.execPath,
      [BRIDGE_ENTRY, "start", "--simulate", "--port", String(await freePort()), ...mapi],
      { env: { ...process.env, OUTLOOK_OFFLINE_STATE_HOME: at.path, BENCH_MAPI: folder } },
    );
    return new Chain(run, at, new Orders(folder));
  }

  /** Process id of the simulated Outlook, in which the agent is. */
  get outlookPid() {
    const outlook = descendantsOf(this.pid).find(({ command }) => command.includes("simulated-outlook"));
    if (outlook === undefined) throw new Error("the simulated Outlook does not run");
    return outlook.pid;
  }

  async end() {
    await this.run.end();
  }
}

/** What the MAPI of the measurements is told to do; see scheduled_mapi.cc. */
export class Orders {
  #number = 0;
  #folder;

  constructor(folder) {
    this.#folder = folder;
  }

  /** Notifies of `count` changes, one each `intervalMs` and up to `jitterMs` more; gives when, and what was told. */
  async notify(count, intervalMs, jitterMs = 0) {
    this.#number += 1;
    const file = (kind) => join(this.#folder, `${kind}-${this.#number}`);
    writeFileSync(file("order"), `${count} ${Math.round(intervalMs * 1000)} ${Math.round(jitterMs * 1000)}\n`);
    const limit = performance.now() + 30_000 + 2 * count * (intervalMs + jitterMs);
    while (!existsSync(file("report"))) {
      if (performance.now() > limit) throw new Error("Outlook's MAPI did not report in time");
      await sleep(20);
    }
    await sleep(300); // what is still on its way
    const stamps = readFileSync(file("report"), "utf8")
      .trim()
      .split("\n")
      .map((line) => {
        const [before, after, online] = line.split(" ").map(Number);
        return { before, after, state: online === 1 ? "online" : "offline" };
      });
    if (stamps.length !== count) throw new Error(`only ${stamps.length} of ${count} changes were notified`);
    return stamps;
  }
}

/**
 * Milliseconds from each stamp to the arrival that tells its state. The feed drops what is overtaken within 50 ms, and a
 * loaded machine may bring two changes that close: such a one has no arrival before the next of its state. Throws when
 * there are more than a few of them.
 */
export function latencies(stamps, arrivals) {
  let next = 0;
  const found = stamps.flatMap(({ before, state }, index) => {
    const until = stamps[index + 2]?.before ?? Number.POSITIVE_INFINITY;
    let at = next;
    while (at < arrivals.length && (arrivals[at].at < before || arrivals[at].state !== state)) at += 1;
    const arrival = arrivals[at];
    if (arrival === undefined || arrival.at > until) return [];
    next = at + 1;
    return [(arrival.at - before) / 1e6];
  });
  if (found.length < 0.9 * stamps.length) throw new Error(`only ${found.length} of ${stamps.length} changes arrived`);
  return found;
}
