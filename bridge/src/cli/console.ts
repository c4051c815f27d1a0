/** What a person or a program reads: results on stdout, errors on stderr. The log is another thing (log/log.ts). */
import { fstatSync } from "node:fs";
import { asFailure, codeOf, describe, Failure } from "../failure.js";
import { printableJson, printableLines } from "../log/printable.js";
import { loadNativeModule } from "../source/native-binding.js";

/** A person does not see a quarter of a second, milliseconds. */
const READER_CHECK_MS = 250;
const STDOUT = 1;

/** Aborted when nothing can be written to stdout any more. */
const outputEnded = new AbortController();
let outputFailed = false;

/**
 * A reader of stdout that has gone (`| head`) is no error. Anything else that keeps stdout from being written is one: it is
 * printed, and the exit code is 1, whatever the command says.
 */
export function handleOutputErrors(): void {
  process.stdout.on("error", (error) => {
    outputEnded.abort();
    if (codeOf(error) === "EPIPE" || outputFailed) return;
    outputFailed = true;
    printError(
      new Failure(
        `the output cannot be written (${codeOf(error) ?? describe(error)})`,
        asFailure(error)?.remedy ?? "Write it to another place.",
      ),
    );
  });
  // If errors cannot be printed either, the exit code has to do.
  process.stderr.on("error", () => undefined);
  process.on("exit", () => {
    if (outputFailed) process.exitCode = 1;
  });
}

/** Prints one line. Line feeds in it stay; other control characters are escaped. */
export function say(line: string): void {
  write(printableLines(line));
}

/** Prints `value` as one line of JSON. */
export function sayJson(value: unknown): void {
  write(printableJson(value));
}

function write(line: string): void {
  if (!outputEnded.signal.aborted) process.stdout.write(`${line}\n`);
}

/** Whether errors are printed with their stack (`--verbose`), and as JSON on stdout (`--json`). */
export interface ErrorStyle {
  readonly verbose?: boolean;
  readonly json?: boolean;
}

/** Prints what was thrown and what to do about it. */
export function printError(thrown: unknown, { verbose = isAsked("--verbose"), json = false }: ErrorStyle = {}): void {
  const failure = asFailure(thrown);
  const message = failure?.message ?? `unexpected: ${describe(thrown)}`;
  const remedy =
    failure?.remedy ??
    "This is a fault of Outlook Offline State. Run the command again with --verbose and send us what it prints.";
  if (json) sayJson({ ok: false, error: message, remedy, ...(verbose ? { stack: stackOf(thrown) } : {}) });
  else process.stderr.write(printableLines(`error: ${message}\n${remedy}\n${verbose ? `${stackOf(thrown)}\n` : ""}`));
}

/** Whether `option` is among the arguments. */
export function isAsked(option: string): boolean {
  const words = process.argv.slice(2);
  const end = words.indexOf("--");
  return (end < 0 ? words : words.slice(0, end)).includes(option);
}

function stackOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause = thrown.cause === undefined ? "" : `\ncaused by ${stackOf(thrown.cause)}`;
  return `${thrown.stack ?? thrown.message}${cause}`;
}

/** A signal that is aborted on Ctrl+C and its kin, and when nobody reads stdout any more. */
export function untilInterrupted(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      interrupted.abort();
    });
  }
  const isGone = readerCheck();
  if (isGone !== undefined) {
    const timer = setInterval(() => {
      if (isGone()) outputEnded.abort();
    }, READER_CHECK_MS);
    timer.unref();
    interrupted.signal.addEventListener("abort", () => {
      clearInterval(timer);
    });
  }
  return AbortSignal.any([interrupted.signal, outputEnded.signal]);
}

/**
 * Asks the system whether the reader of stdout has gone, because Node notices that only when it writes, and `| head -1` must
 * end a command that has nothing to write. Undefined where it cannot be asked: then the next line that is written tells.
 */
function readerCheck(): (() => boolean) | undefined {
  try {
    const status = fstatSync(STDOUT);
    if (process.platform === "win32" || !(status.isFIFO() || status.isSocket())) return undefined;
    const native = loadNativeModule();
    if (typeof native !== "object" || native === null || !("isReaderGone" in native)) return undefined;
    const { isReaderGone } = native;
    if (typeof isReaderGone !== "function") return undefined;
    return () => Reflect.apply(isReaderGone, undefined, [STDOUT]) === true;
  } catch {
    return undefined;
  }
}
