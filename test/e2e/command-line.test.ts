// The command line in real shells, pipes and environments, beside a real bridge.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import { createServer as createTcp, type AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { ensureCertificates } from "../../bridge/src/certificates/certificates.js";
import { logFileOf, silentLog } from "../../bridge/src/log/log.js";
import { prepareHome, resolveHome } from "../../bridge/src/home/home.js";
import { version } from "../../bridge/src/version.js";
import { BRIDGE_ENTRY, fromRoot } from "../../tools/lib/paths.mjs";
import { BridgeProcess } from "../support/bridge-process.js";
import { healthOf } from "../support/health.js";
import { shim } from "../support/shim.js";
import { temporaryHome } from "../support/temporary-home.js";
import { freePort } from "./support/surroundings.js";

const MAIN = fromRoot("dist/bridge/src/cli/main.js");
const COMMAND = `'${process.execPath}' '${MAIN}'`;
/** How long something is waited for says nothing about its speed. */
const LONG_MS = 60_000;

interface Ended {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

let bridge: BridgeProcess;

beforeAll(async () => {
  bridge = await BridgeProcess.start();
});

afterAll(async () => {
  await bridge.stop();
});

function run(file: string, words: readonly string[], home: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      file,
      words,
      { env: { ...process.env, ...env, OUTLOOK_OFFLINE_STATE_HOME: home }, timeout: 120_000 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : (error.code ?? error.signal), stdout, stderr });
      },
    );
  });
}

const shell = (script: string, home: string): Promise<Ended> =>
  run("/bin/bash", ["-c", `set -o pipefail; ${script}`], home);
const command = (words: readonly string[], home: string, env?: NodeJS.ProcessEnv): Promise<Ended> =>
  run(process.execPath, [MAIN, ...words], home, env);

function expectNoStack({ stdout, stderr }: Ended): void {
  expect(stdout + stderr).not.toMatch(/^\s+at |node:internal/m);
}

describe("a pipe whose reader goes away", { timeout: 150_000 }, () => {
  test.each(["status --watch", "status --watch --json", "logs --follow --lines 5", "logs --follow --json --lines 5"])(
    "ends %s quietly, though nothing happens any more",
    async (words) => {
      const ended = await shell(`${COMMAND} ${words} | head -1`, bridge.home);
      expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: "" });
      expect(ended.stdout.trimEnd().split("\n")).toHaveLength(1);
    },
  );

  test("is no error for a command that goes on writing", async () => {
    const ended = await shell(`${COMMAND} logs --lines 1000 --json | true`, bridge.home);
    expect(ended).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});

describe("output that cannot be written", { timeout: 150_000 }, () => {
  test.each(["status", "status --json", "logs", "doctor", "doctor --json", "status --watch", "logs --follow"])(
    "is an error of %s",
    async (words) => {
      const ended = await shell(`${COMMAND} ${words} > /dev/full`, bridge.home);
      expect(ended.code).toBe(1);
      expect(ended.stderr).toMatch(/^error: the output cannot be written \(ENOSPC\)\n/);
      expectNoStack(ended);
    },
  );
});

