// Windows programs under Wine, from a test on Linux.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wineEnvironment } from "../../../tools/windows/prefix.mjs";
import { fromRoot } from "../../../tools/lib/paths.mjs";

/** No program of a test runs for longer: a bound for what hangs, far above what a busy machine needs. */
const LIMIT_MS = 180_000;
/** Nor any that goes on: the bridge of a whole file of tests. */
const LONG_LIMIT_MS = 800_000;

/** A file of Linux as Windows sees it. */
export function windowsPath(file: string): string {
  return `Z:${file.replaceAll("/", "\\")}`;
}

/** Built by `npm run build:windows -- --tests`. */
export const binaries = {
  outlook: fromRoot("dist/windows/x64/OUTLOOK.EXE"),
  mapi: fromRoot("dist/windows/x64/msmapi32.dll"),
  agent: fromRoot("dist/windows/x64/offline-state-agent.dll"),
  strangeOutlook: fromRoot("build/windows-tests/strange/OUTLOOK.EXE"),
  otherAddIn: fromRoot("build/windows-tests/other-add-in.dll"),
  probe: fromRoot("build/windows-tests/probe.exe"),
};

/**
 * Runs a program to its end; answers what it wrote. Throws when it fails. Its output is in a file: what it starts of Windows' own
 * would hold a pipe open, and not every program can write into one of Linux.
 */
export function runInWine(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "offline-state-wine-"));
  const file = join(folder, "output");
  const output = openSync(file, "w");
  const { status, error } = spawnSync("wine", [program, ...args], {
    env: { ...wineEnvironment(), ...env },
    stdio: ["ignore", output, output],
    timeout: LIMIT_MS,
    killSignal: "SIGKILL",
  });
  closeSync(output);
  const said = readFileSync(file, "utf8");
  rmSync(folder, { recursive: true, force: true });
  if (status !== 0)
    throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? `exit code ${String(status)}`}\n${said}`);
  return said;
}

/** A program that goes on. Its output is in a file, because not every program can write into a pipe of Linux. */
export class WineProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly #folder = mkdtempSync(join(tmpdir(), "offline-state-wine-"));
  readonly #file = join(this.#folder, "output");

  constructor(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const output = openSync(this.#file, "w");
    this.child = spawn("wine", [program, ...args], {
      env: { ...wineEnvironment(), ...env },
      stdio: ["ignore", output, output],
      timeout: LONG_LIMIT_MS,
      killSignal: "SIGKILL",
    });
    closeSync(output);
    this.ended = new Promise((resolve, reject) => {
      this.child.once("error", reject);
      this.child.once("exit", resolve);
    });
  }

  get output(): string {
    return readFileSync(this.#file, "utf8");
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Values of the registry: key to names (`@`: the default value) to text, or a number. A key with a minus before it goes. */
export type Registry = Readonly<Record<string, Readonly<Record<string, string | number>>>>;

/** Writes values as regedit imports them. */
export function writeRegistry(values: Registry): void {
  const folder = mkdtempSync(join(tmpdir(), "offline-state-reg-"));
  const file = join(folder, "values.reg");
  const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  const lines = Object.entries(values).flatMap(([key, pairs]) => [
    `[${key}]`,
    ...Object.entries(pairs).map(([name, value]) => {
      const left = name === "@" ? "@" : `"${escaped(name)}"`;
      return `${left}=${typeof value === "number" ? `dword:${value.toString(16).padStart(8, "0")}` : `"${escaped(value)}"`}`;
    }),
    "",
  ]);
  writeFileSync(file, ["Windows Registry Editor Version 5.00", "", ...lines, ""].join("\r\n"));
  runInWine("regedit", ["/S", windowsPath(file)]);
  rmSync(folder, { recursive: true, force: true });
}

/** Everything below a key, as `reg query /s` shows it; empty when it is not there. */
export function readRegistry(key: string, ...more: readonly string[]): string {
  try {
    return runInWine("reg", ["query", key, "/s", ...more]);
  } catch {
    return "";
  }
}

/** What processes of Windows have, by their Windows ids. */
export function probe(...ids: readonly number[]): { handles: number; threads: number }[] {
  return runInWine(binaries.probe, ids.map(String))
    .trim()
    .split(/\r?\n/)
    .map((line) => {
      const [, handles, threads] = /^\d+ handles (\d+) threads (\d+)$/.exec(line) ?? [];
      return { handles: Number(handles), threads: Number(threads) };
    });
}
