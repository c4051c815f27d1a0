import { spawn } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PORTS } from "../../bridge/src/install/names.js";
import { readInventory } from "../../bridge/src/install/files/inventory.js";
import { writeInventory } from "../../tools/package/files.mjs";
import { wineEnvironment } from "../../tools/windows/prefix.mjs";
import { NODE, STAGE, windowsPath } from "./support/packages.js";
import { WineMachine, type Ended } from "./support/windows.js";

const MAIN = "dist/bridge/src/cli/main.js";
const STEPS = ["files", "certificate", "agent", "bridge", "manifest", "autostart", "entry"];

let machine: WineMachine;
/** Another version of the same package, for the upgrade. */
const NEXT = join(STAGE, "npm-next");

beforeAll(() => {
  machine = WineMachine.make();
  rmSync(NEXT, { recursive: true, force: true });
  cpSync(join(STAGE, "npm"), NEXT, { recursive: true });
  raiseVersion(NEXT);
}, 120_000);

afterAll(async () => {
  await machine.remove();
  rmSync(NEXT, { recursive: true, force: true });
}, 60_000);

function raiseVersion(folder: string): void {
  const raised = readFileSync(join(folder, "package.json"), "utf8").replace(
    /"version": "[^"]+"/,
    '"version": "99.0.0"',
  );
  writeFileSync(join(folder, "package.json"), raised);
  writeInventory(folder, "99.0.0");
}

const cli = (folder: string, ...words: string[]): Ended =>
  machine.run(windowsPath(NODE), windowsPath(join(folder, MAIN)), ...words);

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

const package_ = join(STAGE, "npm");

function nothingIsLeft(): void {
  expect(machine.ourRegistry()).toEqual([]);
  expect(machine.ourFiles()).toEqual([]);
  expect(machine.ourProcesses()).toEqual([]);
  expect(machine.trustedCertificates()).toBe(0);
}

describe("the npm package on Windows", { timeout: 300_000 }, () => {
  it("refuses, with exit code 3 and nothing changed, where there is no classic Outlook", () => {
    const refused = cli(package_, "install");
    expect(refused).toMatchObject({ code: 3 });
    expect(refused.output).toContain("classic Outlook for Windows is not installed");
    nothingIsLeft();
  });

  it("installs for this user, and finds everything done the second time", () => {
    machine.installOutlook();
    const first = answer(package_, "install");
    expect(first).toMatchObject({ code: 0, ok: true });
    expect(PORTS).toContain(first.port);
    expect(first.steps?.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual(STEPS.map((step) => `${step} done`));
    expect(first.steps?.find(({ step }) => step === "manifest")?.detail).toContain("sideloaded");
    expect(machine.trustedCertificates()).toBe(1);
    const again = answer(package_, "install");
    // Under Wine the bridge does not always learn who asks, and cannot then be known to be well.
    expect(again.steps?.filter(({ step }) => step !== "bridge").map(({ outcome }) => outcome)).toEqual(
      STEPS.slice(1).map(() => "already"),
    );
    expect(machine.trustedCertificates()).toBe(1);
  });

  it("is examined by doctor, with Outlook's agent in the chain", async () => {
    const outlook = await machine.startOutlook();
    await sleep(1000);
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
    // Who runs Wine is an administrator, and so is this Outlook: that is told, and nothing else is wrong.
    const wrong = checks?.filter(({ result }) => result === "fail") ?? [];
    expect(wrong.map(({ check }) => check)).toEqual(["Outlook runs"]);
    expect(wrong[0]?.evidence).toContain("runs as administrator");
    outlook.stdin?.end("exit\n");
  });

  it("writes a report in which neither the user nor the profile is named", () => {
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
    const upgraded = answer(NEXT, "install");
    expect(upgraded, upgraded.error).toMatchObject({ code: 0, ok: true });
    // The agent that runs cannot be deleted; it stays beside the new version until Outlook is started anew.
    expect(upgraded.replaced).toEqual([]);
    expect(existsSync(machine.linux(`${machine.home}\\app\\${old}\\dist\\windows\\x64\\offline-state-agent.dll`))).toBe(
      true,
    );
    expect(machine.ourRegistry().some((line) => line.includes("99.0.0"))).toBe(true);

    const removed = answer(NEXT, "uninstall");
    expect(removed).toMatchObject({ code: 0, ok: true, left: [] });
    expect(machine.ourFiles()).toEqual([]);
    expect(machine.ourProcesses()).toEqual([]);
    expect(machine.trustedCertificates()).toBe(0);
    // Only what deletes the agent at the next logon, and then itself.
    expect(machine.ourRegistry().filter((line) => !line.includes("Removal"))).toEqual([]);
    outlook.stdin?.end("exit\n");
    machine.run(
      "reg",
      "delete",
      "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\RunOnce",
      "/v",
      "OutlookOfflineStateRemoval",
      "/f",
    );
  });

  it("leaves nothing when uninstalling after an installation that was killed on its way", async () => {
    await killedInstall(/bridge: process/);
    // By the installed copy itself, as Windows' settings do it: its own node.exe cannot be deleted while it runs.
    const { version } = readInventory(package_);
    const app = `${machine.home}\\app\\${version}`;
    const removed = machine.run(`${app}\\node.exe`, `${app}\\${MAIN.replaceAll("/", "\\")}`, "uninstall");
    expect(removed, removed.output).toMatchObject({ code: 0 });
    await expect.poll(() => machine.leftInTemp(), { timeout: 30_000 }).toEqual([]);
    nothingIsLeft();
  });
});

/** Kills the process that installs as soon as it has said `until`. */
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
