import { mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryHome } from "../../test/support/temporary-home.js";
import { asFailure, Failure } from "./failure.js";

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (thrown) {
    return thrown;
  }
  throw new Error("nothing was thrown");
}

describe("a system error", () => {
  it("names the file, what is wrong with it in words, and the fix", () => {
    const folder = temporaryHome();
    const missing = asFailure(thrownBy(() => openSync(join(folder, "missing"), "r")));
    expect(missing?.message).toBe(`${join(folder, "missing")}: it does not exist (ENOENT)`);
    expect(missing?.remedy).toBe("Check the path.");
    writeFileSync(join(folder, "file"), "");
    expect(asFailure(thrownBy(() => openSync(join(folder, "file", "below"), "r")))?.message).toContain("ENOTDIR");
    mkdirSync(join(folder, "taken", "by"), { recursive: true });
    const moved = asFailure(
      thrownBy(() => {
        renameSync(join(folder, "file"), join(folder, "taken"));
      }),
    );
    expect(moved?.message).toContain(join(folder, "file"));
    expect(moved?.message).toContain(join(folder, "taken"));
    expect(moved?.remedy).toMatch(/\w/);
  });

  it("is about the file that is given when it names none itself", () => {
    const folder = temporaryHome();
    const thrown = thrownBy(() => readFileSync(folder));
    expect(asFailure(thrown, folder)?.message).toBe(`${folder}: it is a folder, not a file (EISDIR)`);
  });

  it("names the address when it is about a connection", async () => {
    const socket = connect({ host: "127.0.0.1", port: 1 });
    const [thrown] = (await once(socket, "error")) as [unknown];
    expect(asFailure(thrown)?.message).toContain("127.0.0.1 port 1");
  });
});

describe("another error", () => {
  it("is left alone when it is a fault of ours, and when it has its own text", () => {
    expect(asFailure(new TypeError("x is not a function"))).toBeUndefined();
    expect(asFailure("text")).toBeUndefined();
    expect(asFailure(undefined)).toBeUndefined();
    expect(asFailure(thrownBy(() => Buffer.alloc(-1)))).toBeUndefined();
    const own = new Failure("what", "remedy");
    expect(asFailure(own)).toBe(own);
  });
});
