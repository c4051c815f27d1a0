import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expectRights } from "../../../test/support/rights.js";
import { temporaryHome } from "../../../test/support/temporary-home.js";
import { Failure } from "../failure.js";
import { prepareHome, resolveHome } from "./home.js";
import { identityOf } from "./identity.js";

const linux = { platform: "linux", userHome: "/home/ada", workingDirectory: "/start" } as const;
const windows = { platform: "win32", userHome: "C:\\Users\\ada", workingDirectory: "C:\\work" } as const;

describe("where the home is", () => {
  it("follows XDG_STATE_HOME, and the user's own folder without it", () => {
    expect(resolveHome({ ...linux, env: { XDG_STATE_HOME: "/state" } }).path).toBe("/state/outlook-offline-state");
    expect(resolveHome({ ...linux, env: {} }).path).toBe("/home/ada/.local/state/outlook-offline-state");
  });

  it("ignores a relative XDG_STATE_HOME, as its specification wants it", () => {
    expect(resolveHome({ ...linux, env: { XDG_STATE_HOME: "state" } }).path).toMatch(/^\/home\/ada/);
  });

  it("is in the local application data on Windows", () => {
    const home = resolveHome({ ...windows, env: { LOCALAPPDATA: "C:\\Local" } });
    expect(home.path).toBe("C:\\Local\\OutlookOfflineState");
    expect(home.certificates).toBe("C:\\Local\\OutlookOfflineState\\certificates");
  });

  it("says which variable helps where no default is known", () => {
    expect(() => resolveHome({ ...windows, env: {} })).toThrow(Failure);
  });

  it("is what OUTLOOK_OFFLINE_STATE_HOME says, made absolute; an empty one counts as none", () => {
    expect(resolveHome({ ...linux, env: { OUTLOOK_OFFLINE_STATE_HOME: "here/../there" } }).path).toBe("/start/there");
    expect(resolveHome({ ...linux, env: { OUTLOOK_OFFLINE_STATE_HOME: "" } }).path).toMatch(/outlook-offline-state$/);
  });
});

describe("the identity of a home", () => {
  const suffixOf = (path: string): string =>
    resolveHome({ ...linux, env: { OUTLOOK_OFFLINE_STATE_HOME: path } }).suffix;

  it("is empty for the default home, however it was named", () => {
    expect(resolveHome({ ...linux, env: {} }).suffix).toBe("");
    expect(suffixOf("/home/ada/.local/state/outlook-offline-state")).toBe("");
  });

  it("is FNV-1a 64 of the path, so that the native code finds the same", () => {
    // Two of the hash's published test vectors.
    expect(identityOf("a", undefined, "linux")).toBe(".h-af63dc4c8601ec8c");
    expect(identityOf("foobar", undefined, "linux")).toBe(".h-85944171f73967e8");
    expect(suffixOf("/a")).toMatch(/^\.h-[0-9a-f]{16}$/);
    expect(suffixOf("/a")).not.toBe(suffixOf("/b"));
  });

  it("does not depend on the case of a path on Windows", () => {
    const of = (path: string): string =>
      resolveHome({ ...windows, env: { LOCALAPPDATA: "C:\\Local", OUTLOOK_OFFLINE_STATE_HOME: path } }).suffix;
    expect(of("C:\\Homes\\A")).toBe(of("c:\\homes\\a"));
    expect(of("C:\\local\\outlookofflinestate")).toBe("");
  });
});

describe("preparing the home", () => {
  const homeAt = (path: string): ReturnType<typeof resolveHome> =>
    resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: path } });

  it("makes every folder for this user alone, also where one was open to others", () => {
    const path = temporaryHome();
    const home = homeAt(join(path, "deep", "home"));
    mkdirSync(home.logs, { recursive: true, mode: 0o777 });
    prepareHome(home);
    prepareHome(home);
    for (const folder of [home.path, home.certificates, home.history, home.logs, home.run]) {
      expectRights(folder, 0o700);
    }
  });

  it.runIf(process.platform !== "win32")("leaves a folder's own rights alone that holds other things, too", () => {
    const path = temporaryHome();
    writeFileSync(join(path, "letter.txt"), "");
    chmodSync(path, 0o755);
    const home = homeAt(path);
    prepareHome(home);
    expectRights(path, 0o755);
    expectRights(home.run, 0o700);
  });

  it.runIf(process.platform !== "win32")("refuses a folder of other things where others may write", () => {
    const path = temporaryHome();
    writeFileSync(join(path, "letter.txt"), "");
    chmodSync(path, 0o1777);
    expect(() => {
      prepareHome(homeAt(path));
    }).toThrow("other users may write there");
    expectRights(path, 0o1777);
  });

  it.runIf(process.geteuid?.() === 0)("refuses a folder of another user", () => {
    const path = temporaryHome();
    chownSync(path, 65534, 65534);
    expect(() => {
      prepareHome(homeAt(path));
    }).toThrow("it belongs to another user");
  });

  it("names the folder and the variable where a file is in the way", () => {
    const file = join(temporaryHome(), "file");
    writeFileSync(file, "");
    expect(() => {
      prepareHome(homeAt(file));
    }).toThrow(file);
  });

  it("says so, and returns, where folders cannot be made at all", () => {
    expect(() => {
      prepareHome(homeAt("/proc/nothing/can/be/made/here"));
    }).toThrow(/not writable/);
  });
});
