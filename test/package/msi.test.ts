import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NODE, only, STAGE, windowsPath } from "./build-packages.js";
import { WineMachine, type WineResult } from "./wine-machine.js";

let machine: WineMachine;

beforeAll(() => {
  machine = WineMachine.make();
}, 300_000);

afterAll(async () => {
  await machine.remove();
}, 120_000);

const msiexec = (...words: string[]): WineResult => machine.run("msiexec", ...words, "/qn");
const msi = (): string => windowsPath(only(".msi"));
const installed = (): unknown =>
  JSON.parse(readFileSync(machine.linux(`${machine.dataDirectory}\\install.json`), "utf8"));

describe("the MSI", { timeout: 900_000 }, () => {
  it("refuses to install without classic Outlook, and leaves nothing", () => {
    expect(msiexec("/i", msi()).code).not.toBe(0);
    expect(machine.ourFiles()).toEqual([]);
    expect(machine.ourRegistry()).toEqual([]);
  });

  it("installs for this user without asking, with its own Node.js", () => {
    machine.installOutlook();
    expect(msiexec("/i", msi()).code).toBe(0);
    expect(installed()).toMatchObject({ msi: true });
    expect(machine.trustedCertificates()).toBe(1);
    expect(machine.ourProcesses()).toHaveLength(1);
    expect(machine.ourProcesses()[0]).toContain("node.exe");
    const registry = machine.ourRegistry().join("\n");
    expect(registry).toContain("Addins\\OutlookOfflineState.Agent");
    expect(registry).toContain('"OutlookDiskProvider"=');
    expect(registry).toMatch(/"OutlookOfflineState"=.*outlook-offline-state\.exe\\" start --port \d+/);
  });

  it("is not replaced or removed by install and uninstall, only by Windows Installer", () => {
    for (const command of ["install", "uninstall"]) {
      const main = windowsPath(join(STAGE, "npm", "dist", "bridge", "src", "cli", "main.js"));
      const refused = machine.run(windowsPath(NODE), main, command);
      expect(refused).toMatchObject({ code: 1 });
      expect(refused.output).toContain("by the MSI");
    }
    expect(machine.ourProcesses()).toHaveLength(1);
  });

  it("is removed completely", () => {
    expect(msiexec("/x", msi()).code).toBe(0);
    expect(machine.ourProcesses()).toEqual([]);
    expect(machine.trustedCertificates()).toBe(0);
    expect(machine.ourFiles()).toEqual([]);
    // Windows Installer keeps a list of folders, which is not removed.
    expect(machine.ourRegistry().filter((line) => !line.includes("\\Installer\\"))).toEqual([]);
  });

  it("leaves trust and manifest to an administrator on request", () => {
    expect(msiexec("/i", msi(), "INSTALLOPTIONS=--no-trust --no-sideload").code).toBe(0);
    expect(installed()).toMatchObject({ msi: true, trust: false, sideload: false });
    expect(machine.trustedCertificates()).toBe(0);
    expect(machine.ourRegistry().join("\n")).not.toContain("OutlookDiskProvider");
    expect(msiexec("/x", msi()).code).toBe(0);
    expect(machine.ourFiles()).toEqual([]);
  });
});
