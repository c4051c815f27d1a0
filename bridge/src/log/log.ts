/** The log for a help desk: <home>/logs/bridge.log, one JSON object a line. What a person reads is cli/console.ts. */
import { join } from "node:path";
import { pino, type Logger } from "pino";
import { describe, Failure } from "../failure.js";
import type { Home } from "../home/home.js";
import { isoTime } from "./iso-time.js";
import { RotatingFile } from "./rotating-file.js";

export type Log = Logger;

const MAX_BYTES = 2_000_000;
/** Four files of 2 MB, and one line beyond each: under 10 MB. */
const MAX_FILES = 4;

/** The file that is being written; older ones lie beside it as bridge.1.log to bridge.3.log. */
export function logFileOf(home: Home): string {
  return join(home.logs, "bridge.log");
}

/** Opens the log. Throws a Failure when it cannot be written. */
export function openLog(home: Home, level = "info"): { readonly log: Log; readonly close: () => void } {
  let file: RotatingFile;
  try {
    file = new RotatingFile({ file: logFileOf(home), maxBytes: MAX_BYTES, maxFiles: MAX_FILES });
  } catch (thrown) {
    throw new Failure(
      `the log ${logFileOf(home)} cannot be written (${describe(thrown)})`,
      "Make it a file that you may write, or remove it.",
      { cause: thrown },
    );
  }
  const log = pino(
    { level, base: { pid: process.pid }, timestamp: () => `,"time":"${isoTime(Date.now())}"` },
    {
      write: (line: string) => {
        file.write(line);
      },
    },
  );
  return {
    log,
    close: () => {
      file.close();
    },
  };
}

/** A log that keeps nothing. */
export function silentLog(): Log {
  return pino({ level: "silent" });
}
