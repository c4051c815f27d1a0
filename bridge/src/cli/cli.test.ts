import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCommand as run, runCommandIn as runIn, runCommandWith as runWith } from "../../../test/support/command.js";
import { temporaryFolder } from "../../../test/support/temporary-folder.js";
import { version } from "../version.js";
import { formatDuration, formatStatus } from "./status.js";

describe("outlook-offline-state", { timeout: 120_000 }, () => {
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
  ])("prints an error for %j on stderr and exits with 1", async (words, named) => {
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
  ])("prints the error for %j as JSON and exits with 1", async (words, named) => {
    const { code, stdout, stderr } = await run(...words);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const printed: unknown = JSON.parse(stdout);
    expect(printed).toMatchObject({ ok: false, remedy: expect.stringMatching(/\w/) as string });
    expect(printed).toMatchObject({ error: expect.stringContaining(named) as string });
  });

  it("escapes control characters in arguments that it prints", async () => {
    const { stderr } = await run("status", "--\u001b[2Jx\u009b");
    expect(stderr).toContain("\\u001b[2Jx\\u009b");
    expect(stderr.replaceAll("\n", "")).not.toMatch(/\p{C}/u);
  });

  it("prints its version, and the commands of the simulator", async () => {
    expect(await run("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
    const { code, stdout } = await run("outlook", "--help");
    expect(code).toBe(0);
    expect(stdout).toContain("capabilities");
  });

  it.each(["start", "status", "logs", "install", "uninstall", "doctor", "outlook"])(
    "prints help for %s, without the options for Windows Installer",
    async (command) => {
      const { code, stdout, stderr } = await run(command, "--help");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain(`Usage: outlook-offline-state ${command}`);
      expect(stdout).not.toMatch(/--msi|--stop-only/);
    },
  );

  it("reports that there is no log, as text and as JSON", async () => {
    const ended = await run("logs");
    expect(ended).toMatchObject({ code: 1, stderr: "" });
    expect(ended.stdout).toContain("No log yet");
    const { code, stdout, stderr } = await run("logs", "--json");
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: expect.stringContaining("no log yet") as string });
  });

  it("names the unreadable log file, as text and as JSON", async () => {
    const dataDirectory = temporaryFolder();
    mkdirSync(join(dataDirectory, "logs", "bridge.log"), { recursive: true });
    for (const words of [["logs"], ["logs", "--follow"]]) {
      const ended = await runIn(dataDirectory, ...words);
      expect(ended).toMatchObject({ code: 1, stdout: "" });
      expect(ended.stderr).toContain(join(dataDirectory, "logs", "bridge.log"));
      expect(ended.stderr).not.toMatch(/^\s+at /m);
    }
    const { code, stdout, stderr } = await runIn(dataDirectory, "logs", "--json");
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: expect.stringContaining("bridge.log") as string });
  });

  it("reports that the background program is not running, as text and as JSON", async () => {
    const ended = await run("status");
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain("outlook-offline-state start");
    expect(await run("status", "--json")).toEqual({ code: 1, stdout: '{"running":false}\n', stderr: "" });
  });
});

/** A loader hook that prints the URL of each loaded module. */
const PRINT_MODULES = dataUrl(`
  import { writeSync } from "node:fs";
  export function load(url, context, next) {
    writeSync(2, "loaded " + url + "\\n");
    return next(url, context);
  }`);

function dataUrl(script: string): string {
  return `data:text/javascript,${encodeURIComponent(script)}`;
}

async function loadedModules(...words: string[]): Promise<string[]> {
  const register = dataUrl(`import { register } from "node:module"; register(${JSON.stringify(PRINT_MODULES)});`);
  const { stderr } = await runWith({ NODE_OPTIONS: `--import=${register}` }, temporaryFolder(), ...words);
  return Array.from(stderr.matchAll(/^loaded (\S+)$/gm), ([, url = ""]) => url);
}

