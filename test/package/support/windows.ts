/** A Windows under Wine of this test file's own, with Outlook in it or without. */
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
import { productRoot } from "../../../bridge/src/version.js";
import { ensurePrefix, wineEnvironment } from "../../../tools/windows/prefix.mjs";

/** For one program, on a machine that has much else to do: npm under Wine unpacks a thousand files. */
const LIMIT_MS = 900_000;
const READY_MS = 120_000;
const APP_PATHS = "HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\App Paths\\OUTLOOK.EXE";
const OFFICE = "C:\\Program Files\\Microsoft Office\\root\\Office16";
/** Ours in the registry's text; nothing of it may be left. */
const OURS = /offline.?state|579DAA6E-593B-4EAE-B217-DC2D9B4ACF6C|OfficeAddinDebugging/i;

export interface Ended {
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

  /** Ends every Windows process of this machine and takes it off the disk. */
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

  /** The folder on this machine's drive C. */
  linux(path: string): string {
    return join(this.folder, "drive_c", ...path.replace(/^C:\\/i, "").split("\\"));
  }

  /** Of the user who is logged on. */
  get localAppData(): string {
    const users = join(this.folder, "drive_c", "users");
    const user = readdirSync(users).find(
      (name) => existsSync(join(users, name, "AppData", "Local")) && name !== "Public",
    );
    return `C:\\users\\${user ?? "root"}\\AppData\\Local`;
  }

  get home(): string {
    return `${this.localAppData}\\OutlookOfflineState`;
  }

  /** Runs a Windows program; what it writes goes through a file, because node.exe cannot write into a pipe of Linux. */
  run(program: string, ...args: string[]): Ended {
    return this.runIn(process.cwd(), {}, program, ...args);
  }

  /** The same in a folder, with additions to the environment. */
  runIn(cwd: string, env: NodeJS.ProcessEnv, program: string, ...args: string[]): Ended {
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

  /** Runs a Windows program while others run. */
  async runBeside(program: string, ...args: string[]): Promise<Ended> {
    const file = join(mkdtempSync(join(this.folder, "beside-")), "output");
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

  /** Starts a Windows program and lets it run. */
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

  /** Classic Outlook, as its setup leaves it: the simulated one. */
  installOutlook(): void {
    mkdirSync(this.linux(OFFICE), { recursive: true });
    for (const file of ["OUTLOOK.EXE", "msmapi32.dll"])
      cpSync(join(productRoot, "dist", "windows", "x64", file), join(this.linux(OFFICE), file));
    this.write(APP_PATHS, "", `${OFFICE}\\OUTLOOK.EXE`);
    this.write(APP_PATHS, "Path", OFFICE);
  }

  /** Resolves when Outlook is ready, which has loaded its add-ins then. */
  async startOutlook(): Promise<ChildProcess> {
    const outlook = this.start(
      `${OFFICE}\\OUTLOOK.EXE`,
      "--home",
      this.home,
      "--mapi",
      `${OFFICE}\\msmapi32.dll`,
      "--profile",
      "Anna's profile",
    );
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error("the simulated Outlook did not start"));
      }, READY_MS);
      outlook.stdout?.on("data", (piece: Buffer) => {
        if (!piece.toString().includes("ready")) return;
        clearTimeout(timer);
        resolve();
      });
    });
    return outlook;
  }

  /** As when a person closes it. Resolves when it has gone. */
  async endOutlook(outlook: ChildProcess): Promise<void> {
    const gone = new Promise((resolve) => outlook.once("exit", resolve));
    outlook.stdin?.end("exit\n");
    if (outlook.exitCode === null) await gone;
  }

  /** Lines of this user's registry that are ours. */
  ourRegistry(): string[] {
    const file = "C:\\hkcu.reg";
    rmSync(this.linux(file), { force: true });
    this.run("reg", "export", "HKCU", file, "/y");
    const lines = readFileSync(this.linux(file), "utf16le").split(/\r?\n/);
    return lines.filter((line) => OURS.test(line));
  }

  /** A text of the registry; "" when it is not there. */
  text(key: string, name: string): string {
    const { output } = this.run("reg", "query", key, ...(name === "" ? ["/ve"] : ["/v", name]));
    return /REG_SZ\s+(.*?)\s*$/m.exec(output)?.[1] ?? "";
  }

  /** How many certificates this user trusts by a choice of their own. */
  trustedCertificates(): number {
    const { output } = this.run("reg", "query", "HKCU\\Software\\Microsoft\\SystemCertificates\\Root\\Certificates");
    return output.split("\n").filter((line) => /\\[0-9A-F]{40}$/.test(line.trim())).length;
  }

  /** Every file of ours that this user has. */
  ourFiles(): string[] {
    return existsSync(this.linux(this.home)) ? readdirSync(this.linux(this.home), { recursive: true }).map(String) : [];
  }

  /** What was in use when it was to be removed, and was moved to where temporary files lie. */
  leftInTemp(): string[] {
    // No deeper: Wine links a user's desktop and documents to the home of who runs the test.
    const users = join(this.folder, "drive_c", "users");
    return readdirSync(users)
      .flatMap((user) => [join(users, user, "Temp"), join(users, user, "AppData", "Local", "Temp")])
      .filter((folder) => existsSync(folder))
      .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
      .filter((path) => path.includes("outlook-offline-state-removed"));
  }

  /** Windows processes of ours; the simulated Outlook is somebody else's program. */
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
