import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

const built = join(import.meta.dirname, "..", "..", "build", "Release");
const library = process.platform === "darwin" ? "libsimulated-mapi.dylib" : "libsimulated-mapi.so";

/** The executable. */
export const simulatorExecutable = join(built, "simulated-outlook");
/** The MAPI provider that it loads by default. */
export const simulatorMapi = join(built, library);

export interface Simulator {
  /** Sends a command and returns the line with its result. */
  command(text: string): Promise<string>;
  /** Sends SIGKILL and waits for the end of the process. */
  kill(): Promise<void>;
  /** Resolves when the process has ended. */
  readonly ended: Promise<readonly [code: number | null, signal: NodeJS.Signals | null]>;
  /** Closes its standard input. */
  closeInput(): void;
  readonly pid: number;
}

/** Starts the simulator with the agent. It is killed when the test ends. */
export async function startSimulator(
  dataDirectory: string,
  options: {
    readonly executable?: string;
    /** An emulator, if the system cannot run the executable. */
    readonly runner?: readonly string[];
    readonly version?: string;
    readonly mapi?: string;
    readonly profile?: string;
  } = {},
): Promise<Simulator> {
  const version = options.version ?? "16.0.17328.20184";
  const mapi = options.mapi ?? simulatorMapi;
  const [program, ...words] = [...(options.runner ?? []), options.executable ?? simulatorExecutable];
  const child = spawn(
    program,
    [
      ...words,
      "--home",
      dataDirectory,
      "--mapi",
      mapi,
      "--profile",
      options.profile ?? "Outlook",
      "--outlook-version",
      version,
    ],
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
  if (!ready.startsWith("ready ")) throw new Error(`the simulator printed "${ready}"`);
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
