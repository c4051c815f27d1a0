/** The pid file of a running bridge, by which other processes find it: <data directory>/run/bridge.json. */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import type { DataDirectory } from "../data-directory.js";
import { asUserError } from "../user-error.js";

const schema = v.object({
  pid: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  port: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(65535)),
  version: v.string(),
});

export type PidFile = v.InferOutput<typeof schema>;

/** The path of the pid file. */
export function pidFilePath(dataDirectory: DataDirectory): string {
  return join(dataDirectory.run, "bridge.json");
}

/** Throws a UserError that names the file. */
export function writePidFile(dataDirectory: DataDirectory, content: PidFile): void {
  const path = pidFilePath(dataDirectory);
  try {
    writeFileSync(`${path}.new`, `${JSON.stringify(content)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (error) {
    throw asUserError(error, path) ?? error;
  }
}

/** The pid file of the last bridge, which may have ended; undefined if there is no valid one. */
export function readPidFile(dataDirectory: DataDirectory): PidFile | undefined {
  try {
    const parsed = v.safeParse(schema, JSON.parse(readFileSync(pidFilePath(dataDirectory), "utf8")));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the pid file if it is that of this process. */
export function removePidFile(dataDirectory: DataDirectory): void {
  if (readPidFile(dataDirectory)?.pid === process.pid) rmSync(pidFilePath(dataDirectory), { force: true });
}

/** Removes the pid file of a bridge that has ended. Only the holder of the lock may call it. */
export function removeStalePidFile(dataDirectory: DataDirectory): void {
  try {
    rmSync(pidFilePath(dataDirectory), { force: true });
  } catch {
    // `writePidFile` replaces it or reports the error.
  }
}
