import { rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLASS_KEY, MSI_KEY, RUN_KEY, RUN_NAME } from "../../bridge/src/install/paths.js";
import { version as VERSION } from "../../bridge/src/version.js";
import { makeMsi } from "../../tools/package/msi.mjs";
import { json, NEXT_VERSION, nextOf, NODE, only, STAGE, windowsPath } from "./build-packages.js";
import { WineMachine, type WineResult } from "./wine-machine.js";

const OUT = join(STAGE, "next");
const RUN_ONCE = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\RunOnce";

let machine: WineMachine;
let next: string;

beforeAll(async () => {
  machine = WineMachine.make();
  machine.installOutlook();
  const stage = nextOf("msi");
  next = windowsPath(await makeMsi(stage, NEXT_VERSION, OUT));
  rmSync(stage, { recursive: true, force: true });
}, 300_000);

afterAll(async () => {
  await machine.remove();
  rmSync(OUT, { recursive: true, force: true });
}, 120_000);

const msiexec = (...words: string[]): WineResult => machine.run("msiexec", ...words, "/qn");
const msi = (): string => windowsPath(only(".msi"));
const installed = (): v.InferOutput<typeof facts> =>
  v.parse(facts, json(machine.linux(`${machine.dataDirectory}\\install.json`)));
const facts = v.object({
  version: v.string(),
  msi: v.boolean(),
  port: v.number(),
  thumbprints: v.pipe(v.array(v.string()), v.length(1)),
});
function registered(version: string): void {
  for (const bits of ["x64", "x86"] as const)
    expect(machine.text(`${CLASS_KEY[bits]}\\InprocServer32`, "")).toContain(`\\app\\${version}\\`);
  expect(machine.text(RUN_KEY, RUN_NAME)).toContain(`\\app\\${version}\\`);
  expect(machine.text(MSI_KEY, "Version")).toBe(version);
  expect(installed()).toMatchObject({ version, msi: true });
  const processes = machine.ourProcesses();
  expect(processes).toHaveLength(1);
  expect(processes[0]).toContain(`\\app\\${version}\\`);
}

function nothingIsLeft(): void {
  expect(machine.ourProcesses()).toEqual([]);
  expect(machine.trustedCertificates()).toBe(0);
  expect(machine.ourFiles()).toEqual([]);
  // Windows Installer keeps a list of folders, which is not removed.
  expect(machine.ourRegistry().filter((line) => !/\\Installer\\|Removal/.test(line))).toEqual([]);
}

describe("a newer MSI", { timeout: 900_000 }, () => {
  it("replaces an older one without asking, with its files and all registrations", () => {
    expect(msiexec("/i", msi()).code).toBe(0);
    registered(VERSION);
    expect(msiexec("/i", next).code).toBe(0);
    registered(NEXT_VERSION);
    expect(machine.ourFiles().filter((file) => file.startsWith(`app/${VERSION}`))).toEqual([]);
    expect(machine.trustedCertificates()).toBe(1);
  });

  it("is not replaced by an older one", () => {
    expect(msiexec("/i", msi()).code).not.toBe(0);
    registered(NEXT_VERSION);
  });

  it("is removed completely", () => {
    expect(msiexec("/x", next).code).toBe(0);
    nothingIsLeft();
  });

  it("keeps port and certificate while Outlook has the old agent loaded, and is removed while Outlook has the new one loaded", async () => {
    expect(msiexec("/i", msi()).code).toBe(0);
    const { port, thumbprints } = installed();
    const old = await machine.startOutlook();
    // Windows passes UPGRADINGPRODUCTCODE to the old MSI. Wine does not, so it is passed here.
    // 3010: success; Windows deletes files that are in use at its next start.
    const [replacing, done] = [`UPGRADINGPRODUCTCODE={${"0".repeat(8)}}`, [0, 3010]];
    expect(done).toContain(msiexec("/x", msi(), replacing).code);
    expect(machine.ourProcesses()).toEqual([]);
    expect(machine.trustedCertificates()).toBe(1);
    expect(done).toContain(msiexec("/i", next).code);
    registered(NEXT_VERSION);
    // The pane's address stays the same, and the user is not asked again.
    expect(installed()).toMatchObject({ port, thumbprints });
    await machine.endOutlook(old);

    const outlook = await machine.startOutlook();
    expect(msiexec("/x", next).code).toBe(0);
    // Outlook keeps its loaded agent, which was moved to the temporary files until the next logon.
    expect(outlook.exitCode).toBeNull();
    expect(machine.leftInTemp()).toHaveLength(1);
    nothingIsLeft();
    await machine.endOutlook(outlook);
    machine.run("reg", "delete", RUN_ONCE, "/v", "OutlookOfflineStateRemoval", "/f");
  });
});

describe("an MSI over the same version of the npm package", { timeout: 900_000 }, () => {
  it("replaces it, and is removed completely", () => {
    const main = windowsPath(join(STAGE, "npm", "dist", "bridge", "src", "cli", "main.js"));
    const npm = machine.run(windowsPath(NODE), main, "install");
    expect(npm, npm.output).toMatchObject({ code: 0 });
    expect([0, 3010]).toContain(msiexec("/i", msi()).code);
    registered(VERSION);
    // One entry in the list of apps.
    expect(machine.ourRegistry().filter((line) => line.includes("\\Uninstall\\OutlookOfflineState"))).toEqual([]);
    expect(machine.trustedCertificates()).toBe(1);
    expect(msiexec("/x", msi()).code).toBe(0);
    nothingIsLeft();
  });
});
