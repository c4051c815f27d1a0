import { describe, expect, it } from "vitest";
import { runCommand as run } from "../../../test/support/command.js";
import { version } from "../version.js";
import { durationOf, statusLine } from "./status-line.js";

describe("the command line", { timeout: 120_000 }, () => {
  it.each([
    [["frobnicate"], "frobnicate"],
    [["start", "--prot", "1"], "--prot"],
    [["start", "--port", "0"], "1 to 65535"],
    [["start", "--port", "65536"], "65536"],
    [["start", "--port", "12a"], "12a"],
    [["start", "--port"], "--port"],
    [["start", "now"], "too many arguments"],
    [["start", "--mapi", "nowhere.so"], "nowhere.so"],
    [["outlook"], "command"],
    [["outlook", "dance"], "dance"],
    [["outlook", "capabilities", "many"], "none, online, offline, both"],
    [["outlook", "state"], "start it with"],
    [["status", "--yaml"], "--yaml"],
    [["logs", "--lines", "many"], "0 to 100000"],
    [["install", "--port", "99999"], "99999"],
    [["install", "everything"], "too many arguments"],
  ])("says what is wrong with %j on stderr, and exits with 1", async (words, named) => {
    const { code, stdout, stderr } = await run(...words);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain(named);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("says its version, and what there is", async () => {
    expect(await run("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
    const { code, stdout } = await run("outlook", "--help");
    expect(code).toBe(0);
    expect(stdout).toContain("capabilities");
  });

  it.each(["start", "status", "logs", "install", "uninstall", "doctor", "outlook"])(
    "explains %s, and nothing of it that only Windows Installer uses",
    async (command) => {
      const { code, stdout, stderr } = await run(command, "--help");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain(`Usage: outlook-offline-state ${command}`);
      expect(stdout).not.toMatch(/--msi|--stop-only/);
    },
  );

  it("says that there is no log, and nothing to a program", async () => {
    const told = await run("logs");
    expect(told).toMatchObject({ code: 1, stderr: "" });
    expect(told.stdout).toContain("There is no log yet");
    expect(await run("logs", "--json")).toEqual({ code: 1, stdout: "", stderr: "" });
  });

  it("says that no bridge runs, for people and for programs", async () => {
    const told = await run("status");
    expect(told.code).toBe(1);
    expect(told.stdout).toContain("outlook-offline-state start");
    expect(await run("status", "--json")).toEqual({ code: 1, stdout: '{"running":false}\n', stderr: "" });
  });
});

describe("the line about the state", () => {
  const now = new Date(2026, 0, 2, 12, 0, 0).getTime();
  const notifies = { online: true, offline: true };
  const source = { status: "listening", profile: "P", outlook: "16.0", notifies } as const;

  it("says since when and for how long", () => {
    const line = statusLine({ state: "offline", since: now - 720_000, ageMs: 720_000, source }, now);
    expect(line).toContain("Outlook is offline");
    expect(line).toContain("for 12 min");
    expect(line).toContain("profile P");
  });

  it("does not claim to know a beginning that nobody saw", () => {
    expect(statusLine({ state: "online", since: null, ageMs: 5000, source }, now)).toContain("for at least 5 s");
  });

  it("says what cannot be noticed, and why nothing is known", () => {
    const half = { ...source, notifies: { online: false, offline: true } };
    expect(statusLine({ state: "online", since: null, ageMs: 0, source: half }, now)).toContain("only going offline");
    const gone = {
      status: "unavailable",
      reason: "open-failed",
      code: "0x8004010F",
      detail: "MAPI_E_NOT_FOUND.",
    } as const;
    const line = statusLine({ state: "unknown", since: now, ageMs: 0, source: gone }, now);
    expect(line).toMatch(/: open-failed, 0x8004010F, MAPI_E_NOT_FOUND$/);
  });

  it("counts in the units that people use", () => {
    expect([999, 45_000, 3_540_000, 12_000_000, 187_200_000].map(durationOf)).toEqual([
      "0 s",
      "45 s",
      "59 min",
      "3 h 20 min",
      "2 d 4 h",
    ]);
  });
});
