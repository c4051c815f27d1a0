/** Output for people and programs: results on stdout, errors on stderr. The log file is in log/log.ts. */
import { fstatSync } from "node:fs";
import { printableJson, printableLines } from "../log/sanitize.js";
import { loadNativeModule } from "../native-module.js";
import { asUserError, codeOf, messageOf, UserError } from "../user-error.js";

/** The remedy for invalid arguments. */
export const USAGE_HINT = "Run with --help for usage.";

const READER_CHECK_INTERVAL_MS = 250;
const STDOUT = 1;

/** Aborted when stdout cannot be written any more. */
const outputEnded = new AbortController();
let outputFailed = false;

/**
 * Handles errors of stdout. A closed pipe (`| head`) is not an error. Any other error is printed, and the exit code becomes 1,
 * whatever the result of the command.
 */
export function handleOutputErrors(): void {
  process.stdout.on("error", (error) => {
    outputEnded.abort();
    if (codeOf(error) === "EPIPE" || outputFailed) return;
    outputFailed = true;
    printError(
      new UserError(
        `cannot write the output (${codeOf(error) ?? messageOf(error)})`,
        asUserError(error)?.remedy ?? "Write it somewhere else.",
      ),
    );
  });
  // If errors cannot be printed either, the exit code has to be enough.
  process.stderr.on("error", () => undefined);
  process.on("exit", () => {
    if (outputFailed) process.exitCode = 1;
  });
}

/** Prints text. Keeps line feeds and escapes other control characters. */
export function printLine(text: string): void {
  write(printableLines(text));
}

/** Prints one line of JSON. */
export function printJson(value: unknown): void {
  write(printableJson(value));
}

function write(line: string): void {
  if (!outputEnded.signal.aborted) process.stdout.write(`${line}\n`);
}

export interface ErrorFormat {
  /** With the stack trace. */
  readonly verbose?: boolean;
  /** As JSON on stdout. */
  readonly json?: boolean;
}

/** Prints an error and its remedy. */
export function printError(error: unknown, { verbose = hasOption("--verbose"), json = false }: ErrorFormat = {}): void {
  const userError = asUserError(error);
  const message = userError?.message ?? `unexpected: ${messageOf(error)}`;
  const remedy =
    userError?.remedy ??
    "This is a bug in Outlook Offline State. Run the command with --verbose and report its output.";
  if (json) printJson({ ok: false, error: message, remedy, ...(verbose ? { stack: stackOf(error) } : {}) });
  else process.stderr.write(printableLines(`error: ${message}\n${remedy}\n${verbose ? `${stackOf(error)}\n` : ""}`));
}

/** Whether `option` is on the command line. */
export function hasOption(option: string): boolean {
  const words = process.argv.slice(2);
  const end = words.indexOf("--");
  return (end < 0 ? words : words.slice(0, end)).includes(option);
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

/** A signal that is aborted on Ctrl+C and similar, and when the reader of stdout has gone. */
export function untilInterrupted(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      interrupted.abort();
    });
  }
  const isReaderGone = readerCheck();
  if (isReaderGone !== undefined) {
    const timer = setInterval(() => {
      if (isReaderGone()) outputEnded.abort();
    }, READER_CHECK_INTERVAL_MS);
    timer.unref();
    interrupted.signal.addEventListener("abort", () => {
      clearInterval(timer);
    });
  }
  return AbortSignal.any([interrupted.signal, outputEnded.signal]);
}

/**
 * Node notices a closed pipe only when it writes, but `| head -1` must end a command that has nothing to write. The native module
 * asks the system. Undefined where that is not possible; then the next line that is written fails.
 */
function readerCheck(): (() => boolean) | undefined {
  try {
    const status = fstatSync(STDOUT);
    if (process.platform === "win32" || !(status.isFIFO() || status.isSocket())) return undefined;
    const { isReaderGone } = loadNativeModule();
    return isReaderGone === undefined ? undefined : () => isReaderGone(STDOUT);
  } catch {
    return undefined;
  }
}
