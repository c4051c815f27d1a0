// The delivered files, a tarball and an MSI, each alone in a folder.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { damagedFiles, readInventory } from "../../bridge/src/install/inventory.js";
import { json, NODE, only, STAGE, windowsPath } from "./build-packages.js";
import { WineMachine, type WineResult } from "./wine-machine.js";

const STEPS = ["files", "certificate", "agent", "bridge", "manifest", "autostart", "entry"];
const MAIN = windowsPath(join(STAGE, "npm", "dist", "bridge", "src", "cli", "main.js"));

let machine: WineMachine;

beforeAll(() => {
  machine = WineMachine.make();
  machine.installOutlook();
}, 300_000);

afterAll(async () => {
  await machine.remove();
}, 300_000);

/**
 * Unpacks the tarball like `npx ./<tarball>` on Windows, in an empty folder and without a network. Returns the package's program.
 * It is run directly, because Wine's cmd.exe cannot run npm's batch file: it ends silently at "goto #_undefined_#".
 */
function unpackedByNpx(): string {
  const tarball = only(".tgz");
  const folder = machine.folderWith(tarball);
  const global = execFileSync("npm", ["root", "-g"], { encoding: "utf8" }).trim();
  const env = {
    WINEPATH: windowsPath(dirname(NODE)),
    npm_config_cache: "C:\\npm-cache",
    npm_config_offline: "true",
    npm_config_update_notifier: "false",
  };
  const cli = windowsPath(join(global, "npm", "bin", "npx-cli.js"));
  const ended = machine.runIn(folder, env, windowsPath(NODE), cli, "--yes", `./${basename(tarball)}`, "--version");
  expect(ended, ended.output).toMatchObject({ code: 0 });
  expect(readdirSync(folder)).toEqual([basename(tarball)]);
  const cache = machine.linux("C:\\npm-cache\\_npx");
  const modules = join(cache, readdirSync(cache)[0] ?? "", "node_modules");
  const shim = readFileSync(join(modules, ".bin", "outlook-offline-state.cmd"), "utf8");
  const program = /"%dp0%\\\.\.\\(\S+)"/.exec(shim)?.[1] ?? "no program";
  return join(modules, ...program.split("\\"));
}

const resultSchema = v.object({
  ok: v.boolean(),
  error: v.optional(v.string()),
  left: v.optional(v.array(v.string())),
  steps: v.optional(v.array(v.object({ step: v.string(), outcome: v.string() }))),
});

function resultOf({ code, output }: WineResult): v.InferOutput<typeof resultSchema> & { readonly code: number | null } {
  const line = output.trim().split("\n").at(-1) ?? "";
  return { ...(line.startsWith("{") ? v.parse(resultSchema, JSON.parse(line)) : { ok: false, error: output }), code };
}

async function expectNothingLeft(): Promise<void> {
  await expect.poll(() => machine.leftInTemp(), { timeout: 300_000 }).toEqual([]);
  expect(machine.ourProcesses()).toEqual([]);
  expect(machine.ourFiles()).toEqual([]);
  expect(machine.trustedCertificates()).toBe(0);
  // Windows Installer keeps a list of folders, which is not removed.
  expect(machine.ourRegistry().filter((line) => !line.includes("\\Installer\\"))).toEqual([]);
}

describe("the tarball", { timeout: 1_800_000 }, () => {
  it("is installed with npx from an empty folder, and removed completely", async () => {
    const program = windowsPath(unpackedByNpx());
    const run = (...words: string[]): WineResult =>
      machine.runIn(machine.folderWith(), {}, windowsPath(NODE), program, ...words);
    const installed = resultOf(run("install", "--json"));
    expect(installed, installed.error).toMatchObject({ code: 0, ok: true });
    expect(installed.steps?.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual(
      STEPS.map((step) => `${step} done`),
    );
    const app = machine.linux(`${machine.dataDirectory}\\app`);
    const [version = ""] = readdirSync(app);
    expect(await damagedFiles(join(app, version), readInventory(join(app, version)))).toEqual([]);
    expect(machine.ourProcesses()).toHaveLength(1);
    expect(machine.trustedCertificates()).toBe(1);

    const removed = resultOf(run("uninstall", "--json"));
    expect(removed, removed.error).toMatchObject({ code: 0, ok: true, left: [] });
    await expectNothingLeft();
  });
});

describe("two installations at once", { timeout: 900_000 }, () => {
  it("end with one complete and one refused without changes", async () => {
    const install = (): Promise<WineResult> => machine.runAsync(windowsPath(NODE), MAIN, "install", "--json");
    const [one, other] = (await Promise.all([install(), install()])).map(resultOf);
    const ended = [one, other].sort((first, second) => (first?.code ?? 0) - (second?.code ?? 0));
    expect(ended[0], one?.error).toMatchObject({ code: 0, ok: true });
    // On a busy machine the first may end before the second starts.
    if (ended[1]?.ok === false) {
      expect(ended[1]).toMatchObject({ code: 1 });
      expect(ended[1].error).toContain("another `install` or `uninstall` is running for this user");
    }
    expect(machine.ourProcesses()).toHaveLength(1);
    expect(machine.trustedCertificates()).toBe(1);
    const removed = machine.run(windowsPath(NODE), MAIN, "uninstall");
    expect(removed, removed.output).toMatchObject({ code: 0 });
    await expectNothingLeft();
  });
});

describe("a data directory that contains files of others", { timeout: 900_000 }, () => {
  it("is refused by install and uninstall, and not changed", () => {
    const folder = machine.folderWith();
    mkdirSync(join(folder, "logs"));
    writeFileSync(join(folder, "logs", "theirs"), "");
    mkdirSync(join(folder, "app", "1.2.3"), { recursive: true });
    const before = readdirSync(folder, { recursive: true });
    const env = { OUTLOOK_OFFLINE_STATE_HOME: windowsPath(folder) };
    for (const command of ["uninstall", "install"]) {
      const refused = machine.runIn(folder, env, windowsPath(NODE), MAIN, command);
      expect(refused).toMatchObject({ code: 1 });
      expect(refused.output).toContain(windowsPath(folder));
      expect(refused.output).toContain("OUTLOOK_OFFLINE_STATE_HOME");
    }
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
    expect(machine.ourRegistry()).toEqual([]);
  });
});

describe("the MSI", { timeout: 900_000 }, () => {
  const msiexec = (word: string): WineResult => {
    const file = only(".msi");
    return machine.runIn(machine.folderWith(file), {}, "msiexec", word, basename(file), "/qn");
  };

  it("is installed from an empty folder, stays Windows Installer's when our record is damaged, and leaves nothing", async () => {
    expect(msiexec("/i").code).toBe(0);
    const app = machine.linux(`${machine.dataDirectory}\\app`);
    const [version = ""] = readdirSync(app);
    expect(await damagedFiles(join(app, version), readInventory(join(app, version)))).toEqual([]);
    const record = machine.linux(`${machine.dataDirectory}\\install.json`);
    expect(json(record)).toMatchObject({ msi: true });

    writeFileSync(record, readFileSync(record, "utf8").slice(0, 20));
    for (const command of ["install", "uninstall"]) {
      const refused = machine.run(windowsPath(NODE), MAIN, command);
      expect(refused).toMatchObject({ code: 1 });
      expect(refused.output).toContain("by the MSI");
    }
    expect(machine.ourProcesses()).toHaveLength(1);
    expect(msiexec("/x").code).toBe(0);
    await expectNothingLeft();
  });
});
