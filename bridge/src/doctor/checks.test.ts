import { describe, expect, it } from "vitest";
import type { Health, Reason } from "../../../shared/src/contract.js";
import { MemoryRegistry } from "../../../test/support/memory-registry.js";
import { temporaryFolder } from "../../../test/support/temporary-folder.js";
import { resolveDataDirectory } from "../data-directory.js";
import type { FoundOutlook } from "../install/outlook.js";
import { ADDIN_KEY, OFFICE, POLICY_KEY, PROG_ID, RESILIENCY_KEY } from "../install/paths.js";
import { InstallRecord } from "../install/record.js";
import { number, REG_BINARY, text } from "../install/registry.js";
import { silentLog } from "../log/log.js";
import { runChecks, type DoctorContext } from "./doctor.js";
import {
  accounts,
  classicOutlook,
  newOutlook,
  notBlockedByPolicy,
  notDisabledByOutlook,
  outlookRuns,
} from "./outlook-checks.js";
import { agentConnected, paneConnected } from "./pipeline-checks.js";

const CLASSIC: FoundOutlook = {
  classic: { path: "C:\\Office\\OUTLOOK.EXE", version: "16.0.17328.20184", bits: "x64" },
  prefersNew: false,
  running: [],
};

function machine(
  given: { outlook?: Partial<FoundOutlook>; health?: Partial<Health> } = {},
): DoctorContext & { registry: MemoryRegistry } {
  const dataDirectory = resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryFolder() } });
  return {
    dataDirectory,
    version: "1.0.0",
    packageFolder: dataDirectory.path,
    registry: new MemoryRegistry(),
    roots: { has: () => false, hasOwn: () => false, add: () => undefined, remove: () => false },
    record: new InstallRecord(dataDirectory),
    log: silentLog(),
    options: { trust: true, sideload: true, msi: false },
    print: () => undefined,
    outlook: { ...CLASSIC, ...given.outlook },
    bridge: { kind: "absent" },
    health:
      given.health === undefined
        ? undefined
        : {
            status: "ok",
            state: "unknown",
            source: { status: "starting" },
            clients: 0,
            version: "1.0.0",
            ...given.health,
          },
  };
}

const unavailable = (reason: Reason, code?: string): Partial<Health> => ({
  source: { status: "unavailable", reason, ...(code === undefined ? {} : { code }) },
});

describe("checks of Outlook", () => {
  it("pass for classic Outlook, with its version and bitness", async () => {
    const found = await classicOutlook.run(machine());
    expect(found.result).toBe("pass");
    expect(found.evidence).toContain("16.0.17328.20184, 64-bit");
  });

  it("fail without classic Outlook, with what to install", async () => {
    const found = await classicOutlook.run(machine({ outlook: { classic: undefined } }));
    expect(found).toMatchObject({ result: "fail" });
    expect(found.remedy).toContain("Install classic Outlook");
  });

  it("are undecided for a version that reads no manifest from a folder", async () => {
    const classic = { path: "x", version: "16.0.13708.9", bits: "x86" } as const;
    expect(await classicOutlook.run(machine({ outlook: { classic } }))).toMatchObject({ result: "unknown" });
  });

  it("fail if the user has switched to new Outlook", async () => {
    expect(await newOutlook.run(machine({ outlook: { prefersNew: true } }))).toMatchObject({ result: "fail" });
    expect(await newOutlook.run(machine())).toMatchObject({ result: "pass" });
  });

  it.each([
    [["{ED475418-B0D6-11D2-8C3B-00104B2A6676}", "{ED475411-B0D6-11D2-8C3B-00104B2A6676}"], "pass"],
    [["{ED475411-B0D6-11D2-8C3B-00104B2A6676}"], "fail"],
    [["{ed475412-b0d6-11d2-8c3b-00104b2a6676}"], "fail"],
    [["{00000000-0000-0000-0000-000000000000}"], "unknown"],
    [[], "unknown"],
  ])("for accounts of the classes %j result in %s", async (classes, result) => {
    for (const binary of [false, true]) {
      const here = machine();
      classes.forEach((one, index) => {
        const value = text(one);
        here.registry.write(
          `HKCU\\${OFFICE}\\Outlook\\Profiles\\Mine\\9375CFF0413111d3B88A00104B2A6676\\0000000${index}`,
          "clsid",
          binary ? { type: REG_BINARY, bytes: value.bytes } : value,
        );
      });
      expect(await accounts.run(here)).toMatchObject({ result });
    }
  });

  it.each([
    [true, "fail"],
    [null, "unknown"],
    [false, "pass"],
  ])("for an Outlook whose elevation is %s result in %s", async (elevated, result) => {
    const running = [{ id: 1, image: "C:\\Office\\OUTLOOK.EXE", bits: 32 as const, elevated }];
    expect(await outlookRuns.run(machine({ outlook: { running } }))).toMatchObject({ result });
  });

  it.each(["DisabledItems", "CrashingAddinList"])(
    "find the agent in Outlook's list %s, by file name or ProgID",
    async (list) => {
      for (const mention of ["C:\\app\\OFFLINE-STATE-AGENT.DLL", PROG_ID]) {
        const here = machine();
        expect(await notDisabledByOutlook.run(here)).toMatchObject({ result: "pass" });
        const bytes = Buffer.concat([Buffer.from([1, 0, 0, 0]), Buffer.from(`${mention}\0`, "utf16le")]);
        here.registry.write(`${RESILIENCY_KEY}\\${list}`, "7A3F", { type: REG_BINARY, bytes });
        expect(await notDisabledByOutlook.run(here)).toMatchObject({ result: "fail" });
      }
    },
  );

  it("ignore other add-ins that Outlook has disabled", async () => {
    const here = machine();
    const bytes = Buffer.from("C:\\other.dll\0", "utf16le");
    here.registry.write(`${RESILIENCY_KEY}\\DisabledItems`, "1", { type: REG_BINARY, bytes });
    expect(await notDisabledByOutlook.run(here)).toMatchObject({ result: "pass" });
  });

  it.each(["HKCU", "HKLM"])("find a policy in %s that disables the agent or allows only others", async (hive) => {
    const key = `${POLICY_KEY.replace(/^HKCU/, hive)}\\Resiliency`;
    const disabled = machine();
    disabled.registry.write(`${key}\\AddinList`, PROG_ID, text("0"));
    expect(await notBlockedByPolicy.run(disabled)).toMatchObject({ result: "fail" });
    const restricted = machine();
    restricted.registry.write(key, "RestrictToList", number(1));
    expect(await notBlockedByPolicy.run(restricted)).toMatchObject({ result: "fail" });
    restricted.registry.write(`${key}\\AddinList`, PROG_ID, text("1"));
    const allowed = await notBlockedByPolicy.run(restricted);
    expect(allowed).toMatchObject({ result: "pass", evidence: "a policy keeps it enabled" });
  });

  it("find a registration for the machine that overrides this user's", async () => {
    const here = machine();
    here.registry.write(ADDIN_KEY.replace("HKCU", "HKLM"), "LoadBehavior", number(0));
    expect(await notBlockedByPolicy.run(here)).toMatchObject({ result: "fail" });
  });
});

