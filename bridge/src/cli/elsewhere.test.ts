// Where there is no Windows; on Windows these commands would do what they are for.
import { describe, expect, it } from "vitest";
import { runCommand } from "../../../test/support/command.js";

describe("the command line where there is no Windows", { timeout: 120_000 }, () => {
  it.each([["install"], ["uninstall"], ["doctor"], ["doctor", "--report"]])(
    "says that %s has nothing to work on",
    async (...words) => {
      const { code, stdout, stderr } = await runCommand(...words);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(/^error: .*Windows only\nRun the command on Windows\./);
    },
  );

  it("tells a program of a failed installation what failed and what helps", async () => {
    const { code, stdout, stderr } = await runCommand("install", "--json");
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const answer: unknown = JSON.parse(stdout);
    expect(answer).toMatchObject({ ok: false, steps: [], left: [] });
    expect(JSON.stringify(answer)).toContain('"remedy":"Run the command on Windows.');
  });
});
