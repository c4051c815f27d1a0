// OUTLOOK.EXE under Wine, and the add-ins that are registered for it.
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { wineEnvironment } from "../../../tools/windows/prefix.mjs";
import { binaries, readRegistry, runInWine, windowsPath, writeRegistry } from "./wine.js";

export const ADD_INS = "HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\Outlook\\Addins";
export const RESILIENCY = "HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\16.0\\Outlook\\Resiliency";
const CLASSES = "HKEY_CURRENT_USER\\Software\\Classes";
const OTHER_CLASS = "{0B8CDE63-5C0C-4C53-9A0B-3C1F3F6E2A11}";
const OTHER_ID = "OtherAddIn.Test";

/** As regsvr32 does it: the DLL's own DllRegisterServer. */
export function registerAgent(): void {
  runInWine("regsvr32", ["/s", windowsPath(binaries.agent)]);
}

export function unregisterAgent(): void {
  runInWine("regsvr32", ["/s", "/u", windowsPath(binaries.agent)]);
}

/** The fixture other_add_in.cc, registered as any add-in is. */
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

/** No add-in is registered, none is remembered as slow or crashing. */
export function forgetAddIns(): void {
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

/** One life of it. */
export class Outlook {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string, undefined>;
  readonly ended: Promise<number | null>;
  /** Windows' process id. */
  pid = 0;
  /** What it logs. */
  log = "";

  private constructor(home: string, { program = binaries.outlook, args, env }: OutlookOptions) {
    const standard = ["--home", home, "--mapi", windowsPath(binaries.mapi), "--profile", "Outlook"];
    this.#child = spawn("wine", [program, ...(args ?? standard)], {
      env: { ...wineEnvironment(), ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child.stdin.on("error", () => undefined);
    this.#child.stderr.on("data", (data: Buffer) => (this.log += data.toString()));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.ended = new Promise((resolve) => this.#child.once("close", resolve));
  }

  /** Resolves when it is ready; throws with its log when it ends before that. `home` as Windows sees it. */
  static async start(home: string, options: OutlookOptions = {}): Promise<Outlook> {
    const outlook = new Outlook(home, options);
    const ready = await outlook.#line();
    outlook.pid = Number(/^ready (\d+)$/.exec(ready)?.[1]);
    if (!(outlook.pid > 0)) {
      await outlook.kill();
      throw new Error(`OUTLOOK.EXE said "${ready}"\n${outlook.log}`);
    }
    return outlook;
  }

  async #line(): Promise<string> {
    return ((await this.#lines.next()).value ?? "").trimEnd();
  }

  /** One command and its answer. */
  async tell(command: string): Promise<string> {
    this.#child.stdin.write(`${command}\n`);
    return this.#line();
  }

  /** A command after which it is gone; resolves when it is. */
  async end(command: "quit" | "exit" | "crash"): Promise<void> {
    await this.tell(command);
    await this.ended;
  }

  /** Its standard input ends. */
  closeInput(): void {
    this.#child.stdin.end();
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }
}