describe("status", { timeout: 150_000 }, () => {
  test("with --watch is no pane: it is not counted, not logged, and takes no pane's place", async () => {
    const watch = spawn(process.execPath, [MAIN, "status", "--watch"], {
      env: { ...process.env, OUTLOOK_OFFLINE_STATE_HOME: bridge.home },
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => {
      watch.kill("SIGKILL");
    });
    let seen = "";
    watch.stdout.on("data", (data: Buffer) => (seen += data.toString()));
    await expect.poll(() => seen, { timeout: LONG_MS }).toContain("Outlook is online");
    await bridge.outlook("offline");
    await expect.poll(() => seen, { timeout: LONG_MS }).toContain("Outlook is offline");
    expect((await healthOf(bridge)).clients).toBe(0);
    expect(bridge.logText()).not.toContain("a pane has come");
    await bridge.outlook("online");
  });

  test("connects to the loopback address when the hosts file has no localhost, or another address for it", async () => {
    for (const hosts of ["none", "elsewhere"]) {
      const env = { LD_PRELOAD: shim("hosts"), SHIM_LOCALHOST: hosts };
      const status = await command(["status", "--json"], bridge.home, env);
      expect(JSON.parse(status.stdout)).toMatchObject({ running: true, responding: true, state: "online" });
      const doctor = await command(["doctor", "--json"], bridge.home, env);
      const { checks } = JSON.parse(doctor.stdout) as { checks: { check: string; result: string; evidence: string }[] };
      expect(checks.find(({ check }) => check === "name localhost")).toMatchObject({ result: "unknown" });
      expect(checks.find(({ check }) => check === "bridge")).toMatchObject({ result: "pass" });
    }
  });
});

describe("the environment", { timeout: 150_000 }, () => {
  /** Another program with another CA on the port of a bridge that has ended, which answers as a bridge would. */
  async function impostor(): Promise<{ home: string; ca: string; port: number }> {
    const folder = temporaryHome();
    const { key, certificate } = await ensureCertificates({ folder, log: silentLog() });
    const answer: RequestListener = (_request, response) =>
      response.end(
        JSON.stringify({ status: "ok", state: "online", source: { status: "starting" }, clients: 0, version }),
      );
    const server = createServer({ key, cert: certificate }, answer);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const { port } = server.address() as AddressInfo;
    const home = temporaryHome();
    for (const name of ["certificates", "run"]) mkdirSync(path.join(home, name), { mode: 0o700 });
    copyFileSync(path.join(bridge.home, "certificates", "ca.crt"), path.join(home, "certificates", "ca.crt"));
    writeFileSync(path.join(home, "run", "bridge.json"), JSON.stringify({ pid: process.pid, port, version }));
    return { home, ca: path.join(folder, "ca.crt"), port };
  }

  test.each([
    ["NODE_TLS_REJECT_UNAUTHORIZED=0", () => ({ NODE_TLS_REJECT_UNAUTHORIZED: "0" })],
    ["NODE_EXTRA_CA_CERTS", (ca: string) => ({ NODE_EXTRA_CA_CERTS: ca })],
    ["SSL_CERT_FILE with --use-openssl-ca", (ca: string) => ({ NODE_OPTIONS: "--use-openssl-ca", SSL_CERT_FILE: ca })],
    [
      "NODE_OPTIONS with weak TLS",
      () => ({ NODE_OPTIONS: "--tls-min-v1.0 --tls-cipher-list=ALL:aNULL:@SECLEVEL=0 --insecure-http-parser" }),
    ],
    [
      "OPENSSL_CONF that verifies nothing",
      () => {
        const file = path.join(temporaryHome(), "openssl.cnf");
        writeFileSync(
          file,
          "nodejs_conf = init\n[init]\nssl_conf = ssl\n[ssl]\nsystem_default = sys\n[sys]\nVerifyMode = Request\nMinProtocol = TLSv1\nCipherString = ALL:aNULL:@SECLEVEL=0\n",
        );
        return { OPENSSL_CONF: file };
      },
    ],
  ])("with %s makes no command believe another program on the port", async (_what, environment) => {
    const { home, ca } = await impostor();
    const env: NodeJS.ProcessEnv = environment(ca);
    expect(await command(["status", "--json"], home, env)).toEqual({
      code: 1,
      stdout: '{"running":false}\n',
      stderr: "",
    });
    expect((await command(["status", "--json"], bridge.home, env)).stdout).toContain('"state":"online"');
  });

  test("with NODE_TLS_REJECT_UNAUTHORIZED=0 makes start take no other program for its bridge", async () => {
    const { home, port } = await impostor();
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: "0" };
    const ended = await command(["start", "--simulate", "--port", String(port)], home, env);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toContain(`port ${port} is taken`);
  });

  test("with proxies sends nothing to them", async () => {
    let connections = 0;
    const proxy = createTcp((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      proxy.close();
    });
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const names = ["http_proxy", "https_proxy", "all_proxy"].flatMap((name) => [name, name.toUpperCase()]);
    const env = {
      ...Object.fromEntries(names.map((name) => [name, url])),
      no_proxy: "",
      NO_PROXY: "",
      NODE_USE_ENV_PROXY: "1",
    };
    expect((await command(["status", "--json"], bridge.home, env)).stdout).toContain('"state":"online"');
    expect(connections).toBe(0);
  });
});

