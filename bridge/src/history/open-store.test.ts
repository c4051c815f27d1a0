// Real files, and a real second process that holds their lock.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Status, State } from "../../../shared/src/contract.js";
import { temporaryFolder } from "../../../test/support/temporary-folder.js";
import { silentLog } from "../log/log.js";
import { DAMAGED_FILE, HISTORY_FILE, openStore, UNWRITTEN_FILE } from "./open-store.js";
import { Recorder } from "./recorder.js";
import type { DurableStore, NumberedSpan } from "./store.js";

const log = silentLog();
const spans: readonly NumberedSpan[] = [
  { number: 1, state: "online", from: 100, to: 200 },
  { number: 2, state: "unknown", from: 200, to: 300, reason: "agent-missing" },
];

async function open(folder: string): Promise<{ store: DurableStore; printed: string[] }> {
  const printed: string[] = [];
  const store = await openStore(folder, log, (sentence) => printed.push(sentence));
  return { store, printed };
}

/** The database as versions before 0.2 made it. */
const EARLIER = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS span (
    number INTEGER PRIMARY KEY, state TEXT NOT NULL, reason TEXT, began INTEGER NOT NULL, ended INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS span_ended ON span (ended);
  PRAGMA user_version = 1;
  INSERT OR REPLACE INTO span VALUES (1, 'online', NULL, 100, 200), (2, 'unknown', 'agent-missing', 200, 300);`;

/** A folder with a history in it. */
async function written(): Promise<string> {
  const folder = temporaryFolder();
  const { store } = await open(folder);
  store.write(spans);
  store.close();
  return folder;
}

const all = (store: DurableStore): NumberedSpan[] => store.read(0, Number.MAX_SAFE_INTEGER, 1000);

/**
 * Another program that holds the history, which it makes if there is none: libsql keeps a file open in the process that has
 * closed it. "EXCLUSIVE" prevents reading, "IMMEDIATE" prevents writing.
 */
async function lockByAnotherProcess(folder: string, how: "EXCLUSIVE" | "IMMEDIATE"): Promise<() => Promise<void>> {
  const exclusive = how === "EXCLUSIVE" ? "PRAGMA locking_mode = EXCLUSIVE;" : "";
  const script = `
    const Database = require("libsql");
    const database = new Database(${JSON.stringify(join(folder, HISTORY_FILE))});
    database.exec(${JSON.stringify(EARLIER)});
    database.exec("${exclusive} BEGIN ${how}; CREATE TABLE other (a)");
    console.log("locked");
    process.stdin.once("data", () => process.exit(0));
  `;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const [said] = (await Promise.race([once(child.stdout, "data"), once(child, "exit")])) as unknown[];
  if (String(said).trim() !== "locked") throw new Error("the history could not be locked");
  return async () => {
    child.stdin.write("release\n");
    await once(child, "exit");
  };
}

const DAY = 86_400_000;
const START = 1_767_258_000_000;

class Clock {
  time = START;
  readonly clocks = { unix: (): number => this.time, monotonic: (): number => this.time - START };
}

function statusOf(state: State, since: number): Status {
  const notifies = { online: true, offline: true };
  return { state, since, ageMs: 0, source: { status: "listening", profile: "P", outlook: "16", notifies } };
}

async function states(recorder: Recorder): Promise<string[]> {
  const found = [];
  for await (const page of recorder.read(1).pages) found.push(...page.map(({ state, reason }) => reason ?? state));
  return found;
}

describe("the database of the history", () => {
  it("keeps its spans over a restart, and numbers new ones after them", async () => {
    const folder = await written();
    const { store, printed } = await open(folder);
    expect(all(store)).toEqual(spans);
    expect(store.base).toBe(2);
    store.write([{ number: 1, state: "offline", from: 300, to: 310 }]);
    expect(all(store).map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(printed).toEqual([]);
    store.close();
  });

  it("replaces a span that is extended, and reads in pieces", async () => {
    const { store } = await open(temporaryFolder());
    store.write(spans);
    store.write([{ number: 2, state: "unknown", from: 200, to: 350, reason: "agent-missing" }]);
    store.write([{ number: 3, state: "offline", from: 350, to: 400 }]);
    expect(store.read(1, 3, 2).map(({ to }) => to)).toEqual([200, 350]);
    expect(store.read(3, 3, 2).map(({ to }) => to)).toEqual([400]);
    expect(store.firstAfter(1, 3, 0)).toBe(1);
    expect(store.firstAfter(1, 3, 200)).toBe(2);
    expect(store.firstAfter(1, 2, 350)).toBeUndefined();
    store.close();
  });

  it("finds the stretches again that it had when the spans were written", async () => {
    const folder = temporaryFolder();
    const { store } = await open(folder);
    const more = [
      { number: 3, state: "online", from: 310, to: 400 },
      { number: 4, state: "offline", from: 400, to: 500 },
      { number: 5, state: "online", from: 450, to: 600 },
      { number: 7, state: "offline", from: 600, to: 700 },
    ];
    store.write([...spans, ...more]);
    const stretches = [...store.stretches()];
    expect(stretches).toEqual([
      { first: 1, last: 2, from: 100, to: 300 },
      { first: 3, last: 4, from: 310, to: 500 },
      { first: 5, last: 5, from: 450, to: 600 },
      { first: 7, last: 7, from: 600, to: 700 },
    ]);
    store.close();
    expect((await open(folder)).store.stretches()).toEqual(stretches);
  });

  it("takes all of a batch or nothing, and the next batch", async () => {
    const { store } = await open(temporaryFolder());
    const broken = { number: 2, state: "online", from: Number.NaN, to: 300 };
    expect(() => {
      store.write([{ number: 1, state: "online", from: 100, to: 200 }, broken]);
    }).toThrow();
    expect(all(store)).toEqual([]);
    expect(store.stretches()).toEqual([]);
    store.write(spans);
    expect(all(store)).toEqual(spans);
    store.close();
  });

  it("leaves out rows that are no spans, in a table that takes anything", async () => {
    const folder = temporaryFolder();
    const database = new Database(join(folder, HISTORY_FILE));
    database.exec(`
      CREATE TABLE span (number INTEGER PRIMARY KEY, state, reason, began, ended);
      INSERT INTO span VALUES (1, 'online', NULL, 100, 200), (2, 5, NULL, 200, 300), (3, 'online', x'00', 300, 400),
        (4, 'online', NULL, 'a', 500), (5, 'online', NULL, 500, 'b'), (6, 'offline', NULL, 600, 700)`);
    database.close();
    const { store } = await open(folder);
    expect(store.stretches()).toEqual([
      { first: 1, last: 1, from: 100, to: 200 },
      { first: 6, last: 6, from: 600, to: 700 },
    ]);
    store.close();
  });

  it("deletes what has expired, a limited number at a time, and what is too much", async () => {
    const folder = temporaryFolder();
    const { store } = await open(folder);
    const days = Array.from({ length: 60 }, (_, day): NumberedSpan => {
      const from = START + day * DAY;
      return { number: day + 1, state: day % 2 === 0 ? "online" : "offline", from, to: from + DAY };
    });
    store.write(days);
    const now = START + 60 * DAY;
    expect(store.prune(now, 30 * DAY, 1000, 10)).toBe(true);
    expect(all(store)).toHaveLength(50);
    expect(store.stretches()).toEqual([{ first: 11, last: 60, from: START + 10 * DAY, to: now }]);
    while (store.prune(now, 30 * DAY, 1000, 10));
    // 30 days, and four more.
    expect(all(store)[0]?.to).toBe(now - 34 * DAY);
    expect(store.prune(now, 30 * DAY, 20, 1000)).toBe(false);
    expect(all(store).map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, index) => index + 41));
    store.close();
    expect((await open(folder)).store.stretches()).toEqual([{ first: 41, last: 60, from: START + 40 * DAY, to: now }]);
  });

  it("of an earlier version is used as it is", async () => {
    const folder = temporaryFolder();
    const database = new Database(join(folder, HISTORY_FILE));
    database.exec(EARLIER);
    database.close();
    const { store, printed } = await open(folder);
    expect(all(store)).toEqual(spans);
    expect(printed).toEqual([]);
    store.close();
    // What a program of that version checks.
    const again = new Database(join(folder, HISTORY_FILE));
    expect(again.prepare("SELECT group_concat(name) AS names FROM pragma_table_info('span')").get()).toMatchObject({
      names: "number,state,reason,began,ended",
    });
    expect(again.prepare("SELECT user_version AS version FROM pragma_user_version").get()).toMatchObject({
      version: 1,
    });
    again.close();
  });

  it("shows a state or reason of a newer version as unknown, keeps it, and hides nothing else", async () => {
    const folder = temporaryFolder();
    const { store } = await open(folder);
    const clock = new Clock();
    clock.time = START + 500;
    const values = [
      ["online", undefined],
      ["unknown", "policy-disabled"],
      ["dreaming", undefined],
      ["offline", "policy-disabled"],
      ["unknown", "agent-missing"],
    ] as const;
    store.write(
      values.map(([state, reason], index) => {
        const from = START + index * 100;
        return { number: index + 1, state, reason, from, to: from + 100 };
      }),
    );
    // Rows that are no spans at all.
    const other = new Database(join(folder, HISTORY_FILE));
    other.exec(
      "INSERT INTO span VALUES (6, 'online', NULL, 9007199254740993, 9007199254740995), (7, 'online', NULL, 5, 4)",
    );
    other.close();
    store.close();
    const recorder = new Recorder({ store: (await open(folder)).store, log, clocks: clock.clocks });
    expect(await states(recorder)).toEqual(["unknown", "online", "unknown", "offline", "agent-missing"]);
    recorder.record(statusOf("online", clock.time));
    clock.time += 1000;
    expect((await states(recorder)).at(-1)).toBe("online");
    recorder.close();
    const { store: again } = await open(folder);
    expect(
      all(again)
        .slice(0, 5)
        .map(({ state, reason }) => [state, reason]),
    ).toEqual(values);
    again.close();
  });
});

describe("a damaged history", () => {
  const damages: [string, (file: string) => void][] = [
    [
      "is no database",
      (file) => {
        writeFileSync(file, "this is not what SQLite wrote, ".repeat(500));
      },
    ],
    [
      "was overwritten in its middle",
      (file) => {
        const bytes = readFileSync(file);
        writeFileSync(file, Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0xa5)]));
      },
    ],
    [
      "was cut off",
      (file) => {
        writeFileSync(file, readFileSync(file).subarray(0, 5000));
      },
    ],
    [
      "has another table of that name",
      (file) => {
        const database = new Database(file);
        database.exec("DROP TABLE span; CREATE TABLE span (a); INSERT INTO span VALUES (1)");
        database.close();
      },
    ],
    [
      "is of a later version",
      (file) => {
        const database = new Database(file);
        database.exec("PRAGMA user_version = 99");
        database.close();
      },
    ],
  ];

  it.each(damages)("that %s is set aside with a message, and a new one begun", async (_what, damage) => {
    const folder = await written();
    const file = join(folder, HISTORY_FILE);
    damage(file);
    const bytes = readFileSync(file);
    const { store, printed } = await open(folder);
    expect(all(store)).toEqual([]);
    store.write(spans);
    expect(all(store)).toEqual(spans);
    store.close();
    expect(printed.join()).toContain(join(folder, DAMAGED_FILE));
    expect(readFileSync(join(folder, DAMAGED_FILE)).equals(bytes)).toBe(true);
  });

  it("is kept with the two before it", async () => {
    const folder = await written();
    for (let time = 0; time < 5; time += 1) {
      writeFileSync(join(folder, HISTORY_FILE), `damaged ${time} `.repeat(1000));
      writeFileSync(join(folder, `${HISTORY_FILE}-wal`), `changes ${time}`);
      (await open(folder)).store.close();
    }
    const kept = readdirSync(folder).filter((name) => /damaged.*\.db$/.test(name));
    expect(kept.map((name) => readFileSync(join(folder, name), "utf8").slice(0, 9)).sort()).toEqual([
      "damaged 2",
      "damaged 3",
      "damaged 4",
    ]);
    expect(readFileSync(join(folder, DAMAGED_FILE), "utf8")).toMatch(/^damaged 4 /);
    expect(readFileSync(join(folder, `${DAMAGED_FILE}-wal`), "utf8")).toBe("changes 4");
  });

  it("that is noticed while the bridge runs is set aside, and what was recorded since is written to the new one", async () => {
    const folder = await written();
    const { store } = await open(folder);
    const clock = new Clock();
    const recorder = new Recorder({ store, log, clocks: clock.clocks });
    recorder.record(statusOf("online", clock.time));
    recorder.extend();
    const file = join(folder, HISTORY_FILE);
    const other = new Database(file);
    other.exec("PRAGMA wal_checkpoint(TRUNCATE); DROP TABLE span; CREATE TABLE span (a)");
    other.close();
    clock.time += 1000;
    recorder.record(statusOf("offline", clock.time));
    clock.time += 1000;
    await expect
      .poll(() => {
        recorder.extend();
        return existsSync(join(folder, DAMAGED_FILE));
      })
      .toBe(true);
    await expect.poll(() => states(recorder)).toContain("offline");
    recorder.close();
    const { store: again } = await open(folder);
    expect(all(again).map(({ state }) => state)).toContain("offline");
    again.close();
  });
});

describe("a history that cannot be used now", () => {
  it("because another program has locked it is kept in memory, and written when it is free", async () => {
    const folder = temporaryFolder();
    const release = await lockByAnotherProcess(folder, "EXCLUSIVE");
    const { store, printed } = await open(folder);
    expect(printed.join()).toContain(join(folder, HISTORY_FILE));
    const clock = new Clock();
    const recorder = new Recorder({ store, log, clocks: clock.clocks });
    for (const state of ["online", "offline", "online"] as const) {
      recorder.record(statusOf(state, clock.time));
      clock.time += 1000;
      recorder.extend();
    }
    expect(await states(recorder)).toEqual(["unknown", "online", "offline", "online"]);
    await release();
    await expect
      .poll(() => {
        clock.time += 1000;
        recorder.extend();
        return readdirSync(folder);
      })
      .not.toContain(UNWRITTEN_FILE);
    expect(await states(recorder)).toEqual(["unknown", "online", "offline", "online"]);
    recorder.close();
    const { store: again } = await open(folder);
    expect(all(again).map(({ state }) => state)).toEqual(["online", "unknown", "online", "offline", "online"]);
    again.close();
  });

  it("because another program is writing to it shows what it holds, and is written when it is free", async () => {
    const folder = await written();
    const clock = new Clock();
    clock.time = 400;
    const recorder = new Recorder({ store: (await open(folder)).store, log, clocks: clock.clocks });
    recorder.record(statusOf("offline", 350));
    const release = await lockByAnotherProcess(folder, "IMMEDIATE");
    recorder.extend();
    const expected = ["unknown", "online", "agent-missing", "unknown", "offline"];
    expect((await states(recorder)).slice(1)).toEqual(expected.slice(1));
    await release();
    recorder.extend();
    recorder.close();
    const { store: again } = await open(folder);
    expect(all(again)).toHaveLength(3);
    again.close();
  });

  it.each(["stopped", "killed"])("is not lost when the bridge is %s meanwhile", async (how) => {
    const folder = temporaryFolder();
    const release = await lockByAnotherProcess(folder, "EXCLUSIVE");
    const clock = new Clock();
    const first = new Recorder({ store: (await open(folder)).store, log, clocks: clock.clocks });
    first.record(statusOf("offline", clock.time));
    clock.time += 1000;
    if (how === "stopped") first.close();
    else first.extend();
    expect(existsSync(join(folder, UNWRITTEN_FILE))).toBe(true);
    await release();

    clock.time += 1000;
    const second = new Recorder({ store: (await open(folder)).store, log, clocks: clock.clocks });
    second.record(statusOf("online", clock.time));
    clock.time += 1000;
    expect((await states(second)).slice(1)).toEqual(["offline", "unknown", "online"]);
    second.close();
    expect(existsSync(join(folder, UNWRITTEN_FILE))).toBe(false);
    const { store } = await open(folder);
    expect(all(store).map(({ state }) => state)).toEqual(["online", "unknown", "offline", "online"]);
    store.close();
  });

  it("because a folder is in its place is used once it has gone", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, HISTORY_FILE));
    const { store, printed } = await open(folder);
    expect(printed).toHaveLength(1);
    expect(() => {
      store.write(spans);
    }).toThrow();
    rmdirSync(join(folder, HISTORY_FILE));
    await expect
      .poll(() => {
        try {
          store.write(spans);
          return all(store);
        } catch {
          return [];
        }
      })
      .toEqual(spans);
    store.close();
  });

  it("leaves aside changes that were kept and are damaged", async () => {
    const folder = await written();
    writeFileSync(join(folder, UNWRITTEN_FILE), '[{"state":');
    const { store } = await open(folder);
    expect(store.unwritten).toEqual([]);
    expect(readFileSync(join(folder, `${UNWRITTEN_FILE}.damaged`), "utf8")).toBe('[{"state":');
    expect(all(store)).toEqual(spans);
    store.close();
  });
});
