/** The note that a running bridge leaves in its home, so that others find it: <home>/run/bridge.json. */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { asFailure } from "../failure.js";
import type { Home } from "../home/home.js";

const schema = v.object({
  pid: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  port: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(65535)),
  version: v.string(),
});

export type InstanceRecord = v.InferOutput<typeof schema>;

export function recordFileOf(home: Home): string {
  return join(home.run, "bridge.json");
}

/** Throws a Failure that names the file. */
export function writeRecord(home: Home, record: InstanceRecord): void {
  const file = recordFileOf(home);
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (thrown) {
    throw asFailure(thrown, file) ?? thrown;
  }
}

/** What the last bridge wrote, which may have gone since; undefined when there is no readable note. */
export function readRecord(home: Home): InstanceRecord | undefined {
  try {
    const parsed = v.safeParse(schema, JSON.parse(readFileSync(recordFileOf(home), "utf8")));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** Takes back this process's own note, and nobody else's. */
export function removeRecord(home: Home): void {
  if (readRecord(home)?.pid === process.pid) rmSync(recordFileOf(home), { force: true });
}

/** Removes the record of a bridge that has ended. Only the holder of the lock may call it. */
export function removeStaleRecord(home: Home): void {
  try {
    rmSync(recordFileOf(home), { force: true });
  } catch {
    // It is replaced, or writing it says what is in the way.
  }
}
