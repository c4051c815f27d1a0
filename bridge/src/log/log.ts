/** The log file for support: <data directory>/logs/bridge.log, one JSON object per line. Output for people is in cli/console.ts. */
import { join } from "node:path";
import { pino, type Logger } from "pino";
import type { DataDirectory } from "../data-directory.js";
import { messageOf, UserError } from "../user-error.js";
import { RotatingFile } from "./rotating-file.js";

export type Log = Logger;

const MAX_BYTES = 2_000_000;
/** Four files of 2 MB, each of which may exceed that by one line: less than 10 MB. */
const MAX_FILES = 4;

/** The current file; older ones are bridge.1.log to bridge.3.log. */
export function logFileOf(dataDirectory: DataDirectory): string {
  return join(dataDirectory.logs, "bridge.log");
}

/** Opens the log for writing. Each line is on disk when the call that logs it returns. Throws a UserError. */
export function openLog(
  dataDirectory: DataDirectory,
  level = "info",
): { readonly log: Log; readonly close: () => void } {
  let file: RotatingFile;
  try {
    file = new RotatingFile({ file: logFileOf(dataDirectory), maxBytes: MAX_BYTES, maxFiles: MAX_FILES });
  } catch (error) {
    throw new UserError(
      `cannot write the log ${logFileOf(dataDirectory)} (${messageOf(error)})`,
      "Make the file writable or remove it.",
      { cause: error },
    );
  }
  const log = pino({ level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime }, file);
  return {
    log,
    close: () => {
      file.close();
    },
  };
}

/** A log that discards everything. */
export function silentLog(): Log {
  return pino({ level: "silent" });
}
