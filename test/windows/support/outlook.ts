// OUTLOOK.EXE under Wine, and its registered add-ins.
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { wineEnvironment } from "../../../tools/windows/wine-prefix.mjs";
import { binaries, readRegistry, runInWine, windowsPath, writeRegistry } from "./wine.js";

export const ADD_INS = "HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\Outlook\\Addins";
export const RESILIENCY = "HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\16.0\\Outlook\\Resiliency";
const CLASSES = "HKEY_CURRENT_USER\\Software\\Classes";
const OTHER_CLASS = "{0B8CDE63-5C0C-4C53-9A0B-3C1F3F6E2A11}";
const OTHER_ID = "OtherAddIn.Test";

/** Calls the DLL's DllRegisterServer. */
export function registerAgent(): void {
  runInWine("regsvr32", ["/s", windowsPath(binaries.agent)]);
}

export function unregisterAgent(): void {
  runInWine("regsvr32", ["/s", "/u", windowsPath(binaries.agent)]);
}

/** Registers the fixture other_add_in.cc. */
export function registerOtherAddIn(): void {
  writeRegistry({
    [`${ADD_INS}\\${OTHER_ID}`]: { FriendlyName: "Other add-in", Description: "For tests", LoadBehavior: 3 },
    [`${CLASSES}\\${OTHER_ID}\\CLSID`]: { "@": OTHER_CLASS },
    [`${CLASSES}\\CLSID\\${OTHER_CLASS}\\InprocServer32`]: {
      "@": windowsPath(binaries.otherAddIn),
      ThreadingModel: "Apartment",
    },
  });
}

/** Removes all registered add-ins and Outlook's records about slow and crashed ones. */
export function clearAddIns(): void {
  writeRegistry({ [`-${ADD_INS}`]: {}, [`-${RESILIENCY}`]: {} });
}

export function loadBehavior(): string | undefined {
  return /LoadBehavior\s+REG_DWORD\s+(\S+)/.exec(readRegistry(`${ADD_INS}\\OutlookOfflineState.Agent`))?.[1];
}

export interface OutlookOptions {
  readonly program?: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** A running OUTLOOK.EXE. */
export class Outlook {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string, undefined>;
  readonly ended: Promise<number | null>;
  /** The Windows process ID. */
  pid = 0;
  /** Its stderr. */
  log = "";

  private constructor(dataDirectory: string, { program = binaries.outlook, args, env }: OutlookOptions) {
    const standard = ["--home", dataDirectory, "--mapi", windowsPath(binaries.mapi), "--profile", "Outlook"];
    this.#child = spawn("wine", [program, ...(args ?? standard)], {
      env: { ...wineEnvironment(), ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child.stdin.on("error", () => undefined);
    this.#child.stderr.on("data", (data: Buffer) => (this.log += data.toString()));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.ended = new Promise((resolve) => this.#child.once("close", resolve));
  }

  /** Starts OUTLOOK.EXE and waits until it is ready. Throws with its log if it ends. `dataDirectory`: a Windows path. */
  static async start(dataDirectory: string, options: OutlookOptions = {}): Promise<Outlook> {
    const outlook = new Outlook(dataDirectory, options);
    const ready = await outlook.#line();
    outlook.pid = Number(/^ready (\d+)$/.exec(ready)?.[1]);
    if (!(outlook.pid > 0)) {
      await outlook.kill();
      throw new Error(`OUTLOOK.EXE printed "${ready}"\n${outlook.log}`);
    }
    return outlook;
  }

  async #line(): Promise<string> {
    return ((await this.#lines.next()).value ?? "").trimEnd();
  }

  /** Sends a command and returns its result. */
  async command(command: string): Promise<string> {
    this.#child.stdin.write(`${command}\n`);
    return this.#line();
  }

  /** Sends a command that ends the process, and waits for the end. */
  async end(command: "quit" | "exit" | "crash"): Promise<void> {
    await this.command(command);
    await this.ended;
  }

  /** Closes its standard input. */
  closeInput(): void {
    this.#child.stdin.end();
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }
}
