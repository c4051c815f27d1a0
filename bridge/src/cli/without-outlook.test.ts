// Not run on Windows, where these commands would change the machine.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCommand, runCommandIn } from "../../../test/support/command.js";
import { temporaryFolder } from "../../../test/support/temporary-folder.js";

describe("the command line on systems other than Windows", { timeout: 120_000 }, () => {
  it.each([["install"], ["uninstall"]])("refuses %s: there is nothing to install", async (...words) => {
    const { code, stdout, stderr } = await runCommand(...words);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^error: .*Windows only\nRun the command on Windows\./);
  });

  it("prints the error and the remedy of a failed installation as JSON", async () => {
    const { code, stdout, stderr } = await runCommand("install", "--json");
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const result: unknown = JSON.parse(stdout);
    expect(result).toMatchObject({ ok: false, steps: [], left: [] });
    expect(JSON.stringify(result)).toContain('"remedy":"Run the command on Windows.');
  });

  it("prints the error and the remedy of a failed uninstallation as JSON", async () => {
    const { code, stdout, stderr } = await runCommand("uninstall", "--json");
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      error: expect.stringContaining("Windows only") as string,
      remedy: expect.stringContaining("Run the command on Windows.") as string,
    });
  });

  it("runs the checks that need no Outlook, prints them as text and JSON, and writes a report", async () => {
    const dataDirectory = temporaryFolder();
    const { code, stdout, stderr } = await runCommandIn(dataDirectory, "doctor");
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toContain("they exist on Windows only");
    expect(stdout).toMatch(/^ok +loopback interface/m);
    expect(stdout).toMatch(/^FAIL +background program +not running/m);
    const report = join(dataDirectory, "report.json");
    const json = await runCommandIn(dataDirectory, "doctor", "--json", "--report", report);
    expect(json).toMatchObject({ code: 1, stderr: "" });
    const { checks, ok } = JSON.parse(json.stdout) as { ok: boolean; checks: { check: string; result: string }[] };
    expect(ok).toBe(false);
    expect(checks.filter(({ result }) => result === "fail").map(({ check }) => check)).toEqual(["background program"]);
    expect(checks.map(({ check }) => check)).toEqual(
      expect.arrayContaining(["data directory", "native module", "certificate files", "pane files", "log"]),
    );
    expect(JSON.parse(readFileSync(report, "utf8"))).toMatchObject({ checks, accounts: [], log: [] });
  });
});
