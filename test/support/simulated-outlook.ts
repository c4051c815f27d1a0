import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

const built = join(import.meta.dirname, "..", "..", "build", "Release");
const library = process.platform === "darwin" ? "libsimulated-mapi.dylib" : "libsimulated-mapi.so";

/** The executable. */
export const simulatedOutlook = join(built, "simulated-outlook");
/** The MAPI provider that it loads where no other is named. */
export const simulatedMapi = join(built, library);

export interface SimulatedOutlook {
  /** Sends one command and gives the one line of its answer. */
  command(text: string): Promise<string>;
  /** SIGKILL, as when a process dies without a word; resolves when it is gone. */
  kill(): Promise<void>;
  /** Resolves when it is gone. */
  readonly ended: Promise<readonly [code: number | null, signal: NodeJS.Signals | null]>;
  /** Closes its standard input. */
  closeInput(): void;
  readonly pid: number;
}

/** Starts the real simulated Outlook with the real agent; it is gone when the test is over. */
export async function startOutlook(
  home: string,
  options: {
    readonly executable?: string;
    /** What runs it, where the system does not do that by itself. */
    readonly runner?: readonly string[];
    readonly version?: string;
    readonly mapi?: string;
    readonly profile?: string;
  } = {},
): Promise<SimulatedOutlook> {
  const version = options.version ?? "16.0.17328.20184";
  const mapi = options.mapi ?? simulatedMapi;
  const [program, ...words] = [...(options.runner ?? []), options.executable ?? simulatedOutlook];
  const child = spawn(
    program,
    [...words, "--home", home, "--mapi", mapi, "--profile", options.profile ?? "Outlook", "--outlook-version", version],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  child.stderr.resume();
  const ended = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve) => {
    child.once("exit", (code, signal) => {
      resolve([code, signal]);
    });
  });
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  onTestFinished(kill);
  const nextLine = lines(child);
  const ready = await nextLine();
  if (!ready.startsWith("ready ")) throw new Error(`the simulated Outlook said "${ready}"`);
  return {
    command: (text) => {
      child.stdin.write(`${text}\n`);
      return nextLine();
    },
    kill,
    ended,
    closeInput: () => {
      child.stdin.end();
    },
    pid: Number(ready.slice("ready ".length)),
  };
}

function lines(child: ChildProcessWithoutNullStreams): () => Promise<string> {
  const iterator: AsyncIterator<string, undefined> = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async () => (await iterator.next()).value ?? "";
}
