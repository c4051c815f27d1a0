// The simulated OUTLOOK.EXE with the add-ins that are registered for it, under Wine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { wineEnvironment } from "../../tools/windows/prefix.mjs";
import { temporaryFolder } from "./home.mjs";
import { windowsPath, WineProgram } from "./wine.mjs";

const ADD_INS = "HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\Outlook\\Addins";
const CLASSES = "HKEY_CURRENT_USER\\Software\\Classes";
const EMPTY_CLASS = "{0B8CDE63-5C0C-4C53-9A0B-3C1F3F6E2A11}";
const EMPTY_NAME = "Empty add-in";

/** As Outlook shows it. */
export const AGENT_NAME = "Outlook Offline State";
export { EMPTY_NAME };

/**
 * Registers the agent, an add-in that does nothing, or both, and no other.
 * @param {{ agent?: boolean, emptyAs?: string }} which `emptyAs`: the ProgID, which decides who is loaded first
 */
export async function registerAddIns({ agent = false, emptyAs }) {
  const value = (text) => `"${text.replaceAll("\\", "\\\\")}"`;
  const empty = emptyAs && [
    `[${ADD_INS}\\${emptyAs}]`,
    `"FriendlyName"=${value(EMPTY_NAME)}`,
    '"Description"="Does nothing"',
    '"LoadBehavior"=dword:00000003',
    `[${CLASSES}\\${emptyAs}\\CLSID]`,
    `@=${value(EMPTY_CLASS)}`,
    `[${CLASSES}\\CLSID\\${EMPTY_CLASS}\\InprocServer32]`,
    `@=${value(windowsPath(fromRoot("build/windows-tests/other-add-in.dll")))}`,
    '"ThreadingModel"="Apartment"',
  ];
  const file = join(temporaryFolder(), "add-ins.reg");
  const lines = ["Windows Registry Editor Version 5.00", "", `[-${ADD_INS}]`, ...(empty ?? []), ""];
  writeFileSync(file, lines.join("\r\n"));
  await new WineProgram("regedit", ["/S", windowsPath(file)]).done();
  if (agent) await new WineProgram("regsvr32", ["/s", windowsPath(fromRoot(AGENT))]).done();
}
const AGENT = "dist/windows/x64/offline-state-agent.dll";

/** One life of it. */
export class OutlookExe {
  log = "";
  #lines;

  constructor(home, env) {
    const mapi = windowsPath(fromRoot("dist/windows/x64/msmapi32.dll"));
    const args = ["--home", windowsPath(home), "--mapi", mapi, "--profile", "Outlook"];
    this.child = spawn("wine", [fromRoot("dist/windows/x64/OUTLOOK.EXE"), ...args], {
      env: { ...wineEnvironment(), ...env },
      stdio: ["pipe", "pipe", "pipe"],
      timeout: 600_000,
      killSignal: "SIGKILL",
    });
    this.child.stdin.on("error", () => undefined);
    this.child.stderr.on("data", (data) => (this.log += String(data)));
    this.ended = once(this.child, "close");
    this.#lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Resolves when it is ready. */
  static async start(home, env = {}) {
    const outlook = new OutlookExe(home, env);
    const { value } = await outlook.#lines.next();
    if (!/^ready \d+/.test(value ?? "")) throw new Error(`OUTLOOK.EXE said ${value}\n${outlook.log}`);
    return outlook;
  }

  /** Linux' process id. */
  get pid() {
    return this.child.pid;
  }

  /** What it has measured of an add-in, microseconds: from the load of its DLL on, and its two callbacks alone. */
  startOf(name) {
    const [, whole, callbacks] = new RegExp(`${name} took (\\S+) ms to start, (\\S+) ms`).exec(this.log) ?? [];
    if (callbacks === undefined) throw new Error(`OUTLOOK.EXE does not say how long ${name} took:\n${this.log}`);
    return { whole: Number(whole) * 1000, callbacks: Number(callbacks) * 1000 };
  }

  async end() {
    this.child.stdin.end();
    await this.ended;
  }
}
