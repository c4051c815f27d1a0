// Windows programs under Wine. Their output goes to a file, because not every program can write to a Linux pipe.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { ensurePrefix, ensureWindowsNode, wineEnvironment } from "../../tools/windows/wine-prefix.mjs";
import { temporaryFolder } from "./data-directory.mjs";

const SCRIPT = fromRoot("bench/servers/windows.mjs");
const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** The Windows path of a Linux file. */
export const windowsPath = (file) => `Z:${file.replaceAll("/", "\\")}`;

/**
 * Keeps Wine's server running: it exits with the last program, and takes seconds to start again.
 * @returns a function that lets it exit
 */
export async function keepWineRunning() {
  ensurePrefix();
  const keeper = spawn("wine", ["cmd", "/c", "set /p line="], {
    env: wineEnvironment(),
    stdio: ["pipe", "ignore", "ignore"],
  });
  running.add(keeper);
  // Starts the services that COM needs.
  await new WineProgram("regsvr32.exe", ["/s", "nothing.dll"]).ended;
  return async () => {
    const ended = once(keeper, "exit");
    keeper.stdin.end("\r\n");
    const force = setTimeout(() => keeper.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(force);
    running.delete(keeper);
  };
}

/** A running Windows program. */
export class WineProgram {
  constructor(program, args, env = {}) {
    ensurePrefix();
    this.folder = temporaryFolder();
    const output = openSync(join(this.folder, "output"), "w");
    this.child = spawn("wine", [program, ...args], {
      cwd: this.folder,
      env: { ...wineEnvironment(), ...env },
      stdio: ["ignore", output, output],
      timeout: 600_000,
      killSignal: "SIGKILL",
    });
    closeSync(output);
    running.add(this.child);
    this.ended = once(this.child, "exit").then(([code]) => {
      running.delete(this.child);
      return code;
    });
  }

  /** Starts a role of bench/servers/windows.mjs in node.exe. */
  static node(role, args, env) {
    return new WineProgram(ensureWindowsNode(), [windowsPath(SCRIPT), windowsPath(fromRoot()), role, ...args], env);
  }

  read(file = "output") {
    const path = join(this.folder, file);
    return existsSync(path) ? readFileSync(path, "utf8").replaceAll("\r", "") : "";
  }

  async until(pattern, limitMs = 60_000) {
    const end = performance.now() + limitMs;
    for (;;) {
      const found = pattern.exec(this.read());
      if (found !== null) return found;
      if (performance.now() > end || this.child.exitCode !== null)
        throw new Error(`no match in the output of a Windows program: ${this.read()}`);
      await sleep(20);
    }
  }

  /** Waits until it exits, and throws unless the exit code is 0. */
  async done() {
    const code = await this.ended;
    if (code !== 0) throw new Error(`a Windows program ended with ${code}: ${this.read()}`);
    return this.read();
  }

  async end() {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}

const AGENT = "dist/windows/x64/offline-state-agent.dll";
const ADD_INS = "HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\Outlook\\Addins";
const CLASSES = "HKEY_CURRENT_USER\\Software\\Classes";
const EMPTY_CLASS = "{0B8CDE63-5C0C-4C53-9A0B-3C1F3F6E2A11}";
export const EMPTY_NAME = "Empty add-in";

/** The name that Outlook shows. */
export const AGENT_NAME = "Outlook Offline State";

/**
 * Registers the agent, an empty add-in, or both, and removes all others.
 * @param {{ agent?: boolean, emptyAs?: string }} which `emptyAs`: ProgID of the empty add-in; add-ins load in the order of ProgIDs
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

/** A running simulated OUTLOOK.EXE with the add-ins that are registered for it. */
export class OutlookExe {
  log = "";
  #lines;

  constructor(dataDirectory, env) {
    const mapi = windowsPath(fromRoot("dist/windows/x64/msmapi32.dll"));
    const args = ["--home", windowsPath(dataDirectory), "--mapi", mapi, "--profile", "Outlook"];
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

  /** Starts it and waits until it is ready. */
  static async start(dataDirectory, env = {}) {
    const outlook = new OutlookExe(dataDirectory, env);
    const { value } = await outlook.#lines.next();
    if (!/^ready \d+/.test(value ?? "")) throw new Error(`OUTLOOK.EXE printed ${value}\n${outlook.log}`);
    return outlook;
  }

  /** Linux process id. */
  get pid() {
    return this.child.pid;
  }

  /** Microseconds that OUTLOOK.EXE measured: from loading the DLL to the end of the callbacks, and the callbacks alone. */
  startOf(name) {
    const [, whole, callbacks] = new RegExp(`${name} took (\\S+) ms to start, (\\S+) ms`).exec(this.log) ?? [];
    if (callbacks === undefined) throw new Error(`OUTLOOK.EXE did not report how long ${name} took:\n${this.log}`);
    return { whole: Number(whole) * 1000, callbacks: Number(callbacks) * 1000 };
  }

  async end() {
    this.child.stdin.end();
    await this.ended;
  }
}