describe("a bridge that runs and does not respond", { timeout: 300_000 }, () => {
  async function expectNotResponding(home: string, why: RegExp, pid: number): Promise<void> {
    const [status, json, doctor, start] = await Promise.all([
      command(["status"], home),
      command(["status", "--json"], home),
      command(["doctor", "--json"], home),
      command(["start", "--simulate", "--port", String(await freePort())], home),
    ]);
    expect(status.code).toBe(2);
    expect(status.stdout).toContain(`The bridge is running but not responding (process ${pid}, `);
    expect(status.stdout).toMatch(why);
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({ running: true, responding: false, pid });
    expect(doctor.code).toBe(1);
    expect(doctor.stdout).toMatch(
      /"check":"bridge","result":"fail","evidence":"the bridge is running but not responding/,
    );
    expect(start).toMatchObject({ code: 1, stdout: "" });
    expect(start.stderr).toMatch(/^error: the bridge is running but not responding/);
    for (const ended of [status, json, doctor, start]) expectNoStack(ended);
  }

  test("is reported as such by every command while it hangs, also by a status that watches it, and stop ends it", async () => {
    const hung = await BridgeProcess.start();
    const watch = spawn(process.execPath, [MAIN, "status", "--watch", "--json"], {
      env: { ...process.env, OUTLOOK_OFFLINE_STATE_HOME: hung.home },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let seen = "";
    watch.stdout.on("data", (data: Buffer) => (seen += data.toString()));
    await expect.poll(() => seen, { timeout: LONG_MS }).toContain('"state":"online"');
    hung.signal("SIGSTOP");
    await expectNotResponding(hung.home, /no answer came within/, hung.pid);
    await expect.poll(() => seen.trimEnd().split("\n").at(-1), { timeout: LONG_MS }).toContain('"responding":false');
    const stop = await run(process.execPath, [fromRoot("tools/task.mjs"), "stop"], hung.home);
    expect(stop).toMatchObject({ code: 0, stderr: "" });
    expect(stop.stdout).toContain("was running but not responding");
    expect(await hung.ended).toBe("SIGKILL");
    await expect.poll(() => seen.trimEnd().split("\n").at(-1), { timeout: LONG_MS }).toBe('{"running":false}');
    watch.kill("SIGINT");
    await new Promise((resolve) => watch.once("close", resolve));
    expect((await command(["status", "--json"], hung.home)).stdout).toBe('{"running":false}\n');
    await hung.stop();
  });

  test("is reported as such when its CA was replaced while it runs", async () => {
    const running = await BridgeProcess.start();
    const other = temporaryHome();
    await ensureCertificates({ folder: other, log: silentLog() });
    copyFileSync(path.join(other, "ca.crt"), path.join(running.home, "certificates", "ca.crt"));
    await expectNotResponding(running.home, /were its certificate files replaced\?/, running.pid);
    await running.stop();
  });

  test("is reported as such when it cannot find out which user asks", async () => {
    const blind = await BridgeProcess.start({ env: { LD_PRELOAD: shim("blind") } });
    await expectNotResponding(blind.home, /HTTP 403/, blind.pid);
    await blind.stop();
  });
});

describe("logged text with escape sequences", () => {
  test("reaches no terminal as such", async () => {
    const home = temporaryHome();
    const logs = resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: home } });
    mkdirSync(logs.logs);
    writeFileSync(
      logFileOf(logs),
      `${JSON.stringify({ msg: "a\u001b[2J\u009bz", "k\u001b": "\u202e" })}\n\u001b[31m\n`,
    );
    for (const words of [["logs"], ["logs", "--json"]]) {
      const { code, stdout } = await command(words, home);
      expect(code).toBe(0);
      expect(stdout.replaceAll("\n", "")).not.toMatch(/\p{C}/u);
      expect(stdout).toContain("u001b[2J");
    }
  });
});

