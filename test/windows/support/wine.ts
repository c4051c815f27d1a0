// Runs Windows programs under Wine.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wineEnvironment } from "../../../tools/windows/wine-prefix.mjs";
import { fromRoot } from "../../../tools/lib/paths.mjs";

/** The limit for a program that hangs, far above what a busy machine needs. */
const LIMIT_MS = 180_000;
/** The same for a program that runs during a whole test file. */
const LONG_LIMIT_MS = 800_000;

/** The Windows path of a Linux file. */
export function windowsPath(file: string): string {
  return `Z:${file.replaceAll("/", "\\")}`;
}

/** Built by `npm run build:windows -- --tests`. */
export const binaries = {
  outlook: fromRoot("dist/windows/x64/OUTLOOK.EXE"),
  mapi: fromRoot("dist/windows/x64/msmapi32.dll"),
  agent: fromRoot("dist/windows/x64/offline-state-agent.dll"),
  faultyOutlook: fromRoot("build/windows-tests/faulty/OUTLOOK.EXE"),
  otherAddIn: fromRoot("build/windows-tests/other-add-in.dll"),
  probe: fromRoot("build/windows-tests/probe.exe"),
};

/**
 * Runs a program and returns its output. Throws if it fails. The output goes through a file, because Windows services that it starts
 * would keep a pipe open, and not every program can write to a Linux pipe.
 */
export function runInWine(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "offline-state-wine-"));
  const file = join(folder, "output");
  const descriptor = openSync(file, "w");
  const { status, error } = spawnSync("wine", [program, ...args], {
    env: { ...wineEnvironment(), ...env },
    stdio: ["ignore", descriptor, descriptor],
    timeout: LIMIT_MS,
    killSignal: "SIGKILL",
  });
  closeSync(descriptor);
  const output = readFileSync(file, "utf8");
  rmSync(folder, { recursive: true, force: true });
  if (status !== 0)
    throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? `exit code ${String(status)}`}\n${output}`);
  return output;
}

/** A running program. Its output goes to a file, because not every program can write to a Linux pipe. */
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

/** Registry keys with their values: strings or numbers, `@` is the default value. A key with a leading minus is deleted. */
export type RegistryValues = Readonly<Record<string, Readonly<Record<string, string | number>>>>;

/** Imports registry values with regedit. */
export function writeRegistry(values: RegistryValues): void {
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

/** The output of `reg query /s`, or "" if the key does not exist. */
export function readRegistry(key: string, ...more: readonly string[]): string {
  try {
    return runInWine("reg", ["query", key, "/s", ...more]);
  } catch {
    return "";
  }
}

/** The resources of processes, by Windows process ID. */
export function probe(...ids: readonly number[]): { handles: number; threads: number }[] {
  return runInWine(binaries.probe, ids.map(String))
    .trim()
    .split(/\r?\n/)
    .map((line) => {
      const [, handles, threads] = /^\d+ handles (\d+) threads (\d+)$/.exec(line) ?? [];
      return { handles: Number(handles), threads: Number(threads) };
    });
}
