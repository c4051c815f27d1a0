import { describe, expect, it } from "vitest";
import type { Reason } from "../../../../shared/src/protocol.js";
import { temporaryHome } from "../../../../test/support/temporary-home.js";
import { resolveHome } from "../../home/home.js";
import { ADDIN_KEY, OFFICE, POLICY_KEY, PROG_ID, RESILIENCY_KEY } from "../../install/names.js";
import { InstallRecord } from "../../install/record.js";
import { MemoryRegistry } from "../../install/registry/memory-registry.js";
import { number, REG_BINARY, text } from "../../install/registry/registry.js";
import { silentLog } from "../../log/log.js";
import type { FoundOutlook } from "../../outlook/find-outlook.js";
import type { DoctorContext, Health } from "../doctor.js";
import { agentAnswers, panes } from "./chain.js";
import { policy, resiliency } from "./hindrances.js";
import { accounts, classicOutlook, newOutlook, runningOutlook } from "./outlook.js";

const CLASSIC: FoundOutlook = {
  classic: { path: "C:\\Office\\OUTLOOK.EXE", version: "16.0.17328.20184", bits: "x64" },
  prefersNew: false,
  running: [],
};

function machine(
  given: { outlook?: Partial<FoundOutlook>; health?: Health } = {},
): DoctorContext & { registry: MemoryRegistry } {
  const home = resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryHome() } });
  return {
    home,
    version: "1.0.0",
    packageFolder: home.path,
    registry: new MemoryRegistry(),
    roots: { has: () => false, hasOwn: () => false, add: () => undefined, remove: () => false },
    record: new InstallRecord(home),
    log: silentLog(),
    options: { trust: true, sideload: true, msi: false },
    say: () => undefined,
    setup: { runningOutlooks: () => [], fileVersion: () => "" },
    outlook: { ...CLASSIC, ...given.outlook },
    bridge: { kind: "absent" },
    health: given.health,
  };
}

describe("doctor, about Outlook", () => {
  it("passes a classic Outlook and names its version and bitness", async () => {
    const found = await classicOutlook.look(machine());
    expect(found.result).toBe("pass");
    expect(found.evidence).toContain("16.0.17328.20184, 64-bit");
  });

  it("fails where there is none, and says which Outlook it takes", async () => {
    const found = await classicOutlook.look(machine({ outlook: { classic: undefined } }));
    expect(found).toMatchObject({ result: "fail" });
    expect(found.remedy).toContain("Install classic Outlook");
  });

  it("does not know about one that reads no manifest from a folder", async () => {
    const classic = { path: "x", version: "16.0.13708.9", bits: "x86" } as const;
    expect(await classicOutlook.look(machine({ outlook: { classic } }))).toMatchObject({ result: "unknown" });
  });

  it("fails when the user has switched to the new Outlook", async () => {
    expect(await newOutlook.look(machine({ outlook: { prefersNew: true } }))).toMatchObject({ result: "fail" });
    expect(await newOutlook.look(machine())).toMatchObject({ result: "pass" });
  });

  it.each([
    [["{ED475418-B0D6-11D2-8C3B-00104B2A6676}", "{ED475411-B0D6-11D2-8C3B-00104B2A6676}"], "pass"],
    [["{ED475411-B0D6-11D2-8C3B-00104B2A6676}"], "fail"],
    [["{ed475412-b0d6-11d2-8c3b-00104b2a6676}"], "fail"],
    [["{00000000-0000-0000-0000-000000000000}"], "unknown"],
    [[], "unknown"],
  ])("with the accounts %j says %s", async (classes, result) => {
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
      expect(await accounts.look(here)).toMatchObject({ result });
    }
  });

  it.each([
    [true, "fail"],
    [null, "unknown"],
    [false, "pass"],
  ])("with an Outlook whose elevation is %s says %s", async (elevated, result) => {
    const running = [{ id: 1, image: "C:\\Office\\OUTLOOK.EXE", bits: 32, elevated }];
    expect(await runningOutlook.look(machine({ outlook: { running } }))).toMatchObject({ result });
  });
});

