// The simulator as a process, with its own MAPI provider and with others.
import { execFile } from "node:child_process";
import { readFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { simulatorMapi, simulatorExecutable, startSimulator } from "../../../test/support/simulator.js";
import { temporaryFolder } from "../../../test/support/temporary-folder.js";

const run = promisify(execFile);
const fixtures = import.meta.dirname;
const compiler = process.env["CC"] ?? "cc";

let folder = "";
const built = (name: string): string => join(folder, name);

async function compile(source: string, output: string, ...options: string[]): Promise<string> {
  await run(compiler, ["-shared", "-fPIC", ...options, join(fixtures, source), "-o", built(output)]);
  return built(output);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "offline-state-mapi-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The exit code and error output of the simulator with these arguments and an empty standard input. */
async function exitOf(...args: string[]): Promise<{ code: unknown; stderr: string }> {
  try {
    const child = run(simulatorExecutable, args);
    child.child.stdin?.end();
    const { stderr } = await child;
    return { code: 0, stderr };
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || !("stderr" in error)) throw error;
    return { code: error.code, stderr: String(error.stderr) };
  }
}

describe("the simulated Outlook", () => {
  it("reports its process id, and answers each command with one line", async () => {
    const outlook = await startSimulator(temporaryFolder(), { profile: "Ann é \u{1F4E7}" });
    expect(outlook.pid).toBeGreaterThan(0);
    expect(await outlook.command("offline")).toBe("ok offline");
    expect(await outlook.command("noise")).toMatch(/^ok sent 38 notifications/);
    expect(await outlook.command("capabilities online")).toBe("ok capabilities online");
    expect(await outlook.command("untick")).toBe("ok the add-in is unticked");
    expect(await outlook.command("state")).toBe(
      'ok offline, capabilities online, profile "Ann é \u{1F4E7}", add-in unticked',
    );
    expect(await outlook.command("tick")).toBe("ok the add-in is ticked");
    expect(await outlook.command("online")).toBe("ok online");
    expect(await outlook.command("fly")).toMatch(/^error Unknown command "fly"\. Commands: /);
    expect(await outlook.command("x".repeat(100_000))).toMatch(/^error Unknown command/);
  });

  it.each([
    ["quit", 0, null],
    ["exit", 0, null],
    ["crash", null, "SIGABRT"],
  ])("answers %s before it ends", async (command, code, signal) => {
    const outlook = await startSimulator(temporaryFolder());
    expect(await outlook.command(command)).toMatch(/^ok Outlook /);
    expect(await outlook.ended).toEqual([code, signal]);
  });

  it("exits at the end of its input", async () => {
    const outlook = await startSimulator(temporaryFolder());
    outlook.closeInput();
    expect(await outlook.ended).toEqual([0, null]);
  });

  it("runs once per data directory, writes its process id there, and can be started again after any exit", async () => {
    const dataDirectory = temporaryFolder();
    const first = await startSimulator(dataDirectory);
    expect(await readFile(join(dataDirectory, "run", "outlook.lock"), "utf8")).toBe(`${first.pid}\n`);
    const second = await exitOf("--home", dataDirectory, "--mapi", simulatorMapi);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(
      `A simulated Outlook is already running with the data directory "${dataDirectory}"`,
    );
    await first.kill();
    const third = await startSimulator(dataDirectory);
    expect(await third.command("state")).toMatch(/^ok online/);
  });

  it("rejects an unknown option and shows the usage", async () => {
    const { code, stderr } = await exitOf("--home", folder, "--map", simulatorMapi);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Unknown option "--map"\.\nUsage: simulated-outlook --home <folder>/);
  });

  it("runs without a MAPI library, as Outlook does, and logs what is wrong with the given one", async () => {
    const dataDirectory = temporaryFolder();
    const missing = join(folder, "missing.so");
    expect((await exitOf("--home", dataDirectory, "--mapi", missing)).stderr).toContain(missing);
    const outlook = await startSimulator(dataDirectory, { mapi: missing });
    expect(await outlook.command("offline")).toBe("error No MAPI library with HrOpenOfflineObj is loaded.");
    expect(await outlook.command("state")).toMatch(/^error .* add-in ticked$/);
    expect(await outlook.command("noise")).toMatch(/^error /);
  });
});

describe("a MAPI provider written in C from the reference", () => {
  it("works through the documented export and vtable alone", async () => {
    const mapi = await compile("foreign_mapi.c", "foreign.so", "-DEXPORT=HrOpenOfflineObj");
    const outlook = await startSimulator(temporaryFolder(), { mapi });
    expect(await outlook.command("state")).toBe('ok offline, capabilities both, profile "Outlook", add-in ticked');
    expect(await outlook.command("online")).toBe("ok online");
    expect(await outlook.command("untick")).toBe("ok the add-in is unticked");
    expect(await outlook.command("offline")).toBe("ok offline");
    expect(await outlook.command("tick")).toBe("ok the add-in is ticked");
    expect(await outlook.command("noise")).toBe(
      'error "noise" needs the simulated MAPI, but another provider is loaded.',
    );
    expect(await outlook.command("capabilities none")).toMatch(/^error .* another provider is loaded\.$/);
    expect(await outlook.command("quit")).toBe("ok Outlook closes");
  });

  it("is found by the decorated name of its export too", async () => {
    // ELF linkers take what follows an @ as a version. So the name is patched in the finished library, whose hash table has
    // a single bucket, in which every name is found. Mach-O only needs an alias.
    const options =
      process.platform === "darwin"
        ? ["-DEXPORT=Decorated", "-Wl,-alias,_Decorated,_HrOpenOfflineObj@20"]
        : ["-DEXPORT=HrOpenOfflineObj_20", "-nostdlib", "-Wl,--hash-style=sysv"];
    const mapi = await compile("foreign_mapi.c", "decorated.so", ...options);
    const bytes = await readFile(mapi, "latin1");
    await writeFile(mapi, bytes.replaceAll("HrOpenOfflineObj_20", "HrOpenOfflineObj@20"), "latin1");
    const outlook = await startSimulator(temporaryFolder(), { mapi });
    expect(await outlook.command("online")).toBe("ok online");
  });

  it("is named in the log if it lacks the export", async () => {
    const mapi = await compile("foreign_mapi.c", "other.so", "-DEXPORT=HrOpenOnlineObj");
    const { stderr } = await exitOf("--home", temporaryFolder(), "--mapi", mapi);
    expect(stderr).toContain(`${mapi} does not export HrOpenOfflineObj`);
  });
});

describe("the simulated MAPI outside Outlook's process", () => {
  it("returns MAPI_E_NOT_FOUND and no object", async () => {
    const headers: unknown = createRequire(import.meta.url)("node-api-headers");
    if (typeof headers !== "object" || headers === null || !("include_dir" in headers)) throw new Error("no headers");
    const undefinedSymbols = process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : [];
    const probe = await compile("mapi_probe.c", "probe.node", `-I${String(headers.include_dir)}`, ...undefinedSymbols);
    const script = `console.log(JSON.stringify(require(${JSON.stringify(probe)}).open(process.argv[1])))`;
    const openIn = async (library: string): Promise<unknown> =>
      JSON.parse((await run(process.execPath, ["-e", script, library])).stdout);
    expect(await openIn(simulatorMapi)).toEqual({ result: 0x8004010f, object: false });
    // The same probe gets an object from a provider without this check.
    const lenient = await compile("foreign_mapi.c", "lenient.so", "-DEXPORT=HrOpenOfflineObj");
    expect(await openIn(lenient)).toEqual({ result: 0, object: true });
  });
});