describe("checks of the pipeline", () => {
  const listening = (online: boolean, offline: boolean): Partial<Health> => ({
    state: "online",
    source: { status: "listening", profile: "P", outlook: "16.0.1", notifies: { online, offline } },
    clients: 1,
  });

  it("pass if Outlook notifies of both changes, and are undecided if only of one", async () => {
    expect(await agentConnected.run(machine({ health: listening(true, true) }))).toMatchObject({ result: "pass" });
    const oneWay = await agentConnected.run(machine({ health: listening(false, true) }));
    expect(oneWay).toMatchObject({ result: "unknown" });
    expect(oneWay.evidence).toContain("only of going offline");
    const past = { ...listening(true, false), state: "unknown", lastKnown: { state: "online", at: 1 } } as const;
    expect((await agentConnected.run(machine({ health: past }))).evidence).toContain("last known online");
  });

  const reasons: readonly Reason[] = [
    "agent-missing",
    "agent-incompatible",
    "agent-untrusted",
    "mapi-missing",
    "open-failed",
    "no-notifications",
    "advise-failed",
  ];
  it.each(reasons)("fail for %s, with a remedy", async (reason) => {
    const found = await agentConnected.run(machine({ health: unavailable(reason) }));
    expect(found.result).toBe("fail");
    expect(found.remedy).toMatch(/\w/);
  });

  it("name the error that MAPI returned", async () => {
    const found = await agentConnected.run(machine({ health: unavailable("open-failed", "0x8004010F") }));
    expect(found.evidence).toContain("MAPI_E_NOT_FOUND");
  });

  it("are undecided if Outlook or the background program is not running", async () => {
    const health = unavailable("outlook-not-running");
    expect(await agentConnected.run(machine({ health }))).toMatchObject({ result: "unknown" });
    expect(await agentConnected.run(machine())).toMatchObject({ result: "unknown" });
    expect(await paneConnected.run(machine())).toMatchObject({ result: "unknown" });
    expect(await paneConnected.run(machine({ health: listening(true, true) }))).toMatchObject({ result: "pass" });
  });
});

describe("runChecks", () => {
  it("continues after a check that rejects, whose result is unknown", async () => {
    const broken = { name: "broken", run: () => Promise.reject(new Error("no access")) };
    const results = await runChecks([broken, newOutlook], machine());
    expect(results).toMatchObject([
      { check: "broken", result: "unknown", evidence: "cannot be checked: no access" },
      { check: "new Outlook", result: "pass" },
    ]);
  });
});
