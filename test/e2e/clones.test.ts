// npm start and npm test in unusual folders and environments, and as other users.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { request } from "node:https";
import path from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkExecutable } from "../../tools/lib/clone.mjs";
import { scripts } from "../../tools/lib/define-task.mjs";
import { cloneInto, linkPackages, withMountOptions } from "./support/clone.js";
import { npm, NpmRun, type NpmResult, type NpmOptions } from "./support/npm.js";
import { freePort } from "../support/system.js";
import { createFolder, removeFolder } from "../support/temporary-folder.js";

/** Unusual characters in the name of a folder, except those that webpack and Vite reserve for their syntax. */
const ODD_NAME = `it's (a) a&b "c" é 日本 [x] {y} $HOME \`;`;
const RESERVED = ["#", "?", "!", "%"];
const IS_ROOT = process.getuid?.() === 0;
const NOBODY = 65534;
/** Enough for a native build on a busy machine. */
const BUILD_LIMIT_MS = 900_000;

const folder = createFolder();
const env: NodeJS.ProcessEnv = {
  ...process.env,
  OUTLOOK_OFFLINE_STATE_HOME: path.join(folder, "data"),
  npm_config_cache: path.join(folder, "npm-cache"),
  npm_config_update_notifier: "false",
};

afterAll(() => {
  removeFolder(folder);
});

describe("a clone in a folder with special characters in its name", () => {
  const clone = path.join(folder, ODD_NAME, ODD_NAME);
  // Without optimization the build is faster.
  const building: NodeJS.ProcessEnv = { ...env, CXXFLAGS: "-O0" };

  beforeAll(() => {
    // The headers of Node.js are in such a folder too, because version managers keep them in the user's home folder.
    const include = path.resolve(process.execPath, "../../include");
    if (existsSync(path.join(include, "node/node_api.h"))) {
      const prefix = path.join(folder, `node ${ODD_NAME}`);
      mkdirSync(prefix);
      symlinkSync(include, path.join(prefix, "include"));
      building["npm_config_nodedir"] = prefix;
    }
    mkdirSync(path.dirname(clone));
    cloneInto(clone);
    linkPackages(clone);
  }, BUILD_LIMIT_MS);

  test("builds and runs with npm start", { timeout: BUILD_LIMIT_MS }, async () => {
    const port = await freePort();
    const started = new NpmRun(["start", "--", "--simulate", "--port", String(port)], building, { cwd: clone });
    try {
      expect(await started.ready(BUILD_LIMIT_MS)).toContain(String(port));
      const help = await npm(["stop", "--", "--help"], env, { cwd: clone });
      expect(help).toMatchObject({ code: 0, stderr: "" });
      expect(help.stdout).toMatch(/^Usage: npm stop/);
      const state = await npm(["run", "outlook", "--", "state"], env, { cwd: clone });
      expect(state).toMatchObject({ code: 0, stderr: "" });
      expect(state.stdout).toMatch(/online|offline/);
      expect(await responds(port), "--help has not stopped the bridge").toBe(true);
      expect((await started.stop()).code).toBe(0);
    } finally {
      started.kill();
    }
  });

  test("runs a suite with npm test", { timeout: BUILD_LIMIT_MS }, async () => {
    keepTests(clone, ["tools/lib/node-version.test.ts", "bridge/src/native-module.test.ts"]);
    const { code, stdout, stderr } = await npm(["test", "--", "unit"], building, { cwd: clone });
    expect(stdout, stderr).toMatch(/^[1-9]\d* passed, 0 failed$/m);
    expect(code).toBe(0);
  });

  test("starts from a read-only file system when everything is built", { timeout: BUILD_LIMIT_MS }, async () => {
    const wrapper = withMountOptions(clone, "ro") ?? [];
    const port = await freePort();
    const started = new NpmRun(["start", "--", "--simulate", "--port", String(port)], building, {
      cwd: clone,
      wrapper,
    });
    try {
      expect(await started.ready(BUILD_LIMIT_MS)).toContain(String(port));
      expect(started.stderr).not.toContain("compiling");
    } finally {
      await started.stop();
    }
  });
});

