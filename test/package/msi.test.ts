import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NODE, only, STAGE, windowsPath } from "./support/packages.js";
import { WineMachine, type Ended } from "./support/windows.js";

let machine: WineMachine;

beforeAll(() => {
  machine = WineMachine.make();
}, 300_000);

afterAll(async () => {
  await machine.remove();
}, 120_000);

const msiexec = (...words: string[]): Ended => machine.run("msiexec", ...words, "/qn");
const msi = (): string => windowsPath(only(".msi"));
const installed = (): unknown => JSON.parse(readFileSync(machine.linux(`${machine.home}\\install.json`), "utf8"));

describe("the MSI", { timeout: 900_000 }, () => {
  it("refuses, and leaves nothing, where there is no classic Outlook", () => {
    expect(msiexec("/i", msi()).code).not.toBe(0);
    expect(machine.ourFiles()).toEqual([]);
    expect(machine.ourRegistry()).toEqual([]);
  });

  it("installs for this user without a question, with its own Node", () => {
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

  it("is not replaced or removed behind Windows Installer's back", () => {
    for (const command of ["install", "uninstall"]) {
      const main = windowsPath(join(STAGE, "npm", "dist", "bridge", "src", "cli", "main.js"));
      const refused = machine.run(windowsPath(NODE), main, command);
      expect(refused).toMatchObject({ code: 1 });
      expect(refused.output).toContain("by the MSI");
    }
    expect(machine.ourProcesses()).toHaveLength(1);
  });

  it("is removed without a trace", () => {
    expect(msiexec("/x", msi()).code).toBe(0);
    expect(machine.ourProcesses()).toEqual([]);
    expect(machine.trustedCertificates()).toBe(0);
    expect(machine.ourFiles()).toEqual([]);
    // Windows Installer's own memory of folders that it once knew is not ours to clear.
    expect(machine.ourRegistry().filter((line) => !line.includes("\\Installer\\"))).toEqual([]);
  });

  it("leaves the trust and the manifest to an administrator when it is told to", () => {
    expect(msiexec("/i", msi(), "INSTALLOPTIONS=--no-trust --no-sideload").code).toBe(0);
    expect(installed()).toMatchObject({ msi: true, trust: false, sideload: false });
    expect(machine.trustedCertificates()).toBe(0);
    expect(machine.ourRegistry().join("\n")).not.toContain("OutlookDiskProvider");
    expect(msiexec("/x", msi()).code).toBe(0);
    expect(machine.ourFiles()).toEqual([]);
  });
});
