// The simulated Outlook as the process that the bridge starts, with providers of its own and of others.
import { execFile } from "node:child_process";
import { readFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { simulatedMapi, simulatedOutlook, startOutlook } from "../../../test/support/simulated-outlook.js";
import { temporaryHome } from "../../../test/support/temporary-home.js";

const run = promisify(execFile);
const fixtures = join(import.meta.dirname, "testing");
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

/** How the executable ends when it does not start, or reads nothing. */
async function refusal(...words: string[]): Promise<{ code: unknown; stderr: string }> {
  try {
    const child = run(simulatedOutlook, words);
    child.child.stdin?.end();
    const { stderr } = await child;
    return { code: 0, stderr };
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || !("stderr" in error)) throw error;
    return { code: error.code, stderr: String(error.stderr) };
  }
}

describe("the simulated Outlook", () => {
  it("says who it is, answers each line with one line, and says what is the case", async () => {
    const outlook = await startOutlook(temporaryHome(), { profile: "Ann é \u{1F4E7}" });
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
    expect(await outlook.command("fly")).toMatch(/^error Unknown command "fly"\. There are: /);
    expect(await outlook.command("x".repeat(100_000))).toMatch(/^error Unknown command/);
  });

  it.each([
    ["quit", 0, null],
    ["exit", 0, null],
    ["crash", null, "SIGABRT"],
  ])("answers %s before it ends by it", async (command, code, signal) => {
    const outlook = await startOutlook(temporaryHome());
    expect(await outlook.command(command)).toMatch(/^ok Outlook /);
    expect(await outlook.ended).toEqual([code, signal]);
  });

  it("exits when nobody commands it any more", async () => {
    const outlook = await startOutlook(temporaryHome());
    outlook.closeInput();
    expect(await outlook.ended).toEqual([0, null]);
  });

  it("runs once in a home, tells its process id there, and leaves the home to the next one however it ends", async () => {
    const home = temporaryHome();
    const first = await startOutlook(home);
    expect(await readFile(join(home, "run", "outlook.lock"), "utf8")).toBe(`${first.pid}\n`);
    const second = await refusal("--home", home, "--mapi", simulatedMapi);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`A simulated Outlook runs already in the home "${home}"`);
    await first.kill();
    const third = await startOutlook(home);
    expect(await third.command("state")).toMatch(/^ok online/);
  });

  it("refuses a command line that it does not understand, and shows the right one", async () => {
    const { code, stderr } = await refusal("--home", folder, "--map", simulatedMapi);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Unknown option "--map"\.\nUsage: simulated-outlook --home <folder>/);
  });

  it("runs without a MAPI library, as Outlook does, and says what is wrong with the one that it was given", async () => {
    const home = temporaryHome();
    const missing = join(folder, "missing.so");
    expect((await refusal("--home", home, "--mapi", missing)).stderr).toContain(missing);
    const outlook = await startOutlook(home, { mapi: missing });
    expect(await outlook.command("offline")).toBe(
      "error This Outlook has found no MAPI library with HrOpenOfflineObj.",
    );
    expect(await outlook.command("state")).toMatch(/^error .* add-in ticked$/);
    expect(await outlook.command("noise")).toMatch(/^error /);
  });
});

describe("another MAPI provider, written in C by the reference", () => {
  it("is driven through the documented export and vtable alone", async () => {
    const mapi = await compile("foreign_mapi.c", "foreign.so", "-DEXPORT=HrOpenOfflineObj");
    const outlook = await startOutlook(temporaryHome(), { mapi });
    expect(await outlook.command("state")).toBe('ok offline, capabilities both, profile "Outlook", add-in ticked');
    expect(await outlook.command("online")).toBe("ok online");
    expect(await outlook.command("untick")).toBe("ok the add-in is unticked");
    expect(await outlook.command("offline")).toBe("ok offline");
    expect(await outlook.command("tick")).toBe("ok the add-in is ticked");
    expect(await outlook.command("noise")).toBe(
      'error This Outlook\'s MAPI cannot do "noise": it is not the simulated one.',
    );
    expect(await outlook.command("capabilities none")).toMatch(/^error .* it is not the simulated one\.$/);
    expect(await outlook.command("quit")).toBe("ok Outlook closes");
  });

  it("is found by the decorated name of the export too", async () => {
    // Linkers for ELF take the @ for a version. So the name is written into the finished library, whose hash table has but
    // one bucket, in which every name is found; Mach-O needs a label only.
    const options =
      process.platform === "darwin"
        ? ["-DEXPORT=Decorated", "-Wl,-alias,_Decorated,_HrOpenOfflineObj@20"]
        : ["-DEXPORT=HrOpenOfflineObj_20", "-nostdlib", "-Wl,--hash-style=sysv"];
    const mapi = await compile("foreign_mapi.c", "decorated.so", ...options);
    const bytes = await readFile(mapi, "latin1");
    await writeFile(mapi, bytes.replaceAll("HrOpenOfflineObj_20", "HrOpenOfflineObj@20"), "latin1");
    const outlook = await startOutlook(temporaryHome(), { mapi });
    expect(await outlook.command("online")).toBe("ok online");
  });

  it("is refused by name when it has no such export", async () => {
    const mapi = await compile("foreign_mapi.c", "other.so", "-DEXPORT=HrOpenOnlineObj");
    const { stderr } = await refusal("--home", temporaryHome(), "--mapi", mapi);
    expect(stderr).toContain(`${mapi} does not export HrOpenOfflineObj`);
  });
});

describe("the rule that only Outlook's process gets the offline object", () => {
  it("gives node MAPI_E_NOT_FOUND and no object from the simulated MAPI", async () => {
    const headers: unknown = createRequire(import.meta.url)("node-api-headers");
    if (typeof headers !== "object" || headers === null || !("include_dir" in headers)) throw new Error("no headers");
    const undefinedSymbols = process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : [];
    const probe = await compile("mapi_probe.c", "probe.node", `-I${String(headers.include_dir)}`, ...undefinedSymbols);
    const script = `console.log(JSON.stringify(require(${JSON.stringify(probe)}).open(process.argv[1])))`;
    const ask = async (library: string): Promise<unknown> =>
      JSON.parse((await run(process.execPath, ["-e", script, library])).stdout);
    expect(await ask(simulatedMapi)).toEqual({ result: 0x8004010f, object: false });
    // The probe is able to get one: from a provider that does not hold to the rule.
    const lenient = await compile("foreign_mapi.c", "lenient.so", "-DEXPORT=HrOpenOfflineObj");
    expect(await ask(lenient)).toEqual({ result: 0, object: true });
  });
});