describe("the modules of a command", { timeout: 120_000 }, () => {
  it("are found by this test", async () => {
    const modules = await loadedModules("start", "--mapi", "nowhere.so");
    expect(modules.some((url) => url.includes("/bridge/src/server/"))).toBe(true);
    expect(modules.some((url) => url.includes("/node_modules/express/"))).toBe(true);
  });

  it.each([["status"], ["logs"], ["doctor"], ["outlook", "state"]])(
    "include neither Express nor the server for %s",
    async (...words) => {
      const modules = await loadedModules(...words);
      expect(modules.filter((url) => url.includes("/bridge/src/cli/"))).not.toEqual([]);
      expect(modules.filter((url) => /\/bridge\/src\/server\/|\/node_modules\/express\//.test(url))).toEqual([]);
    },
  );
});

describe("formatStatus", () => {
  const now = new Date(2026, 0, 2, 12, 0, 0).getTime();
  const notifies = { online: true, offline: true };
  const source = { status: "listening", profile: "P", outlook: "16.0", notifies } as const;

  it("contains the state, since when and for how long", () => {
    const line = formatStatus({ state: "offline", since: now - 720_000, ageMs: 720_000, source }, now);
    expect(line).toContain("Outlook is offline");
    expect(line).toContain("(12 min)");
    expect(line).toContain("profile P");
  });

  it("contains only a minimum duration if the begin is unknown", () => {
    expect(formatStatus({ state: "online", since: null, ageMs: 5000, source }, now)).toContain("for at least 5 s");
  });

  it.each([
    ["online", { online: true, offline: false }, "goes offline"],
    ["offline", { online: false, offline: true }, "comes back online"],
  ] as const)("formats a last known state as the past: %s", (state, notifies, change) => {
    const at = new Date(2026, 0, 2, 7, 42, 0).getTime();
    const lastKnown = { state, at };
    const half = { ...source, notifies };
    const line = formatStatus({ state: "unknown", since: at, ageMs: now - at, source: half, lastKnown }, now);
    const time = new Date(at).toLocaleTimeString();
    expect(line).toContain(`Outlook was ${state} at ${time}. Outlook does not report when it ${change}. Outlook 16.0`);
    expect(line).not.toMatch(/Outlook is |for \d/);
  });

  it.each([
    [{ outboxItems: 0 }, "0 messages in the Outbox"],
    [{ outboxItems: 1 }, "1 message in the Outbox"],
    [{ outboxItems: 3, connection: "working-offline" }, "Work Offline is on, 3 messages in the Outbox"],
    [{ connection: "disconnected" }, "Not connected to the Exchange server"],
    [{ connection: "connected" }, "Connected to the Exchange server"],
  ] as const)("contains the reading and its time: %o", (read, text) => {
    const at = new Date(2026, 0, 2, 7, 43, 0).getTime();
    const line = formatStatus({ state: "offline", since: at, ageMs: 0, source, reading: { at, ...read } }, now);
    expect(line.endsWith(`profile P. ${text} at ${new Date(at).toLocaleTimeString()}`)).toBe(true);
  });

  it("contains missing capabilities, and why the state is unknown", () => {
    const half = { ...source, notifies: { online: false, offline: true } };
    expect(formatStatus({ state: "online", since: null, ageMs: 0, source: half }, now)).toContain("only going offline");
    const gone = {
      status: "unavailable",
      reason: "open-failed",
      code: "0x8004010F",
      detail: "MAPI_E_NOT_FOUND.",
    } as const;
    const line = formatStatus({ state: "unknown", since: now, ageMs: 0, source: gone }, now);
    expect(line).toMatch(
      /^Outlook's state is unknown since .*\. Outlook did not provide its state \(open-failed, 0x8004010F, MAPI_E_NOT_FOUND\)$/,
    );
  });

  it("formats durations in seconds, minutes, hours or days", () => {
    expect([999, 45_000, 3_540_000, 12_000_000, 187_200_000].map(formatDuration)).toEqual([
      "0 s",
      "45 s",
      "59 min",
      "3 h 20 min",
      "2 d 4 h",
    ]);
  });
});
