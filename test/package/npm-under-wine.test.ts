import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PORTS, RUN_KEY, RUN_NAME } from "../../bridge/src/install/paths.js";
import { readInventory } from "../../bridge/src/install/inventory.js";
import { wineEnvironment } from "../../tools/windows/wine-prefix.mjs";
import { json, NEXT_VERSION, nextOf, NODE, STAGE, windowsPath } from "./build-packages.js";
import { WineMachine, type WineResult } from "./wine-machine.js";

const MAIN = "dist/bridge/src/cli/main.js";
const STEPS = ["files", "certificate", "agent", "bridge", "manifest", "autostart", "entry"];

let machine: WineMachine;
/** A newer version of the package, for the upgrade. */
let next: string;

beforeAll(() => {
  machine = WineMachine.make();
  next = nextOf("npm");
}, 300_000);

afterAll(async () => {
  await machine.remove();
  rmSync(next, { recursive: true, force: true });
}, 120_000);

function cli(folder: string, ...words: string[]): WineResult {
  return machine.run(windowsPath(NODE), windowsPath(join(folder, MAIN)), ...words);
}

const answers = v.object({
  ok: v.boolean(),
  error: v.optional(v.string()),
  left: v.optional(v.array(v.string())),
  port: v.optional(v.number()),
  replaced: v.optional(v.array(v.string())),
  steps: v.optional(v.array(v.object({ step: v.string(), outcome: v.string(), detail: v.string() }))),
  checks: v.optional(v.array(v.object({ check: v.string(), result: v.string(), evidence: v.string() }))),
});

function answer(folder: string, ...words: string[]): v.InferOutput<typeof answers> & { readonly code: number | null } {
  const { code, output } = cli(folder, ...words, "--json");
  const line = output.trim().split("\n").at(-1) ?? "";
  const parsed = line.startsWith("{") ? v.parse(answers, JSON.parse(line)) : { ok: false, error: output };
  return { ...parsed, code };
}

/** The Linux path of a file in the data directory. */
const fileOf = (path: string): string => machine.linux(`${machine.dataDirectory}\\${path}`);

/** Occupies the port with another program. The bridge that had it may still be ending. */
async function occupied(port: number): Promise<Server> {
  const end = performance.now() + 120_000;
  for (;;) {
    const server = createServer();
    const held = await new Promise((resolve) => {
      server.once("error", () => {
        resolve(false);
      });
      server.listen(port, "127.0.0.1", () => {
        resolve(true);
      });
    });
    if (held === true) return server;
    if (performance.now() > end) throw new Error(`port ${port} does not become free`);
    await sleep(100);
  }
}

const package_ = join(STAGE, "npm");

function nothingIsLeft(): void {
  expect(machine.ourRegistry()).toEqual([]);
  expect(machine.ourFiles()).toEqual([]);
  expect(machine.ourProcesses()).toEqual([]);
  expect(machine.trustedCertificates()).toBe(0);
}