describe("a system that is in the way", { timeout: 150_000 }, () => {
  async function start(
    home: string,
    env: NodeJS.ProcessEnv = {},
    wrapper: readonly string[] = [process.execPath, MAIN],
  ): Promise<Ended> {
    const words = ["start", "--simulate", "--port", String(await freePort())];
    const [file = "", ...rest] = [...wrapper, ...words];
    const ended = await run(file, rest, home, env);
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stdout).not.toContain("Ready:");
    expectNoStack(ended);
    expect(ended.stderr).toMatch(/^error: .+\n.+\n$/);
    return ended;
  }

  test("is named when run/bridge.json is a folder, and its stack is shown with --verbose only", async () => {
    const home = temporaryHome();
    prepareHome(resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: home } }));
    const file = path.join(home, "run", "bridge.json");
    mkdirSync(file);
    expect((await start(home)).stderr).toContain(`${file}: it is a folder`);
    const verbose = await command(["start", "--simulate", "--verbose", "--port", String(await freePort())], home);
    expect(verbose.stderr).toMatch(/^\s+at .*writeRecord/m);
  });

  test("is named when there are too few file descriptors", async () => {
    // The product's bundle: so few are not enough to load 200 modules one by one.
    const wrapper = ["prlimit", "--nofile=32:32", process.execPath, BRIDGE_ENTRY];
    const { stderr } = await start(temporaryHome(), {}, wrapper);
    expect(stderr).toContain("EMFILE");
    expect(stderr).toContain("ulimit -n");
  });

  test("is named when Node.js loads no native modules", async () => {
    const { stderr } = await start(temporaryHome(), { NODE_OPTIONS: "--no-addons" });
    expect(stderr).toContain("Remove --no-addons from NODE_OPTIONS");
  });

  test("is no reason to stop when the user has no name and no folder", async () => {
    const home = temporaryHome();
    // What an unknown user id does to Node.js, for every machine: getpwuid finds nobody.
    const env: NodeJS.ProcessEnv = { ...process.env, LD_PRELOAD: shim("nobody"), OUTLOOK_OFFLINE_STATE_HOME: home };
    const without = Object.fromEntries(Object.entries(env).filter(([name]) => name !== "HOME"));
    const words = [MAIN, "start", "--simulate", "--port", String(await freePort())];
    const child: ChildProcess = spawn(process.execPath, words, { env: without, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data: Buffer) => (said += data.toString()));
    onTestFinished(() => {
      child.kill("SIGKILL");
    });
    await expect.poll(() => said, { timeout: LONG_MS }).toContain("\n");
    expect(said).toMatch(/^Ready: /);
    child.kill("SIGTERM");
    await new Promise((resolve) => child.once("close", resolve));
    const report = path.join(home, "report.json");
    await new Promise<void>((resolve) => {
      execFile(process.execPath, [MAIN, "doctor", "--report", report], { env: without }, () => {
        resolve();
      });
    });
    expect(existsSync(report)).toBe(true);
  });

  test("is named when nobody can connect to the loopback address", async () => {
    const { stderr } = await start(temporaryHome(), { LD_PRELOAD: shim("unreachable") });
    expect(stderr).toMatch(/nobody can connect to 127\.0\.0\.1 port \d+/);
    expect(stderr).toContain("ip link set lo up");
  });

  test.each(["/certificates/", "/run/bridge.json", "/logs/bridge.log"])(
    "is named when the disk has no room for %s",
    async (part) => {
      const home = temporaryHome();
      const { stderr } = await start(home, { LD_PRELOAD: shim("full"), SHIM_FULL: part });
      expect(stderr).toContain(`${home}${part.replace(/\/$/, "")}`);
      expect(stderr).not.toMatch(/require\(|process\.argv|--eval/);
    },
  );
});

test("doctor reports why the log cannot be read", async () => {
  const home = temporaryHome();
  mkdirSync(path.join(home, "logs", "bridge.log"), { recursive: true });
  const report = path.join(home, "report.json");
  await command(["doctor", "--report", report], home);
  expect(JSON.parse(readFileSync(report, "utf8"))).toMatchObject({
    log: expect.stringContaining("cannot be read") as string,
  });
});