describe("doctor, about what hinders the agent", () => {
  it.each(["DisabledItems", "CrashingAddinList"])("finds the agent in %s, by its file or its name", async (list) => {
    for (const mention of ["C:\\app\\OFFLINE-STATE-AGENT.DLL", PROG_ID]) {
      const here = machine();
      expect(await resiliency.look(here)).toMatchObject({ result: "pass" });
      const bytes = Buffer.concat([Buffer.from([1, 0, 0, 0]), Buffer.from(`${mention}\0`, "utf16le")]);
      here.registry.write(`${RESILIENCY_KEY}\\${list}`, "7A3F", { type: REG_BINARY, bytes });
      expect(await resiliency.look(here)).toMatchObject({ result: "fail" });
    }
  });

  it("does not take another add-in for ours", async () => {
    const here = machine();
    const bytes = Buffer.from("C:\\other.dll\0", "utf16le");
    here.registry.write(`${RESILIENCY_KEY}\\DisabledItems`, "1", { type: REG_BINARY, bytes });
    expect(await resiliency.look(here)).toMatchObject({ result: "pass" });
  });

  it.each(["HKCU", "HKLM"])("finds a policy of %s that forbids it, or that allows only others", async (hive) => {
    const key = `${POLICY_KEY.replace(/^HKCU/, hive)}\\Resiliency`;
    const forbidden = machine();
    forbidden.registry.write(`${key}\\AddinList`, PROG_ID, text("0"));
    expect(await policy.look(forbidden)).toMatchObject({ result: "fail" });
    const restricted = machine();
    restricted.registry.write(key, "RestrictToList", number(1));
    expect(await policy.look(restricted)).toMatchObject({ result: "fail" });
    restricted.registry.write(`${key}\\AddinList`, PROG_ID, text("1"));
    const kept = await policy.look(restricted);
    expect(kept).toMatchObject({ result: "pass", evidence: "a policy keeps it enabled" });
  });

  it("finds a registration for the machine that hides this user's", async () => {
    const here = machine();
    here.registry.write(ADDIN_KEY.replace("HKCU", "HKLM"), "LoadBehavior", number(0));
    expect(await policy.look(here)).toMatchObject({ result: "fail" });
  });
});

describe("doctor, about the agent and the pane", () => {
  const listening = (online: boolean, offline: boolean): Health => ({
    state: "online",
    source: { status: "listening", profile: "P", outlook: "16.0.1", notifies: { online, offline } },
    clients: 1,
  });

  it("passes when MAPI notifies both ways, and does not know when it notifies one", async () => {
    expect(await agentAnswers.look(machine({ health: listening(true, true) }))).toMatchObject({ result: "pass" });
    const half = await agentAnswers.look(machine({ health: listening(false, true) }));
    expect(half).toMatchObject({ result: "unknown" });
    expect(half.evidence).toContain("only going offline");
    const past = { ...listening(true, false), state: "unknown", lastKnown: { state: "online", at: 1 } } as const;
    expect((await agentAnswers.look(machine({ health: past }))).evidence).toContain("was online when it was last read");
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
  it.each(reasons)("fails for %s, with a remedy", async (reason) => {
    const health: Health = { state: "unknown", source: { status: "unavailable", reason }, clients: 0 };
    const found = await agentAnswers.look(machine({ health }));
    expect(found.result).toBe("fail");
    expect(found.remedy).toMatch(/\w/);
  });

  it("tells what MAPI answered by its name", async () => {
    const health: Health = {
      state: "unknown",
      source: { status: "unavailable", reason: "open-failed", code: "0x8004010F" },
      clients: 0,
    };
    expect((await agentAnswers.look(machine({ health }))).evidence).toContain("MAPI_E_NOT_FOUND");
  });

  it("does not know about an Outlook that does not run, or a bridge that does not", async () => {
    const health: Health = {
      state: "unknown",
      source: { status: "unavailable", reason: "outlook-not-running" },
      clients: 0,
    };
    expect(await agentAnswers.look(machine({ health }))).toMatchObject({ result: "unknown" });
    expect(await agentAnswers.look(machine())).toMatchObject({ result: "unknown" });
    expect(await panes.look(machine())).toMatchObject({ result: "unknown" });
    expect(await panes.look(machine({ health: listening(true, true) }))).toMatchObject({ result: "pass" });
  });
});
