import { chmodSync, chownSync, lchownSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { expectPermissions } from "../../test/support/system.js";
import { temporaryFolder } from "../../test/support/temporary-folder.js";
import { UserError } from "./user-error.js";
import {
  suffixOf,
  isDataDirectory,
  prepareDataDirectory,
  resolveDataDirectory,
  type DataDirectory,
} from "./data-directory.js";
import { productRoot } from "./version.js";

const linux = { platform: "linux", userHome: "/home/ada", workingDirectory: "/start" } as const;
const windows = { platform: "win32", userHome: "C:\\Users\\ada", workingDirectory: "C:\\work" } as const;

describe("resolveDataDirectory", () => {
  it("uses XDG_STATE_HOME, or the home directory without it", () => {
    expect(resolveDataDirectory({ ...linux, env: { XDG_STATE_HOME: "/state" } }).path).toBe(
      "/state/outlook-offline-state",
    );
    expect(resolveDataDirectory({ ...linux, env: {} }).path).toBe("/home/ada/.local/state/outlook-offline-state");
  });

  it("ignores a relative XDG_STATE_HOME, as its specification requires", () => {
    expect(resolveDataDirectory({ ...linux, env: { XDG_STATE_HOME: "state" } }).path).toMatch(/^\/home\/ada/);
  });

  it("uses the local application data on Windows", () => {
    const dataDirectory = resolveDataDirectory({ ...windows, env: { LOCALAPPDATA: "C:\\Local" } });
    expect(dataDirectory.path).toBe("C:\\Local\\OutlookOfflineState");
    expect(dataDirectory.certificates).toBe("C:\\Local\\OutlookOfflineState\\certificates");
  });

  it("throws a UserError if there is no default", () => {
    expect(() => resolveDataDirectory({ ...windows, env: {} })).toThrow(UserError);
  });

  it("makes OUTLOOK_OFFLINE_STATE_HOME absolute, and ignores an empty one", () => {
    expect(resolveDataDirectory({ ...linux, env: { OUTLOOK_OFFLINE_STATE_HOME: "here/../there" } }).path).toBe(
      "/start/there",
    );
    expect(resolveDataDirectory({ ...linux, env: { OUTLOOK_OFFLINE_STATE_HOME: "" } }).path).toMatch(
      /outlook-offline-state$/,
    );
  });
});

describe("suffixOf", () => {
  const suffixAt = (path: string): string =>
    resolveDataDirectory({ ...linux, env: { OUTLOOK_OFFLINE_STATE_HOME: path } }).suffix;

  it("returns an empty suffix for the default data directory, even if it is set explicitly", () => {
    expect(resolveDataDirectory({ ...linux, env: {} }).suffix).toBe("");
    expect(suffixAt("/home/ada/.local/state/outlook-offline-state")).toBe("");
  });

  it("returns the FNV-1a 64 hash of the path, like the native code", () => {
    // Two of the hash's published test vectors.
    expect(suffixOf("a", undefined, "linux")).toBe(".h-af63dc4c8601ec8c");
    expect(suffixOf("foobar", undefined, "linux")).toBe(".h-85944171f73967e8");
    expect(suffixAt("/a")).toMatch(/^\.h-[0-9a-f]{16}$/);
    expect(suffixAt("/a")).not.toBe(suffixAt("/b"));
  });

  it("ignores the case of paths on Windows", () => {
    const of = (path: string): string =>
      resolveDataDirectory({ ...windows, env: { LOCALAPPDATA: "C:\\Local", OUTLOOK_OFFLINE_STATE_HOME: path } }).suffix;
    expect(of("C:\\DataDirectories\\A")).toBe(of("c:\\dataDirectories\\a"));
    expect(of("C:\\local\\outlookofflinestate")).toBe("");
  });
});

/** Worker threads cannot load TypeScript. */
const COMPILED = pathToFileURL(join(productRoot, "dist/bridge/src/data-directory.js")).href;
const PROGRAM = `
  const { parentPort, workerData } = require("node:worker_threads");
  import(workerData.module).then(({ prepareDataDirectory, resolveDataDirectory }) => {
    parentPort.once("message", () => {
      let error;
      try {
        prepareDataDirectory(resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: workerData.path } }));
      } catch (error) {
        error = error.message;
      }
      parentPort.postMessage({ error });
    });
    parentPort.postMessage("ready");
  });`;

/** Prepares `path` in `count` threads at the same moment. Returns their error messages, undefined for success. */
async function prepareAtOnce(path: string, count: number): Promise<unknown[]> {
  const threads = Array.from(
    { length: count },
    () => new Worker(PROGRAM, { eval: true, workerData: { module: COMPILED, path } }),
  );
  await Promise.all(threads.map((thread) => once(thread, "message")));
  const results = threads.map((thread) => once(thread, "message"));
  for (const thread of threads) thread.postMessage("go");
  return Promise.all(results);
}

describe("prepareDataDirectory", () => {
  const dataDirectoryAt = (path: string): DataDirectory =>
    resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: path } });
  const preparing = (path: string): (() => void) => {
    return () => {
      prepareDataDirectory(dataDirectoryAt(path));
    };
  };

  it("creates all folders for this user only, and restores their permissions", () => {
    const dataDirectory = dataDirectoryAt(join(temporaryFolder(), "deep", "data"));
    prepareDataDirectory(dataDirectory);
    const folders = [
      dataDirectory.path,
      dataDirectory.certificates,
      dataDirectory.history,
      dataDirectory.logs,
      dataDirectory.run,
    ];
    for (const folder of folders) expectPermissions(folder, 0o700);
    if (process.platform !== "win32") chmodSync(dataDirectory.logs, 0o755);
    prepareDataDirectory(dataDirectory);
    for (const folder of folders) expectPermissions(folder, 0o700);
  });

  it.runIf(process.platform !== "win32")(
    "restricts the default data directory, even if something else has created it",
    () => {
      const state = temporaryFolder();
      const dataDirectory = resolveDataDirectory({ env: { XDG_STATE_HOME: state } });
      mkdirSync(dataDirectory.logs, { recursive: true });
      for (const folder of [dataDirectory.path, dataDirectory.logs]) chmodSync(folder, 0o777);
      prepareDataDirectory(dataDirectory);
      for (const folder of [dataDirectory.path, dataDirectory.logs]) expectPermissions(folder, 0o700);
      expect(readdirSync(dataDirectory.path).sort()).toEqual(["certificates", "history", "logs", "run"]);
    },
  );

  it.runIf(process.platform !== "win32")("does not change the permissions of a chosen folder, empty or not", () => {
    for (const files of [[], ["letter.txt"]]) {
      const path = temporaryFolder();
      for (const file of files) writeFileSync(join(path, file), "");
      chmodSync(path, 0o755);
      preparing(path)();
      preparing(path)();
      expectPermissions(path, 0o755);
      expectPermissions(dataDirectoryAt(path).run, 0o700);
    }
  });

  it.each(["certificates", "history", "logs", "run", "app", "manifest", "sideload"])(
    "refuses a chosen folder with another program's %s folder, and changes nothing in it",
    (name) => {
      const path = temporaryFolder();
      mkdirSync(join(path, name));
      writeFileSync(join(path, name, "theirs"), "");
      for (const mode of [0o755, 0o700]) {
        if (process.platform !== "win32") chmodSync(join(path, name), mode);
        expect(preparing(path)).toThrow(`its folder "${name}" was not created by this program`);
        expect(preparing(path)).toThrow(/cannot use the data directory/);
        expect(readdirSync(path)).toEqual([name]);
        if (process.platform !== "win32") expectPermissions(join(path, name), mode);
      }
      expect(isDataDirectory(dataDirectoryAt(path))).toBe(false);
    },
  );

  it.runIf(process.platform !== "win32")("refuses an empty folder with one of our names that others can access", () => {
    const path = temporaryFolder();
    mkdirSync(join(path, "run"));
    chmodSync(join(path, "run"), 0o755);
    expect(preparing(path)).toThrow('its folder "run" was not created');
    expectPermissions(join(path, "run"), 0o755);
  });

  it("accepts the folder that an agent has created before the first bridge", () => {
    const path = temporaryFolder();
    mkdirSync(join(path, "run"), { mode: 0o700 });
    writeFileSync(join(path, "run", "agent.sock"), "");
    preparing(path)();
    expect(isDataDirectory(dataDirectoryAt(path))).toBe(true);
  });

  it("accepts the data directory of a version without the marker", () => {
    const path = temporaryFolder();
    for (const name of ["certificates", "history", "logs", "run"]) mkdirSync(join(path, name), { mode: 0o700 });
    writeFileSync(join(path, "logs", "bridge.log"), "");
    writeFileSync(join(path, "run", "bridge.lock"), "");
    preparing(path)();
    expect(readdirSync(path)).toContain(".outlook-offline-state");
  });

  it("accepts a folder in which an administrator has put all three certificate files", () => {
    const path = temporaryFolder();
    mkdirSync(join(path, "certificates"), { mode: 0o700 });
    for (const file of ["ca.crt", "localhost.crt"]) writeFileSync(join(path, "certificates", file), "");
    expect(preparing(path)).toThrow('its folder "certificates"');
    writeFileSync(join(path, "certificates", "localhost.key"), "");
    preparing(path)();
    expect(isDataDirectory(dataDirectoryAt(path))).toBe(true);
  });

  it("works in several bridges at the same time", async () => {
    for (let round = 0; round < 5; round += 1) {
      const results = await prepareAtOnce(join(temporaryFolder(), "deep", "data"), 4);
      expect(results).toEqual(Array.from({ length: 4 }, () => [{ error: undefined }]));
    }
  });

  it.each([
    ["a new folder", () => undefined],
    ["an existing folder", prepareDataDirectory],
  ])("does not follow a link in the place of %s", (_when, before) => {
    const [path, elsewhere] = [temporaryFolder(), temporaryFolder()];
    const dataDirectory = dataDirectoryAt(path);
    if (process.platform !== "win32") chmodSync(elsewhere, 0o755);
    before(dataDirectory);
    rmSync(dataDirectory.logs, { recursive: true, force: true });
    symlinkSync(elsewhere, dataDirectory.logs, "junction");
    expect(preparing(path)).toThrow(`${dataDirectory.logs} is a link; links are not followed`);
    if (process.platform !== "win32") expectPermissions(elsewhere, 0o755);
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it("accepts this user's link to the data directory", () => {
    const link = join(temporaryFolder(), "link");
    const target = temporaryFolder();
    symlinkSync(target, link, "junction");
    preparing(link)();
    expect(readdirSync(target)).toContain("run");
  });

  it.runIf(process.geteuid?.() === 0)("refuses another user's link to it", () => {
    const link = join(temporaryFolder(), "link");
    symlinkSync(temporaryFolder(), link);
    lchownSync(link, 65534, 65534);
    expect(preparing(link)).toThrow("is another user's link");
  });

  it.runIf(process.platform !== "win32")(
    "refuses a folder that other users can write to, with the command that changes that",
    () => {
      const path = temporaryFolder();
      writeFileSync(join(path, "letter.txt"), "");
      chmodSync(path, 0o1777);
      expect(preparing(path)).toThrow(`other users can write to it (to change that: \`chmod go-w ${path}\`)`);
      expectPermissions(path, 0o1777);
      expect(readdirSync(path)).toEqual(["letter.txt"]);
    },
  );

  it.runIf(process.geteuid?.() === 0)("refuses a folder of another user", () => {
    const path = temporaryFolder();
    chownSync(path, 65534, 65534);
    expect(preparing(path)).toThrow("belongs to another user");
  });

  it("names a file or a dangling link in its place", () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    expect(preparing(file)).toThrow(`${file} is a file, not a folder`);
    expect(preparing(join(file, "below"))).toThrow(`${file} is a file, not a folder`);
    const link = join(temporaryFolder(), "link");
    symlinkSync(join(link, "nothing"), link, "junction");
    expect(preparing(link)).toThrow(/cannot use the data directory/);
    const dangling = join(temporaryFolder(), "dangling");
    symlinkSync(join(temporaryFolder(), "nothing"), dangling, "junction");
    expect(preparing(dangling)).toThrow(`${dangling} is a link to something that does not exist`);
    const path = temporaryFolder();
    writeFileSync(dataDirectoryAt(path).run, "");
    expect(preparing(path)).toThrow(`${dataDirectoryAt(path).run} is a file, not a folder`);
  });

  it("throws a UserError where no folders can be created", () => {
    expect(preparing("/proc/nothing/can/be/made/here")).toThrow(/not writable/);
  });
});
