import { mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.js";
import { asUserError, UserError } from "./user-error.js";

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("asUserError", () => {
  it("names the file, the problem and the remedy", () => {
    const folder = temporaryFolder();
    const missing = asUserError(errorOf(() => openSync(join(folder, "missing"), "r")));
    expect(missing?.message).toBe(`${join(folder, "missing")}: it does not exist (ENOENT)`);
    expect(missing?.remedy).toBe("Check the path.");
    writeFileSync(join(folder, "file"), "");
    expect(asUserError(errorOf(() => openSync(join(folder, "file", "below"), "r")))?.message).toContain("ENOTDIR");
    mkdirSync(join(folder, "taken", "by"), { recursive: true });
    const moved = asUserError(
      errorOf(() => {
        renameSync(join(folder, "file"), join(folder, "taken"));
      }),
    );
    expect(moved?.message).toContain(join(folder, "file"));
    expect(moved?.message).toContain(join(folder, "taken"));
    expect(moved?.remedy).toMatch(/\w/);
  });

  it("uses the given file if the error names none", () => {
    const folder = temporaryFolder();
    const error = errorOf(() => readFileSync(folder));
    expect(asUserError(error, folder)?.message).toBe(`${folder}: it is a folder, not a file (EISDIR)`);
  });

  it("names the address of a failed connection", async () => {
    const socket = connect({ host: "127.0.0.1", port: 1 });
    const [error] = (await once(socket, "error")) as [unknown];
    expect(asUserError(error)?.message).toContain("127.0.0.1 port 1");
  });

  it("returns undefined for other errors, and a UserError unchanged", () => {
    expect(asUserError(new TypeError("x is not a function"))).toBeUndefined();
    expect(asUserError("text")).toBeUndefined();
    expect(asUserError(undefined)).toBeUndefined();
    expect(asUserError(errorOf(() => Buffer.alloc(-1)))).toBeUndefined();
    const own = new UserError("what", "remedy");
    expect(asUserError(own)).toBe(own);
  });
});
