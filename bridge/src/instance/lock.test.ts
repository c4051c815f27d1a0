import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.js";
import { prepareDataDirectory, resolveDataDirectory, type DataDirectory } from "../data-directory.js";
import { UserError } from "../user-error.js";
import { acquireLock, isLocked } from "./lock.js";

function freshDataDirectory(): DataDirectory {
  const dataDirectory = resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryFolder() } });
  prepareDataDirectory(dataDirectory);
  return dataDirectory;
}

describe("acquireLock", () => {
  const fileOf = (dataDirectory: DataDirectory): string => join(dataDirectory.run, "bridge.lock");

  it.each([
    [
      "a damaged file",
      (file: string) => {
        writeFileSync(file, Buffer.alloc(9000, 0xa5));
      },
    ],
    [
      "an empty folder",
      (file: string) => {
        mkdirSync(file);
      },
    ],
    [
      "a dangling link",
      (file: string) => {
        symlinkSync("/nonexistent/lock", file);
      },
    ],
  ])("succeeds and locks in spite of %s", async (_what, damage) => {
    const dataDirectory = freshDataDirectory();
    damage(fileOf(dataDirectory));
    expect(await isLocked(dataDirectory)).not.toBe(true);
    const lock = await acquireLock(dataDirectory);
    expect(lock).toBeDefined();
    expect(await acquireLock(dataDirectory)).toBeUndefined();
    expect(await isLocked(dataDirectory)).toBe(true);
    lock?.release();
    expect(await isLocked(dataDirectory)).toBe(false);
  });

  it("throws a UserError that names a folder with content in its place", async () => {
    const dataDirectory = freshDataDirectory();
    mkdirSync(join(fileOf(dataDirectory), "something"), { recursive: true });
    const error: unknown = await acquireLock(dataDirectory).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toContain(fileOf(dataDirectory));
  });

  it("succeeds in one of six processes that find a damaged file at the same moment", async () => {
    const dataDirectory = freshDataDirectory();
    writeFileSync(fileOf(dataDirectory), Buffer.alloc(9000, 0xa5));
    const go = join(dataDirectory.path, "go");
    const script = `
      import { existsSync } from "node:fs";
      import { acquireLock } from ${JSON.stringify(new URL("../../../dist/bridge/src/instance/lock.js", import.meta.url).href)};
      process.stdout.write("ready\\n");
      while (!existsSync(${JSON.stringify(go)}));
      const lock = await acquireLock({ run: ${JSON.stringify(dataDirectory.run)} }).catch((error) => String(error));
      process.stdout.write(lock === undefined ? "busy\\n" : typeof lock === "string" ? lock : "acquired\\n");
      setInterval(() => undefined, 1000);
    `;
    const outputs: string[] = [];
    const children: ChildProcess[] = Array.from({ length: 6 }, (_, index) => {
      const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      outputs[index] = "";
      child.stdout.on("data", (data: Buffer) => (outputs[index] = `${outputs[index] ?? ""}${data.toString()}`));
      return child;
    });
    onTestFinished(() => {
      for (const child of children) child.kill("SIGKILL");
    });
    await expect.poll(() => outputs.every((output) => output === "ready\n")).toBe(true);
    writeFileSync(go, "");
    await expect.poll(() => outputs.every((output) => output.length > "ready\n".length)).toBe(true);
    expect(outputs.map((output) => output.slice("ready\n".length)).sort()).toEqual([
      "acquired\n",
      ...Array.from({ length: 5 }, () => "busy\n"),
    ]);
  });
});
