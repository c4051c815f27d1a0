// A Wine prefix of its own for a test file, with or without Outlook.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
} from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { productRoot } from "../../bridge/src/version.js";
import { ensurePrefix, wineEnvironment } from "../../tools/windows/wine-prefix.mjs";

/** The limit for one program on a busy machine: npm under Wine unpacks a thousand files. */
const LIMIT_MS = 900_000;
const READY_MS = 120_000;
const APP_PATHS = "HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\App Paths\\OUTLOOK.EXE";
const OFFICE = "C:\\Program Files\\Microsoft Office\\root\\Office16";
/** Matches our registry values, none of which may be left. */
const OURS = /offline.?state|579DAA6E-593B-4EAE-B217-DC2D9B4ACF6C|OfficeAddinDebugging/i;

export interface WineResult {
  readonly code: number | null;
  readonly output: string;
}

export class WineMachine {
  readonly folder: string;
  readonly #children = new Set<ChildProcess>();

  private constructor(folder: string) {
    this.folder = folder;
  }

  static make(): WineMachine {
    const template = join(productRoot, "build", "wine-template");
    ensurePrefix(template);
    const folder = mkdtempSync(join(productRoot, "build", "wine-package-"));
    cpSync(template, folder, { recursive: true, verbatimSymlinks: true });
    return new WineMachine(folder);
  }