describe("the npm package on Windows", { timeout: 900_000 }, () => {
  it("refuses to install without classic Outlook, with exit code 3, and changes nothing", () => {
    const refused = cli(package_, "install");
    expect(refused).toMatchObject({ code: 3 });
    expect(refused.output).toContain("classic Outlook for Windows is not installed");
    nothingIsLeft();
  });

  it("installs for this user, and does nothing the second time", () => {
    machine.installOutlook();
    const first = answer(package_, "install");
    expect(first).toMatchObject({ code: 0, ok: true });
    expect(PORTS).toContain(first.port);
    expect(first.steps?.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual(STEPS.map((step) => `${step} done`));
    expect(first.steps?.find(({ step }) => step === "manifest")?.detail).toContain("sideloaded");
    expect(machine.trustedCertificates()).toBe(1);
    const again = answer(package_, "install");
    // Under Wine the bridge cannot always determine the user of a client, so this check may be unknown.
    expect(again.steps?.filter(({ step }) => step !== "bridge").map(({ outcome }) => outcome)).toEqual(
      STEPS.slice(1).map(() => "already"),
    );
    expect(machine.trustedCertificates()).toBe(1);
  });

  it("passes doctor, including Outlook's agent", async () => {
    const outlook = await machine.startOutlook();
    const { checks } = answer(package_, "doctor");
    const results = new Map(checks?.map(({ check, result }) => [check, result]));
    for (const check of [
      "installed files",
      "agent registered",
      "not disabled by Outlook",
      "not blocked by policy",
      "start at logon",
      "certificate",
      "manifest",
      "list of apps",
      "pane files",
    ])
      expect([check, results.get(check)]).toEqual([check, "pass"]);
    // Users and Outlook are elevated under Wine, which is reported; nothing else fails.
    const wrong = checks?.filter(({ result }) => result === "fail") ?? [];
    expect(wrong.map(({ check }) => check)).toEqual(["Outlook runs"]);
    expect(wrong[0]?.evidence).toContain("runs as administrator");
    await machine.endOutlook(outlook);
  });

  it("prints what is wrong and what to do first on the last lines of doctor", () => {
    const { code, output } = cli(package_, "doctor");
    const lines = output.trim().split("\n");
    expect(code).toBe(0);
    expect(lines.at(-1)).toMatch(/^No problems found: \d+ of 21 checks passed\. Unknown: .*Outlook runs/);
    machine.run("reg", "delete", RUN_KEY, "/v", RUN_NAME, "/f");
    const wrong = cli(package_, "doctor");
    expect(wrong).toMatchObject({ code: 1 });
    const [what, first] = wrong.output.trim().split("\n").slice(-2);
    expect(what).toMatch(/^FAILED: start at logon \(1 of 21 checks\)/);
    expect(first).toBe("Fix first: start at logon. Run `outlook-offline-state install` again.");
    expect(answer(package_, "install")).toMatchObject({ code: 0, ok: true });
    expect(machine.text(RUN_KEY, RUN_NAME)).toContain("start --port");
  });

  it("starts on another port at logon when its own is taken, and updates manifest and start at logon", async () => {
    const record = (): { port: number } => v.parse(v.object({ port: v.number() }), json(fileOf("install.json")));
    const { port: own } = record();
    const { pid } = v.parse(v.object({ pid: v.number() }), json(fileOf("run\\bridge.json")));
    machine.run("taskkill", "/f", "/pid", String(pid));
    const taken = await occupied(own);
    const [, program = "", words = ""] = /^"(.*)" (.*)$/.exec(machine.text(RUN_KEY, RUN_NAME)) ?? [];
    machine.start(program, ...words.split(" "));
    await expect.poll(() => record().port, { timeout: 120_000 }).not.toBe(own);
    const { port } = record();
    expect(PORTS).toContain(port);
    await expect.poll(() => machine.text(RUN_KEY, RUN_NAME), { timeout: 120_000 }).toMatch(`start --port ${port}`);
    const manifests = [fileOf("manifest\\manifest.xml"), fileOf("sideload\\OfficeAddinDebugging\\manifest.xml")];
    for (const manifest of manifests) {
      const named = readFileSync(manifest, "utf8").match(/localhost:\d+/g);
      expect([...new Set(named)]).toEqual([`localhost:${port}`]);
    }
    const { checks } = answer(package_, "doctor");
    expect(checks?.filter(({ result }) => result === "fail")).toEqual([]);
    taken.close();
  });

  it("writes a report without the names of user and profile", () => {
    const file = "C:\\report.json";
    cli(package_, "doctor", "--report", file);
    const report = readFileSync(machine.linux(file), "utf8");
    expect(report).toContain('"check": "certificate"');
    const user = /users\\(.*?)\\/.exec(machine.localAppData)?.[1] ?? "";
    expect(report).not.toMatch(new RegExp(`users[\\\\/]+${user}`, "i"));
    expect(report).not.toContain("Anna");
  });

  it("is upgraded while Outlook has the old agent loaded, and is removed while Outlook runs", async () => {
    const outlook = await machine.startOutlook();
    const old = /"version": "([^"]+)"/.exec(readFileSync(join(package_, "package.json"), "utf8"))?.[1] ?? "";
    const upgraded = answer(next, "install");
    expect(upgraded, upgraded.error).toMatchObject({ code: 0, ok: true });
    // The loaded agent cannot be deleted. It stays beside the new version until Outlook restarts.
    expect(upgraded.replaced).toEqual([]);
    expect(
      existsSync(machine.linux(`${machine.dataDirectory}\\app\\${old}\\dist\\windows\\x64\\offline-state-agent.dll`)),
    ).toBe(true);
    expect(machine.ourRegistry().some((line) => line.includes(NEXT_VERSION))).toBe(true);

    const removed = answer(next, "uninstall");
    expect(removed).toMatchObject({ code: 0, ok: true, left: [] });
    expect(machine.ourFiles()).toEqual([]);
    expect(machine.ourProcesses()).toEqual([]);
    expect(machine.trustedCertificates()).toBe(0);
    // Only the entry that deletes the agent at the next logon, and then itself.
    expect(machine.ourRegistry().filter((line) => !line.includes("Removal"))).toEqual([]);
    await machine.endOutlook(outlook);
    machine.run(
      "reg",
      "delete",
      "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\RunOnce",
      "/v",
      "OutlookOfflineStateRemoval",
      "/f",
    );
  });

  it("leaves nothing when it is uninstalled after an installation was killed", async () => {
    await killedInstall(/Background program: started/);
    // With the installed copy itself, as Windows' settings do. Its node.exe cannot be deleted while it runs.
    const { version } = readInventory(package_);
    const app = `${machine.dataDirectory}\\app\\${version}`;
    const removed = machine.run(`${app}\\node.exe`, `${app}\\${MAIN.replaceAll("/", "\\")}`, "uninstall");
    expect(removed, removed.output).toMatchObject({ code: 0 });
    await expect.poll(() => machine.leftInTemp(), { timeout: 300_000 }).toEqual([]);
    nothingIsLeft();
  });
});

/** Kills the installing process as soon as its output contains `until`. */
async function killedInstall(until: RegExp): Promise<void> {
  const output = join(machine.folder, "killed");
  writeFileSync(output, "");
  const script = `exec wine "$0" "$1" install > "$2" 2>&1`;
  const child = spawn("sh", ["-c", script, windowsPath(NODE), windowsPath(join(package_, MAIN)), output], {
    env: wineEnvironment(machine.folder),
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  while (!until.test(readFileSync(output, "utf8"))) {
    expect(child.exitCode, readFileSync(output, "utf8")).toBeNull();
    await sleep(20);
  }
  child.kill("SIGKILL");
  await ended;
}
