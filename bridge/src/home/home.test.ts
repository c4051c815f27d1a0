import { chmodSync, chownSync, lchownSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { expectRights } from "../../../test/support/rights.js";
import { temporaryHome } from "../../../test/support/temporary-home.js";
import { Failure } from "../failure.js";
import { isDataDirectory, prepareHome, resolveHome, type Home } from "./home.js";
import { identityOf } from "./identity.js";
import { productRoot } from "../version.js";

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

/** Where the compiled bridge is: a thread loads no TypeScript. */
const COMPILED = pathToFileURL(join(productRoot, "dist/bridge/src/home/home.js")).href;
const PROGRAM = `
  const { parentPort, workerData } = require("node:worker_threads");
  import(workerData.module).then(({ prepareHome, resolveHome }) => {
    parentPort.once("message", () => {
      let error;
      try {
        prepareHome(resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: workerData.path } }));
      } catch (thrown) {
        error = thrown.message;
      }
      parentPort.postMessage({ error });
    });
    parentPort.postMessage("ready");
  });`;

/** What each of `count` threads says of preparing `path` at the same moment; undefined: nothing is wrong. */
async function prepareAtOnce(path: string, count: number): Promise<unknown[]> {
  const threads = Array.from(
    { length: count },
    () => new Worker(PROGRAM, { eval: true, workerData: { module: COMPILED, path } }),
  );
  await Promise.all(threads.map((thread) => once(thread, "message")));
  const answers = threads.map((thread) => once(thread, "message"));
  for (const thread of threads) thread.postMessage("go");
  return Promise.all(answers);
}

describe("preparing the data directory", () => {
  const homeAt = (path: string): Home => resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: path } });
  const preparing = (path: string): (() => void) => {
    return () => {
      prepareHome(homeAt(path));
    };
  };

  it("makes every folder for this user alone, and closes those of its own that were opened since", () => {
    const home = homeAt(join(temporaryHome(), "deep", "home"));
    prepareHome(home);
    const folders = [home.path, home.certificates, home.history, home.logs, home.run];
    for (const folder of folders) expectRights(folder, 0o700);
    if (process.platform !== "win32") chmodSync(home.logs, 0o755);
    prepareHome(home);
    for (const folder of folders) expectRights(folder, 0o700);
  });

  it.runIf(process.platform !== "win32")("closes the default one, by whomever it was made", () => {
    const state = temporaryHome();
    const home = resolveHome({ env: { XDG_STATE_HOME: state } });
    mkdirSync(home.logs, { recursive: true });
    for (const folder of [home.path, home.logs]) chmodSync(folder, 0o777);
    prepareHome(home);
    for (const folder of [home.path, home.logs]) expectRights(folder, 0o700);
    expect(readdirSync(home.path).sort()).toEqual(["certificates", "history", "logs", "run"]);
  });

  it.runIf(process.platform !== "win32")("leaves the rights of a chosen folder alone, empty or not", () => {
    for (const files of [[], ["letter.txt"]]) {
      const path = temporaryHome();
      for (const file of files) writeFileSync(join(path, file), "");
      chmodSync(path, 0o755);
      preparing(path)();
      preparing(path)();
      expectRights(path, 0o755);
      expectRights(homeAt(path).run, 0o700);
    }
  });

  it.each(["certificates", "history", "logs", "run", "app", "manifest", "sideload"])(
    "refuses a chosen folder that holds somebody else's %s, and changes nothing in it",
    (name) => {
      const path = temporaryHome();
      mkdirSync(join(path, name));
      writeFileSync(join(path, name, "theirs"), "");
      for (const mode of [0o755, 0o700]) {
        if (process.platform !== "win32") chmodSync(join(path, name), mode);
        expect(preparing(path)).toThrow(`a folder "${name}" that this program has not made`);
        expect(preparing(path)).toThrow(/cannot be used/);
        expect(readdirSync(path)).toEqual([name]);
        if (process.platform !== "win32") expectRights(join(path, name), mode);
      }
      expect(isDataDirectory(homeAt(path))).toBe(false);
    },
  );

  it.runIf(process.platform !== "win32")("refuses an empty folder of our name that is open to others", () => {
    const path = temporaryHome();
    mkdirSync(join(path, "run"));
    chmodSync(join(path, "run"), 0o755);
    expect(preparing(path)).toThrow('a folder "run"');
    expectRights(join(path, "run"), 0o755);
  });

  it("takes the folder that an agent has made before any bridge ran", () => {
    const path = temporaryHome();
    mkdirSync(join(path, "run"), { mode: 0o700 });
    writeFileSync(join(path, "run", "agent.sock"), "");
    preparing(path)();
    expect(isDataDirectory(homeAt(path))).toBe(true);
  });

  it("takes the data directory of a version that left no marker", () => {
    const path = temporaryHome();
    for (const name of ["certificates", "history", "logs", "run"]) mkdirSync(join(path, name), { mode: 0o700 });
    writeFileSync(join(path, "logs", "bridge.log"), "");
    writeFileSync(join(path, "run", "bridge.lock"), "");
    preparing(path)();
    expect(readdirSync(path)).toContain(".outlook-offline-state");
  });

  it("takes a folder into which an administrator has put the three certificate files, and no fewer", () => {
    const path = temporaryHome();
    mkdirSync(join(path, "certificates"), { mode: 0o700 });
    for (const file of ["ca.crt", "localhost.crt"]) writeFileSync(join(path, "certificates", file), "");
    expect(preparing(path)).toThrow('a folder "certificates"');
    writeFileSync(join(path, "certificates", "localhost.key"), "");
    preparing(path)();
    expect(isDataDirectory(homeAt(path))).toBe(true);
  });

  it("may be done by several bridges at once", async () => {
    for (let round = 0; round < 5; round += 1) {
      const answers = await prepareAtOnce(join(temporaryHome(), "deep", "home"), 4);
      expect(answers).toEqual(Array.from({ length: 4 }, () => [{ error: undefined }]));
    }
  });

  it.each([
    ["one of ours, before", () => undefined],
    ["one of ours, afterwards", prepareHome],
  ])("follows no link in the place of %s", (_when, before) => {
    const [path, elsewhere] = [temporaryHome(), temporaryHome()];
    const home = homeAt(path);
    if (process.platform !== "win32") chmodSync(elsewhere, 0o755);
    before(home);
    rmSync(home.logs, { recursive: true, force: true });
    symlinkSync(elsewhere, home.logs, "junction");
    expect(preparing(path)).toThrow(`${home.logs} is a link, which is not followed`);
    if (process.platform !== "win32") expectRights(elsewhere, 0o755);
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it("takes a link to the data directory itself, when this user has made it", () => {
    const link = join(temporaryHome(), "link");
    const target = temporaryHome();
    symlinkSync(target, link, "junction");
    preparing(link)();
    expect(readdirSync(target)).toContain("run");
  });

  it.runIf(process.geteuid?.() === 0)("refuses a link to it that another user has made", () => {
    const link = join(temporaryHome(), "link");
    symlinkSync(temporaryHome(), link);
    lchownSync(link, 65534, 65534);
    expect(preparing(link)).toThrow("is another user's link");
  });

  it.runIf(process.platform !== "win32")("refuses a folder where others may write, and says what ends that", () => {
    const path = temporaryHome();
    writeFileSync(join(path, "letter.txt"), "");
    chmodSync(path, 0o1777);
    expect(preparing(path)).toThrow(`other users may write there (\`chmod go-w ${path}\` ends that)`);
    expectRights(path, 0o1777);
    expect(readdirSync(path)).toEqual(["letter.txt"]);
  });

  it.runIf(process.geteuid?.() === 0)("refuses a folder of another user", () => {
    const path = temporaryHome();
    chownSync(path, 65534, 65534);
    expect(preparing(path)).toThrow("it belongs to another user");
  });

  it("says what is in the way: a file, or a link to nothing", () => {
    const file = join(temporaryHome(), "file");
    writeFileSync(file, "");
    expect(preparing(file)).toThrow(`${file} is a file, not a folder`);
    expect(preparing(join(file, "below"))).toThrow(`${file} is a file, not a folder`);
    const link = join(temporaryHome(), "link");
    symlinkSync(join(link, "nothing"), link, "junction");
    expect(preparing(link)).toThrow(/cannot be used/);
    const dangling = join(temporaryHome(), "dangling");
    symlinkSync(join(temporaryHome(), "nothing"), dangling, "junction");
    expect(preparing(dangling)).toThrow(`${dangling} is a link to something that does not exist`);
    const path = temporaryHome();
    writeFileSync(homeAt(path).run, "");
    expect(preparing(path)).toThrow(`${homeAt(path).run} is a file, not a folder`);
  });

  it("says so, and returns, where folders cannot be made at all", () => {
    expect(preparing("/proc/nothing/can/be/made/here")).toThrow(/not writable/);
  });
});