  /** Ends every process of this machine and deletes it. */
  async remove(): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    spawnSync("wineserver", ["-k", "-w"], { env: wineEnvironment(this.folder), timeout: 30_000 });
    for (let attempt = 0; attempt < 20; attempt += 1) {
      try {
        rmSync(this.folder, { recursive: true, force: true });
        return;
      } catch {
        await sleep(250);
      }
    }
  }

  /** The Linux path of a path on drive C. */
  linux(path: string): string {
    return join(this.folder, "drive_c", ...path.replace(/^C:\\/i, "").split("\\"));
  }

  /** %LOCALAPPDATA% of the user. */
  get localAppData(): string {
    const users = join(this.folder, "drive_c", "users");
    const user = readdirSync(users).find(
      (name) => existsSync(join(users, name, "AppData", "Local")) && name !== "Public",
    );
    return `C:\\users\\${user ?? "root"}\\AppData\\Local`;
  }

  get dataDirectory(): string {
    return `${this.localAppData}\\OutlookOfflineState`;
  }

  /** Runs a Windows program. Its output goes through a file, because node.exe cannot write to a Linux pipe. */
  run(program: string, ...args: string[]): WineResult {
    return this.runIn(process.cwd(), {}, program, ...args);
  }

  /** The same in a folder and with additional environment variables. */
  runIn(cwd: string, env: NodeJS.ProcessEnv, program: string, ...args: string[]): WineResult {
    const file = join(this.folder, "output");
    const output = openSync(file, "w");
    const { status, error } = spawnSync("wine", [program, ...args], {
      cwd,
      env: { ...wineEnvironment(this.folder), ...env },
      stdio: ["ignore", output, output],
      timeout: LIMIT_MS,
    });
    closeSync(output);
    if (error !== undefined) throw error;
    return { code: status, output: readFileSync(file, "utf8").replaceAll("\r", "") };
  }

  /** Runs a Windows program asynchronously. */
  async runAsync(program: string, ...args: string[]): Promise<WineResult> {
    const file = join(mkdtempSync(join(this.folder, "async-")), "output");
    const output = openSync(file, "w");
    const child = spawn("wine", [program, ...args], {
      env: wineEnvironment(this.folder),
      stdio: ["ignore", output, output],
      timeout: LIMIT_MS,
    });
    closeSync(output);
    this.#children.add(child);
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, output: readFileSync(file, "utf8").replaceAll("\r", "") };
  }

  /** A new folder on drive C, with copies of these files. */
  folderWith(...files: string[]): string {
    const folder = mkdtempSync(join(this.folder, "drive_c", "empty-"));
    for (const file of files) cpSync(file, join(folder, basename(file)));
    return folder;
  }

  /** Starts a Windows program without waiting for its end. */
  start(program: string, ...args: string[]): ChildProcess {
    const child = spawn("wine", [program, ...args], {
      env: wineEnvironment(this.folder),
      stdio: ["pipe", "pipe", "ignore"],
    });
    this.#children.add(child);
    return child;
  }

  write(key: string, name: string, data: string, type = "REG_SZ"): void {
    const { code, output } = this.run(
      "reg",
      "add",
      key,
      ...(name === "" ? ["/ve"] : ["/v", name]),
      "/t",
      type,
      "/d",
      data,
      "/f",
    );
    if (code !== 0) throw new Error(`${key} could not be written: ${output}`);
  }

  /** Installs the simulator as classic Outlook. */
  installOutlook(): void {
    mkdirSync(this.linux(OFFICE), { recursive: true });
    for (const file of ["OUTLOOK.EXE", "msmapi32.dll"])
      cpSync(join(productRoot, "dist", "windows", "x64", file), join(this.linux(OFFICE), file));
    this.write(APP_PATHS, "", `${OFFICE}\\OUTLOOK.EXE`);
    this.write(APP_PATHS, "Path", OFFICE);
  }

  /** Starts Outlook and waits until it has loaded its add-ins. */
  async startOutlook(): Promise<ChildProcess> {
    const outlook = this.start(
      `${OFFICE}\\OUTLOOK.EXE`,
      "--home",
      this.dataDirectory,
      "--mapi",
      `${OFFICE}\\msmapi32.dll`,
      "--profile",
      "Anna's profile",
    );
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error("the simulator did not start"));
      }, READY_MS);
      outlook.stdout?.on("data", (piece: Buffer) => {
        if (!piece.toString().includes("ready")) return;
        clearTimeout(timer);
        resolve();
      });
    });
    return outlook;
  }

  /** Closes Outlook and waits for its end. */
  async endOutlook(outlook: ChildProcess): Promise<void> {
    const ended = new Promise((resolve) => outlook.once("exit", resolve));
    outlook.stdin?.end("exit\n");
    if (outlook.exitCode === null) await ended;
  }

  /** Our lines in this user's registry. */
  ourRegistry(): string[] {
    const file = "C:\\hkcu.reg";
    rmSync(this.linux(file), { force: true });
    this.run("reg", "export", "HKCU", file, "/y");
    const lines = readFileSync(this.linux(file), "utf16le").split(/\r?\n/);
    return lines.filter((line) => OURS.test(line));
  }

  /** A string of the registry, or "". */
  text(key: string, name: string): string {
    const { output } = this.run("reg", "query", key, ...(name === "" ? ["/ve"] : ["/v", name]));
    return /REG_SZ\s+(.*?)\s*$/m.exec(output)?.[1] ?? "";
  }

  /** The number of certificates that this user trusts. */
  trustedCertificates(): number {
    const { output } = this.run("reg", "query", "HKCU\\Software\\Microsoft\\SystemCertificates\\Root\\Certificates");
    return output.split("\n").filter((line) => /\\[0-9A-F]{40}$/.test(line.trim())).length;
  }

  /** Every file in the data directory. */
  ourFiles(): string[] {
    return existsSync(this.linux(this.dataDirectory))
      ? readdirSync(this.linux(this.dataDirectory), { recursive: true }).map(String)
      : [];
  }

  /** Files that were in use at their removal and moved to the temporary files. */
  leftInTemp(): string[] {
    // Not recursively, because Wine links a user's desktop and documents to the developer's home folder.
    const users = join(this.folder, "drive_c", "users");
    return readdirSync(users)
      .flatMap((user) => [join(users, user, "Temp"), join(users, user, "AppData", "Local", "Temp")])
      .filter((folder) => existsSync(folder))
      .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
      .filter((path) => path.includes("outlook-offline-state-removed"));
  }

  /** Our Windows processes, without the simulator. */
  ourProcesses(): string[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((id) => {
        try {
          const environment = readFileSync(join("/proc", id, "environ"), "latin1");
          const command = readFileSync(join("/proc", id, "cmdline"), "latin1");
          return environment.includes(`WINEPREFIX=${this.folder}\0`) &&
            /OutlookOfflineState/i.test(command) &&
            !command.includes("OUTLOOK.EXE")
            ? [command]
            : [];
        } catch {
          return [];
        }
      });
  }
}
