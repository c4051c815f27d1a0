import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCommand as run, runCommandIn as runIn } from "../../../test/support/command.js";
import { temporaryHome } from "../../../test/support/temporary-home.js";
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

  it.each([
    [["status", "--yaml", "--json"], "--yaml"],
    [["status", "--json", "now"], "too many arguments"],
    [["logs", "--json", "--lines", "many"], "0 to 100000"],
    [["install", "--json", "--port", "99999"], "99999"],
    [["uninstall", "--json", "all"], "too many arguments"],
    [["doctor", "--json", "--reports"], "--reports"],
    [["doctor", "--json", "--report", "/nowhere/report.json"], "/nowhere/report.json"],
    [["start", "--json"], "--json"],
  ])("prints the error of %j as JSON, and exits with 1", async (words, named) => {
    const { code, stdout, stderr } = await run(...words);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const answer: unknown = JSON.parse(stdout);
    expect(answer).toMatchObject({ ok: false, remedy: expect.stringMatching(/\w/) as string });
    expect(answer).toMatchObject({ error: expect.stringContaining(named) as string });
  });

  it("prints an argument with escape sequences without them", async () => {
    const { stderr } = await run("status", "--\u001b[2Jx\u009b");
    expect(stderr).toContain("\\u001b[2Jx\\u009b");
    expect(stderr.replaceAll("\n", "")).not.toMatch(/\p{C}/u);
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

  it("says that there is no log, for people and for programs", async () => {
    const told = await run("logs");
    expect(told).toMatchObject({ code: 1, stderr: "" });
    expect(told.stdout).toContain("There is no log yet");
    const { code, stdout, stderr } = await run("logs", "--json");
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: expect.stringContaining("no log yet") as string });
  });

  it("names the file that keeps the log from being read, for people and for programs", async () => {
    const home = temporaryHome();
    mkdirSync(join(home, "logs", "bridge.log"), { recursive: true });
    for (const words of [["logs"], ["logs", "--follow"]]) {
      const told = await runIn(home, ...words);
      expect(told).toMatchObject({ code: 1, stdout: "" });
      expect(told.stderr).toContain(join(home, "logs", "bridge.log"));
      expect(told.stderr).not.toMatch(/^\s+at /m);
    }
    const { code, stdout, stderr } = await runIn(home, "logs", "--json");
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: expect.stringContaining("bridge.log") as string });
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

  it.each([
    ["online", { online: true, offline: false }, "goes offline"],
    ["offline", { online: false, offline: true }, "comes back online"],
  ] as const)("tells a last known state as the past: %s", (state, notifies, change) => {
    const at = new Date(2026, 0, 2, 7, 42, 0).getTime();
    const lastKnown = { state, at };
    const half = { ...source, notifies };
    const line = statusLine({ state: "unknown", since: at, ageMs: now - at, source: half, lastKnown }, now);
    const time = new Date(at).toLocaleTimeString();
    expect(line).toContain(`Outlook was ${state} at ${time}; Outlook does not report when it ${change}: listening to`);
    expect(line).not.toMatch(/Outlook is |for \d/);
  });

  it.each([
    [{ outboxItems: 0 }, "0 messages in the Outbox"],
    [{ outboxItems: 1 }, "1 message in the Outbox"],
    [{ outboxItems: 3, connection: "working-offline" }, "Work Offline is on, 3 messages in the Outbox"],
    [{ connection: "disconnected" }, "Not connected to the Exchange server"],
    [{ connection: "connected" }, "Connected to the Exchange server"],
  ] as const)("tells what was read, and when: %o", (read, text) => {
    const at = new Date(2026, 0, 2, 7, 43, 0).getTime();
    const line = statusLine({ state: "offline", since: at, ageMs: 0, source, reading: { at, ...read } }, now);
    expect(line.endsWith(`profile P. ${text} at ${new Date(at).toLocaleTimeString()}`)).toBe(true);
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
    expect(line).toMatch(/^Outlook's state is unknown \(.*: open-failed, 0x8004010F, MAPI_E_NOT_FOUND$/);
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
