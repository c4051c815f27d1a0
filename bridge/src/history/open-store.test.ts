import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { describe, expect, it } from "vitest";
import { temporaryHome } from "../../../test/support/temporary-home.js";
import { silentLog } from "../log/log.js";
import { DAMAGED_FILE, HISTORY_FILE, openStore } from "./open-store.js";
import { SqliteStore } from "./sqlite-store.js";
import { MemoryStore, type NumberedSpan, type Store } from "./store.js";

const log = silentLog();
const spans: readonly NumberedSpan[] = [
  { number: 1, state: "online", from: 100, to: 200 },
  { number: 2, state: "unknown", from: 200, to: 300, reason: "agent-missing" },
];
const read = spans.map(({ state, from, to, reason }) => ({ state, from, to, reason }));

async function open(folder: string): Promise<{ store: Store; told: string[] }> {
  const told: string[] = [];
  const store = await openStore(folder, log, (sentence) => told.push(sentence));
  return { store, told };
}

/** A folder with a history in it. */
async function written(): Promise<string> {
  const folder = temporaryHome();
  const { store } = await open(folder);
  store.write(spans);
  store.close();
  return folder;
}

describe("the history on disk", () => {
  it("is there again after a restart, and numbers go on", async () => {
    const { store, told } = await open(await written());
    expect(store.read(0)).toEqual(read);
    expect(store.read(200)).toEqual(read.slice(1));
    expect(store.lastNumber()).toBe(2);
    expect(told).toEqual([]);
    store.close();
  });

  it("replaces a span that is drawn out, and forgets what is old or too much", async () => {
    const { store } = await open(await written());
    store.write([{ number: 2, state: "unknown", from: 200, to: 350, reason: "agent-missing" }]);
    store.write([{ number: 3, state: "offline", from: 350, to: 400 }]);
    store.prune(201, 100);
    expect(store.read(0).map(({ to }) => to)).toEqual([350, 400]);
    store.prune(0, 1);
    expect(store.read(0).map(({ to }) => to)).toEqual([400]);
    store.close();
  });

  it("is the same in memory", () => {
    const store = new MemoryStore();
    store.write(spans);
    expect(store.lastNumber()).toBe(2);
    store.write([{ number: 2, state: "unknown", from: 200, to: 350, reason: "agent-missing" }]);
    store.prune(201, 100);
    expect(store.read(0)).toEqual([{ state: "unknown", from: 200, to: 350, reason: "agent-missing" }]);
  });
});

describe("a history that is damaged", () => {
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

  it.each(damages)("because it %s is set aside with a message, and a new one begun", async (_what, damage) => {
    const folder = await written();
    damage(join(folder, HISTORY_FILE));
    const { store, told } = await open(folder);
    expect(store).toBeInstanceOf(SqliteStore);
    expect(store.read(0)).toEqual([]);
    store.write(spans);
    expect(store.read(0)).toEqual(read);
    store.close();
    expect(told.join()).toContain(join(folder, DAMAGED_FILE));
    expect(existsSync(join(folder, DAMAGED_FILE))).toBe(true);
  });

  it("is set aside once: a second damage does not pile up", async () => {
    const folder = await written();
    for (let time = 0; time < 3; time += 1) {
      writeFileSync(join(folder, HISTORY_FILE), `damaged ${time} `.repeat(1000));
      (await open(folder)).store.close();
    }
    expect(readdirSync(folder).filter((name) => name.includes("damaged"))).toEqual([DAMAGED_FILE]);
    expect(readFileSync(join(folder, DAMAGED_FILE), "utf8")).toMatch(/^damaged 2 /);
  });
});

describe("a history that cannot be used", () => {
  it("because another program has locked it is left alone; memory must do, and nothing stops", async () => {
    const folder = await written();
    const other = new Database(join(folder, HISTORY_FILE));
    other.exec("BEGIN EXCLUSIVE; INSERT INTO span VALUES (9, 'online', NULL, 1, 2)");
    try {
      const { store, told } = await open(folder);
      expect(store).toBeInstanceOf(MemoryStore);
      store.write(spans);
      expect(store.read(0)).toEqual(read);
      expect(told.join()).toContain(join(folder, HISTORY_FILE));
    } finally {
      other.exec("ROLLBACK");
      other.close();
    }
    const { store } = await open(folder);
    expect(store.read(0)).toEqual(read);
    store.close();
  });

  it("because a folder is in its place is kept in memory", async () => {
    const folder = temporaryHome();
    mkdirSync(join(folder, HISTORY_FILE));
    const { store, told } = await open(folder);
    expect(store).toBeInstanceOf(MemoryStore);
    expect(told).toHaveLength(1);
  });
});
