// Where there is no Windows; on Windows these commands would do what they are for.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCommand, runCommandIn } from "../../../test/support/command.js";
import { temporaryHome } from "../../../test/support/temporary-home.js";

describe("the command line where there is no Windows", { timeout: 120_000 }, () => {
  it.each([["install"], ["uninstall"]])("says that %s has nothing to work on", async (...words) => {
    const { code, stdout, stderr } = await runCommand(...words);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^error: .*Windows only\nRun the command on Windows\./);
  });

  it("tells a program of a failed installation what failed and what helps", async () => {
    const { code, stdout, stderr } = await runCommand("install", "--json");
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const answer: unknown = JSON.parse(stdout);
    expect(answer).toMatchObject({ ok: false, steps: [], left: [] });
    expect(JSON.stringify(answer)).toContain('"remedy":"Run the command on Windows.');
  });

  it("tells a program why nothing can be removed", async () => {
    const { code, stdout, stderr } = await runCommand("uninstall", "--json");
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      error: expect.stringContaining("Windows only") as string,
      remedy: expect.stringContaining("Run the command on Windows.") as string,
    });
  });

  it("checks what can be checked without Outlook, for people and for programs, and writes a report", async () => {
    const home = temporaryHome();
    const { code, stdout, stderr } = await runCommandIn(home, "doctor");
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toContain("they are on Windows only");
    expect(stdout).toMatch(/^ok +loopback interface/m);
    expect(stdout).toMatch(/^FAIL +bridge +it does not run/m);
    const report = join(home, "report.json");
    const json = await runCommandIn(home, "doctor", "--json", "--report", report);
    expect(json).toMatchObject({ code: 1, stderr: "" });
    const { checks, ok } = JSON.parse(json.stdout) as { ok: boolean; checks: { check: string; result: string }[] };
    expect(ok).toBe(false);
    expect(checks.filter(({ result }) => result === "fail").map(({ check }) => check)).toEqual(["bridge"]);
    expect(checks.map(({ check }) => check)).toEqual(
      expect.arrayContaining(["data directory", "native module", "certificate files", "pane files", "log"]),
    );
    expect(JSON.parse(readFileSync(report, "utf8"))).toMatchObject({ checks, accounts: [], log: [] });
  });
});
