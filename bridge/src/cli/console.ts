/** What a person reads: short lines on stdout, what is wrong on stderr. The log is another thing (log/log.ts). */
import { Failure } from "../failure.js";

/** A reader that has gone (`| head`) is no reason to stop. */
export function toleratePipesThatClose(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function complain(thrown: unknown): void {
  if (thrown instanceof Failure) process.stderr.write(`error: ${thrown.message}\n${thrown.remedy}\n`);
  else process.stderr.write(`error: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
}
