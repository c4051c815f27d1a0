import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { temporaryFolder } from "../lib/data-directory.mjs";
import { compare, fact, growth, interleaved, median } from "../lib/measures.mjs";

export const title = "History with 100,000 changes in 30 days";
export const method =
  "The history store compared with SQLite through the same library: the same rows, prepared statements, one transaction per 1,000 rows, the same journal mode. The pane reads the last 24 hours; 720 hours, the maximum, are read in pages so that the event loop is not blocked.";

const DAY_MS = 86_400_000;
const CHANGES = 100_000;
const BATCH = 1000;
const FRAME_MS = 1000 / 60;

export async function run({ rounds, scale }) {
  const { default: Database } = await import("libsql");
  const load = (file) => import(fromRoot("dist/bridge/src/history", file));
  const { SqliteStore } = await load("sqlite-store.js");
  const { openStore, HISTORY_FILE } = await load("open-store.js");
  const { Recorder } = await load("recorder.js");
  const { silentLog } = await import(fromRoot("dist/bridge/src/log/log.js"));
  const count = Math.round(CHANGES * Math.min(1, scale));
  const end = Date.now();
  const spans = spansOf(count, end - 30 * DAY_MS, end);
  const folder = temporaryFolder();
  let number = 0;
  const file = () => join(folder, `${(number += 1)}.db`);
  const last = {};

  const stores = {
    product: () => new ProductStore(new SqliteStore(Database, file())),
    bare: () => new BareStore(Database, file()),
  };
  const timed = (work) => {
    const begin = performance.now();
    work();
    return performance.now() - begin;
  };
  const inserting = (name) => () => {
    last[name]?.close();
    const store = (last[name] = stores[name]());
    return spans.batches.map((batch) => timed(() => store.write(batch)));
  };
  const querying = (name, days, times) => () =>
    Array.from({ length: times }, () => timed(() => last[name].read(end - days * DAY_MS)));
  const both = (make) => ({ product: make("product"), bare: make("bare") });

  const insert = await interleaved(rounds, both(inserting));
  const all = await interleaved(
    rounds,
    both((name) => querying(name, 30, 3)),
  );
  const day = await interleaved(
    rounds,
    both((name) => querying(name, 1, 20)),
  );
  const points = [];
  for (const days of [1, 7, 30]) points.push([days, median(querying("product", days, 5)())]);
  const seeded = new SqliteStore(Database, join(folder, HISTORY_FILE));
  for (const batch of spans.batches) seeded.write(batch);
  seeded.close();
  const log = silentLog();
  const recorder = new Recorder({ store: await openStore(folder, log, () => undefined), log });
  // Reads in pages, and returns the duration of the longest page in milliseconds.
  const read = async (hours) => {
    let longest = 0;
    let begin = performance.now();
    const { pages } = recorder.read(hours);
    for (let page = await pages.next(); page.done !== true; page = await pages.next()) {
      longest = Math.max(longest, performance.now() - begin);
      begin = performance.now();
    }
    return longest;
  };
  await read(24);
  const timeline = [];
  for (let count = 0; count < 200; count += 1) timeline.push(await read(24));
  const blocks = [];
  for (let count = 0; count < 20; count += 1) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await read(720);
    delay.disable();
    blocks.push(delay.max / 1e6);
  }
  recorder.close();
  for (const store of Object.values(last)) store.close();
  const target = { atMost: 1.5 };
  const against = "bare SQLite";
  const frames = median(timeline) / FRAME_MS;
  return {
    measures: [
      compare({
        name: "insert 1,000 changes",
        against,
        unit: "ms",
        product: insert.product,
        baseline: insert.bare,
        target,
      }),
      compare({ name: "query 30 days", against, unit: "ms", product: all.product, baseline: all.bare, target }),
      compare({ name: "query 24 hours", against, unit: "ms", product: day.product, baseline: day.bare, target }),
      fact(
        `longest page of the query for 24 of 720 hours with ${count} changes, as a share of a frame (16.7 ms)`,
        frames,
        {
          target: "below 0.1",
          met: frames < 0.1,
        },
      ),
      fact("longest block of the event loop while 720 hours are read, median", median(blocks), { unit: "ms" }),
      growth("query of N days with 3,333 changes each", "ms", points),
    ],
  };
}

/** The product's store, read as the history recorder reads it. */
class ProductStore {
  constructor(store) {
    this.store = store;
  }

  write(batch) {
    this.store.write(batch);
  }

  read(from) {
    const all = [];
    for (const { first, last, to } of this.store.stretches()) {
      let next = to > from ? this.store.firstAfter(first, last, from) : undefined;
      while (next !== undefined && next <= last) {
        const spans = this.store.read(next, last, 500);
        all.push(...spans);
        next = spans.length === 0 ? undefined : spans[spans.length - 1].number + 1;
      }
    }
    return all;
  }

  close() {
    this.store.close();
  }
}

/** The simplest store with the same table. */
class BareStore {
  constructor(Database, file) {
    this.database = new Database(file);
    this.database.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE span (number INTEGER PRIMARY KEY, state TEXT NOT NULL, reason TEXT, began INTEGER NOT NULL, ended INTEGER NOT NULL) STRICT; CREATE INDEX by_end ON span (ended)",
    );
    this.insert = this.database.prepare("INSERT OR REPLACE INTO span VALUES (?, ?, ?, ?, ?)");
    this.select = this.database.prepare("SELECT state, reason, began, ended FROM span WHERE ended > ? ORDER BY number");
  }

  write(batch) {
    this.database.transaction(() => {
      for (const { number, state, reason, from, to } of batch) this.insert.run(number, state, reason ?? null, from, to);
    })();
  }

  read(from) {
    return this.select.all(from);
  }

  close() {
    this.database.close();
  }
}

function spansOf(count, begin, end) {
  const step = (end - begin) / count;
  const all = Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    state: index % 2 === 0 ? "online" : "offline",
    reason: undefined,
    from: Math.round(begin + index * step),
    to: Math.round(begin + (index + 1) * step),
  }));
  const batches = [];
  for (let from = 0; from < count; from += BATCH) batches.push(all.slice(from, from + BATCH));
  return { all, batches };
}
