// Windows programs under Wine. Their output goes to a file, because not every one of them can write into a pipe of Linux.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { ensureWindowsNode } from "../../tools/windows/node.mjs";
import { ensurePrefix, wineEnvironment } from "../../tools/windows/prefix.mjs";
import { temporaryFolder } from "./home.mjs";

const SCRIPT = fromRoot("bench/servers/windows.mjs");
const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A file of Linux as Windows sees it. */
export const windowsPath = (file) => `Z:${file.replaceAll("/", "\\")}`;

/**
 * Windows goes down with its last program and takes seconds to come up again: this one waits until its input ends. Gives
 * what ends it.
 */
export async function keepWindows() {
  ensurePrefix();
  const keeper = spawn("wine", ["cmd", "/c", "set /p line="], {
    env: wineEnvironment(),
    stdio: ["pipe", "ignore", "ignore"],
  });
  running.add(keeper);
  // What COM wants is started by the first who asks.
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

/** A program that was started. */
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

  /** A role of bench/servers/windows.mjs in Windows' own node.exe. */
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
        throw new Error(`a Windows program said: ${this.read()}`);
      await sleep(20);
    }
  }

  /** Waits until it has ended by itself, well. */
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