describe("a clone that cannot be built", () => {
  const clone = path.join(folder, "clone");

  beforeAll(() => {
    cloneInto(clone);
    // mkdtemp creates folders that other users cannot read.
    chmodSync(folder, 0o755);
  });

  /** Checks that both commands fail at once with the same message, and returns it. */
  async function refusalMessage(options: NpmOptions = {}, cwd = clone): Promise<string> {
    const home = path.join(folder, "nobody");
    mkdirSync(home, { recursive: true });
    if (options.uid !== undefined) chownSync(home, options.uid, options.uid);
    const own = {
      ...env,
      ...(options.uid !== undefined && { HOME: home, npm_config_cache: path.join(home, "cache") }),
    };
    const runs: NpmResult[] = [];
    for (const script of [["start"], ["test", "--", "lint"]]) runs.push(await npm(script, own, { cwd, ...options }));
    const [start, test_] = runs;
    expect(start).toMatchObject({ code: 1, stdout: "" });
    expect(test_).toEqual(start);
    expect(start?.stderr).not.toMatch(/^\s+at /m);
    expect(start?.stderr).not.toMatch(/compiler|Error:/);
    return start?.stderr ?? "";
  }

  test("reports that the clone belongs to another user, with the command that fixes it", async () => {
    if (IS_ROOT) {
      const message = await refusalMessage({ uid: NOBODY });
      expect(message).toContain(`${clone} belongs to another user (uid 0)`);
      expect(message).toContain(`chown -R "$(id -u)" ${clone}`);
    } else {
      // Without root no file can belong to another user.
      chmodSync(clone, 0o555);
      const message = await refusalMessage();
      chmodSync(clone, 0o755);
      expect(message).toContain(`${clone} is not writable`);
      expect(message).toContain(`chmod u+rwx ${clone}`);
    }
  });

  test("reports the folder that an earlier run as root left", async () => {
    const left = path.join(clone, "build");
    mkdirSync(left);
    if (IS_ROOT) chownSync(clone, NOBODY, NOBODY);
    else chmodSync(left, 0o555);
    const message = await refusalMessage(IS_ROOT ? { uid: NOBODY } : {});
    if (IS_ROOT) chownSync(clone, 0, 0);
    rmSync(left, { recursive: true });
    expect(message).toMatch(new RegExp(`${left} (belongs to another user|is not writable)`));
  });

  test("reports a read-only file system", async () => {
    const wrapper = withMountOptions(clone, "ro");
    // Without a mount namespace, permissions have the same effect.
    if (wrapper === undefined) chmodSync(clone, 0o555);
    const message = await refusalMessage(
      wrapper === undefined && IS_ROOT ? { uid: NOBODY } : { wrapper: wrapper ?? [] },
    );
    chmodSync(clone, 0o755);
    expect(message).toContain(clone);
    if (wrapper !== undefined) expect(message).toContain("is on a read-only file system");
  });

  test("reports a file system that is mounted noexec", async () => {
    const wrapper = withMountOptions(clone, "noexec");
    if (wrapper === undefined) {
      // access() fails in the same way because of the file's mode.
      const file = path.join(folder, "program");
      writeFileSync(file, "", { mode: 0o644 });
      expect(() => {
        checkExecutable(file);
      }).toThrow(`${file} is not executable`);
      return;
    }
    const message = await refusalMessage({ wrapper });
    expect(message).toContain(`The file system of ${clone} does not allow to run programs`);
    expect(message).toContain("noexec");
    expect(message).toContain("remount,exec");
  });

  test.each(RESERVED)("reports %j in the path, which webpack and Vite do not support", async (character) => {
    const reserved = path.join(folder, `a${character}b`);
    renameSync(clone, reserved);
    const message = await refusalMessage({}, reserved);
    renameSync(reserved, clone);
    expect(message).toContain(`contains "${character}"`);
    expect(message).toContain(reserved);
  });

  test("reports a file in the place of a folder", async () => {
    const file = path.join(clone, ".cache");
    rmSync(file, { recursive: true, force: true });
    writeFileSync(file, "");
    const message = await refusalMessage().finally(() => {
      rmSync(file);
    });
    expect(message).toContain(`rename or delete ${file}`);
  });

  test("reports a damaged lock file, with the command that restores it", async () => {
    const file = path.join(clone, "package-lock.json");
    const content = readFileSync(file);
    writeFileSync(file, content.subarray(0, 1000));
    try {
      const message = await refusalMessage();
      expect(message).toContain(`${file} cannot be read`);
      expect(message).toContain("git checkout package-lock.json");
    } finally {
      writeFileSync(file, content);
    }
  });

  test("shows npm's error when the packages cannot be installed, and reports an unreachable registry", async () => {
    const port = await freePort();
    const { code, stderr } = await npm(
      ["start"],
      { ...env, npm_config_registry: `http://127.0.0.1:${port}/`, npm_config_fetch_retries: "0" },
      { cwd: clone },
    );
    expect(code).toBe(1);
    expect(stderr).toContain("ECONNREFUSED");
    expect(stderr).toMatch(/The npm registry cannot be reached.*proxy/s);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test("shows why npm rejects the lock file", async () => {
    const changed = path.join(folder, "changed");
    cloneInto(changed);
    const file = path.join(changed, "package.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"commander": "14.0.3"', '"commander": "1.0.0"'));
    const { code, stderr } = await npm(["start"], env, { cwd: changed });
    expect(code).toBe(1);
    expect(stderr).toContain("commander@1.0.0");
    expect(stderr).not.toContain("--legacy-bundling");
    expect(stderr).toContain("package.json and package-lock.json do not match");
  });

  test("prints the usage of every script with --help, and rejects unknown options, without side effects", () => {
    const before = readdirSync(clone);
    const all = scripts();
    expect(all.filter(({ task }) => task === undefined)).toEqual([]);
    for (const { script, task = "" } of all) {
      const run = (...args: string[]): Partial<NpmResult> => {
        const { status, stdout, stderr } = spawnSync(process.execPath, ["tools/task.mjs", task, ...args], {
          cwd: clone,
          encoding: "utf8",
        });
        return { code: status, stdout, stderr };
      };
      const help = run("--verbose", "--help", "--nonsense");
      expect(help, script).toMatchObject({ code: 0, stderr: "" });
      expect(help.stdout).toMatch(new RegExp(`^Usage: npm (run )?${script} -- .*--help`, "s"));
      const unknown = run("--nonsense");
      expect(unknown, script).toMatchObject({ code: 1, stdout: "" });
      expect(unknown.stderr).toMatch(new RegExp(`'--nonsense'.*Usage: npm (run )?${script} `, "s"));
    }
    expect(readdirSync(clone)).toEqual(before);
  });
});

describe("a clone whose packages need no network", () => {
  const outer = path.join(folder, "outer");
  const clone = path.join(outer, "tool");

  /** A clone whose only dependency is a development package in the clone itself. */
  beforeAll(async () => {
    cloneInto(clone);
    const made = path.join(folder, "made");
    mkdirSync(made);
    writeJson(path.join(made, "package.json"), { name: "made", version: "1.0.0" });
    await npm(["pack", "--pack-destination", clone], env, { cwd: made });
    const manifest = {
      name: "tool",
      private: true,
      type: "module",
      scripts: {
        install: "exit 1",
        packages: `node -e "import('./tools/lib/bootstrap.mjs').then((m) => m.bootstrap([]))"`,
      },
      devDependencies: { made: "file:made-1.0.0.tgz" },
    };
    writeJson(path.join(clone, "package.json"), manifest);
    rmSync(path.join(clone, "package-lock.json"));
    await npm(["install", "--package-lock-only", "--ignore-scripts"], env, { cwd: clone });
    expect(readFileSync(path.join(clone, "package-lock.json"), "utf8")).toContain("made-1.0.0.tgz");
  });

  test.each([
    ["NODE_ENV=production", { NODE_ENV: "production" }],
    ["npm's omit=dev", { npm_config_omit: "dev" }],
  ])("installs the development packages with %s", async (_title, more) => {
    rmSync(path.join(clone, "node_modules"), { recursive: true, force: true });
    const { code, stderr } = await npm(["run", "packages"], { ...env, ...more }, { cwd: clone });
    expect(code, stderr).toBe(0);
    expect(existsSync(path.join(clone, "node_modules/made/package.json"))).toBe(true);
  });

  test("installs its own packages below a package.json with workspaces", async () => {
    writeJson(path.join(outer, "package.json"), { name: "outer", private: true, workspaces: ["tool"] });
    rmSync(path.join(clone, "node_modules"), { recursive: true, force: true });
    const { code, stderr } = await npm(["run", "packages"], env, { cwd: clone });
    expect(code, stderr).toBe(0);
    expect(existsSync(path.join(clone, "node_modules/made/package.json"))).toBe(true);
    expect(readdirSync(outer).sort()).toEqual(["package.json", "tool"]);
  });
});

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, JSON.stringify(value));
}

/** Removes all other test files. */
function keepTests(clone: string, kept: readonly string[]): void {
  for (const top of ["addin", "bridge", "shared", "test", "tools"]) {
    for (const file of readdirSync(path.join(clone, top), { recursive: true, encoding: "utf8" })) {
      const name = path.posix.join(top, file);
      if (name.endsWith(".test.ts") && !kept.includes(name)) rmSync(path.join(clone, name));
    }
  }
}

function responds(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const ca = readFileSync(path.join(folder, "data/certificates/ca.crt"));
    const sent = request({ host: "localhost", port, path: "/healthz", ca, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    sent.once("error", () => {
      resolve(false);
    });
    sent.end();
  });
}
