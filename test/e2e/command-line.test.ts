// The command line in real shells, pipes and environments, with a real bridge.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import { createServer as createTcp, type AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { ensureCertificates } from "../../bridge/src/certificates/certificates.js";
import { logFileOf, silentLog } from "../../bridge/src/log/log.js";
import { prepareDataDirectory, resolveDataDirectory } from "../../bridge/src/data-directory.js";
import { version } from "../../bridge/src/version.js";
import { BRIDGE_ENTRY, fromRoot } from "../../tools/lib/paths.mjs";
import { BridgeProcess } from "../support/bridge-process.js";
import { getHealth } from "../support/raw-client.js";
import type { CommandResult } from "../support/command.js";
import { compileShim } from "../support/shim.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { freePort } from "../support/system.js";

const MAIN = fromRoot("dist/bridge/src/cli/main.js");
const COMMAND = `'${process.execPath}' '${MAIN}'`;
/** Far above what a busy machine needs. */
const WAIT_LIMIT_MS = 60_000;

let bridge: BridgeProcess;

beforeAll(async () => {
  bridge = await BridgeProcess.start();
});

afterAll(async () => {
  await bridge.stop();
});

function run(
  file: string,
  words: readonly string[],
  dataDirectory: string,
  env: NodeJS.ProcessEnv = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    execFile(
      file,
      words,
      { env: { ...process.env, ...env, OUTLOOK_OFFLINE_STATE_HOME: dataDirectory }, timeout: 120_000 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : (error.code ?? error.signal), stdout, stderr });
      },
    );
  });
}

const shell = (script: string, dataDirectory: string): Promise<CommandResult> =>
  run("/bin/bash", ["-c", `set -o pipefail; ${script}`], dataDirectory);
const command = (words: readonly string[], dataDirectory: string, env?: NodeJS.ProcessEnv): Promise<CommandResult> =>
  run(process.execPath, [MAIN, ...words], dataDirectory, env);

function expectNoStack({ stdout, stderr }: CommandResult): void {
  expect(stdout + stderr).not.toMatch(/^\s+at |node:internal/m);
}

describe("a pipe whose reader closes it", { timeout: 150_000 }, () => {
  test.each(["status --watch", "status --watch --json", "logs --follow --lines 5", "logs --follow --json --lines 5"])(
    "ends %s without an error, even if nothing is written any more",
    async (words) => {
      const ended = await shell(`${COMMAND} ${words} | head -1`, bridge.dataDirectory);
      expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: "" });
      expect(ended.stdout.trimEnd().split("\n")).toHaveLength(1);
    },
  );

  test("causes no error in a command that continues to write", async () => {
    const ended = await shell(`${COMMAND} logs --lines 1000 --json | true`, bridge.dataDirectory);
    expect(ended).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});

describe("unwritable output", { timeout: 150_000 }, () => {
  test.each(["status", "status --json", "logs", "doctor", "doctor --json", "status --watch", "logs --follow"])(
    "makes %s fail with an error",
    async (words) => {
      const ended = await shell(`${COMMAND} ${words} > /dev/full`, bridge.dataDirectory);
      expect(ended.code).toBe(1);
      expect(ended.stderr).toMatch(/^error: cannot write the output \(ENOSPC\)\n/);
      expectNoStack(ended);
    },
  );
});

describe("status", { timeout: 150_000 }, () => {
  test("is not counted or logged as a pane with --watch, and does not use a pane's place", async () => {
    const watch = spawn(process.execPath, [MAIN, "status", "--watch"], {
      env: { ...process.env, OUTLOOK_OFFLINE_STATE_HOME: bridge.dataDirectory },
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => {
      watch.kill("SIGKILL");
    });
    let seen = "";
    watch.stdout.on("data", (data: Buffer) => (seen += data.toString()));
    await expect.poll(() => seen, { timeout: WAIT_LIMIT_MS }).toContain("Outlook is online");
    await bridge.outlook("offline");
    await expect.poll(() => seen, { timeout: WAIT_LIMIT_MS }).toContain("Outlook is offline");
    expect((await getHealth(bridge)).clients).toBe(0);
    expect(bridge.logText()).not.toMatch(/"msg":"[^"]*pane/);
    await bridge.outlook("online");
  });

  test("connects to the loopback address even if the hosts file has no localhost or another address for it", async () => {
    for (const hosts of ["none", "elsewhere"]) {
      const env = { LD_PRELOAD: compileShim("hosts"), SHIM_LOCALHOST: hosts };
      const status = await command(["status", "--json"], bridge.dataDirectory, env);
      expect(JSON.parse(status.stdout)).toMatchObject({ running: true, responding: true, state: "online" });
      const doctor = await command(["doctor", "--json"], bridge.dataDirectory, env);
      const { checks } = JSON.parse(doctor.stdout) as { checks: { check: string; result: string; evidence: string }[] };
      expect(checks.find(({ check }) => check === "name localhost")).toMatchObject({ result: "unknown" });
      expect(checks.find(({ check }) => check === "background program")).toMatchObject({ result: "pass" });
    }
  });
});

describe("the environment", { timeout: 150_000 }, () => {
  /** Another program on the port of a bridge that has ended. It responds as a bridge does, but with another CA. */
  async function impostor(): Promise<{ dataDirectory: string; ca: string; port: number }> {
    const folder = temporaryFolder();
    const { key, certificate } = await ensureCertificates({ folder, log: silentLog() });
    const handler: RequestListener = (_request, response) =>
      response.end(
        JSON.stringify({ status: "ok", state: "online", source: { status: "starting" }, clients: 0, version }),
      );
    const server = createServer({ key, cert: certificate }, handler);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const { port } = server.address() as AddressInfo;
    const dataDirectory = temporaryFolder();
    for (const name of ["certificates", "run"]) mkdirSync(path.join(dataDirectory, name), { mode: 0o700 });
    copyFileSync(
      path.join(bridge.dataDirectory, "certificates", "ca.crt"),
      path.join(dataDirectory, "certificates", "ca.crt"),
    );
    writeFileSync(path.join(dataDirectory, "run", "bridge.json"), JSON.stringify({ pid: process.pid, port, version }));
    return { dataDirectory, ca: path.join(folder, "ca.crt"), port };
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
        const file = path.join(temporaryFolder(), "openssl.cnf");
        writeFileSync(
          file,
          "nodejs_conf = init\n[init]\nssl_conf = ssl\n[ssl]\nsystem_default = sys\n[sys]\nVerifyMode = Request\nMinProtocol = TLSv1\nCipherString = ALL:aNULL:@SECLEVEL=0\n",
        );
        return { OPENSSL_CONF: file };
      },
    ],
  ])("does not make commands trust another program on the port with %s", async (_what, environment) => {
    const { dataDirectory, ca } = await impostor();
    const env: NodeJS.ProcessEnv = environment(ca);
    expect(await command(["status", "--json"], dataDirectory, env)).toEqual({
      code: 1,
      stdout: '{"running":false}\n',
      stderr: "",
    });
    expect((await command(["status", "--json"], bridge.dataDirectory, env)).stdout).toContain('"state":"online"');
  });

  test("does not make start accept another program as its bridge with NODE_TLS_REJECT_UNAUTHORIZED=0", async () => {
    const { dataDirectory, port } = await impostor();
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: "0" };
    const ended = await command(["start", "--simulate", "--port", String(port)], dataDirectory, env);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toContain(`port ${port} is taken`);
  });

  test("sends nothing to proxies", async () => {
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
    expect((await command(["status", "--json"], bridge.dataDirectory, env)).stdout).toContain('"state":"online"');
    expect(connections).toBe(0);
  });
});

describe("a bridge that runs but does not respond", { timeout: 300_000 }, () => {
  async function expectNotResponding(dataDirectory: string, why: RegExp, pid: number): Promise<void> {
    const [status, json, doctor, start] = await Promise.all([
      command(["status"], dataDirectory),
      command(["status", "--json"], dataDirectory),
      command(["doctor", "--json"], dataDirectory),
      command(["start", "--simulate", "--port", String(await freePort())], dataDirectory),
    ]);
    expect(status.code).toBe(2);
    expect(status.stdout).toContain(`The background program is running but does not respond (process ${pid}, `);
    expect(status.stdout).toMatch(why);
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({ running: true, responding: false, pid });
    expect(doctor.code).toBe(1);
    expect(doctor.stdout).toMatch(
      /"check":"background program","result":"fail","evidence":"the background program is running but does not respond/,
    );
    expect(start).toMatchObject({ code: 1, stdout: "" });
    expect(start.stderr).toMatch(/^error: the background program is running but does not respond/);
    for (const ended of [status, json, doctor, start]) expectNoStack(ended);
  }

  test("is reported by every command while it hangs, and is ended by stop", async () => {
    const hung = await BridgeProcess.start();
    const watch = spawn(process.execPath, [MAIN, "status", "--watch", "--json"], {
      env: { ...process.env, OUTLOOK_OFFLINE_STATE_HOME: hung.dataDirectory },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let seen = "";
    watch.stdout.on("data", (data: Buffer) => (seen += data.toString()));
    await expect.poll(() => seen, { timeout: WAIT_LIMIT_MS }).toContain('"state":"online"');
    hung.signal("SIGSTOP");
    await expectNotResponding(hung.dataDirectory, /no response within/, hung.pid);
    await expect
      .poll(() => seen.trimEnd().split("\n").at(-1), { timeout: WAIT_LIMIT_MS })
      .toContain('"responding":false');
    const stop = await run(process.execPath, [fromRoot("tools/task.mjs"), "stop"], hung.dataDirectory);
    expect(stop).toMatchObject({ code: 0, stderr: "" });
    expect(stop.stdout).toContain("was running but not responding");
    expect(await hung.ended).toBe("SIGKILL");
    await expect.poll(() => seen.trimEnd().split("\n").at(-1), { timeout: WAIT_LIMIT_MS }).toBe('{"running":false}');
    watch.kill("SIGINT");
    await new Promise((resolve) => watch.once("close", resolve));
    expect((await command(["status", "--json"], hung.dataDirectory)).stdout).toBe('{"running":false}\n');
    await hung.stop();
  });

  test("is reported when its CA was replaced while it runs", async () => {
    const running = await BridgeProcess.start();
    const other = temporaryFolder();
    await ensureCertificates({ folder: other, log: silentLog() });
    copyFileSync(path.join(other, "ca.crt"), path.join(running.dataDirectory, "certificates", "ca.crt"));
    await expectNotResponding(running.dataDirectory, /were its certificate files replaced\?/, running.pid);
    await running.stop();
  });

  test("is reported when it cannot determine the user of a client", async () => {
    const blind = await BridgeProcess.start({ env: { LD_PRELOAD: compileShim("blind") } });
    await expectNotResponding(blind.dataDirectory, /HTTP 403/, blind.pid);
    await blind.stop();
  });
});

describe("logged text with escape sequences", () => {
  test("is escaped before it reaches a terminal", async () => {
    const dataDirectory = temporaryFolder();
    const logs = resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: dataDirectory } });
    mkdirSync(logs.logs);
    writeFileSync(
      logFileOf(logs),
      `${JSON.stringify({ msg: "a\u001b[2J\u009bz", "k\u001b": "\u202e" })}\n\u001b[31m\n`,
    );
    for (const words of [["logs"], ["logs", "--json"]]) {
      const { code, stdout } = await command(words, dataDirectory);
      expect(code).toBe(0);
      expect(stdout.replaceAll("\n", "")).not.toMatch(/\p{C}/u);
      expect(stdout).toContain("u001b[2J");
    }
  });
});

describe("a start on a broken system", { timeout: 150_000 }, () => {
  async function start(
    dataDirectory: string,
    env: NodeJS.ProcessEnv = {},
    wrapper: readonly string[] = [process.execPath, MAIN],
  ): Promise<CommandResult> {
    const words = ["start", "--simulate", "--port", String(await freePort())];
    const [file = "", ...rest] = [...wrapper, ...words];
    const ended = await run(file, rest, dataDirectory, env);
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stdout).not.toContain("Ready:");
    expectNoStack(ended);
    expect(ended.stderr).toMatch(/^error: .+\n.+\n$/);
    return ended;
  }

  test("reports that run/bridge.json is a folder, and prints the stack only with --verbose", async () => {
    const dataDirectory = temporaryFolder();
    prepareDataDirectory(resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: dataDirectory } }));
    const file = path.join(dataDirectory, "run", "bridge.json");
    mkdirSync(file);
    expect((await start(dataDirectory)).stderr).toContain(`${file}: it is a folder`);
    const verbose = await command(
      ["start", "--simulate", "--verbose", "--port", String(await freePort())],
      dataDirectory,
    );
    expect(verbose.stderr).toMatch(/^\s+at .*writePidFile/m);
  });

  test("reports that there are too few file descriptors", async () => {
    // The bundle, because loading 200 modules needs more descriptors.
    const wrapper = ["prlimit", "--nofile=32:32", process.execPath, BRIDGE_ENTRY];
    const { stderr } = await start(temporaryFolder(), {}, wrapper);
    expect(stderr).toContain("EMFILE");
    expect(stderr).toContain("ulimit -n");
  });

  test("reports that Node.js does not load native modules", async () => {
    const { stderr } = await start(temporaryFolder(), { NODE_OPTIONS: "--no-addons" });
    expect(stderr).toContain("Remove --no-addons from NODE_OPTIONS");
  });

  test("succeeds for a user without a name and a home folder", async () => {
    const dataDirectory = temporaryFolder();
    // getpwuid finds no user, as for an unknown user id in a container.
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      LD_PRELOAD: compileShim("nobody"),
      OUTLOOK_OFFLINE_STATE_HOME: dataDirectory,
    };
    const without = Object.fromEntries(Object.entries(env).filter(([name]) => name !== "HOME"));
    const words = [MAIN, "start", "--simulate", "--port", String(await freePort())];
    const child: ChildProcess = spawn(process.execPath, words, { env: without, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (data: Buffer) => (output += data.toString()));
    onTestFinished(() => {
      child.kill("SIGKILL");
    });
    await expect.poll(() => output, { timeout: WAIT_LIMIT_MS }).toContain("\n");
    expect(output).toMatch(/^Ready: /);
    child.kill("SIGTERM");
    await new Promise((resolve) => child.once("close", resolve));
    const report = path.join(dataDirectory, "report.json");
    await new Promise<void>((resolve) => {
      execFile(process.execPath, [MAIN, "doctor", "--report", report], { env: without }, () => {
        resolve();
      });
    });
    expect(existsSync(report)).toBe(true);
  });

  test("reports that the loopback address is unreachable", async () => {
    const { stderr } = await start(temporaryFolder(), { LD_PRELOAD: compileShim("unreachable") });
    expect(stderr).toMatch(/cannot connect to 127\.0\.0\.1 port \d+/);
    expect(stderr).toContain("ip link set lo up");
  });

  test.each(["/certificates/", "/run/bridge.json", "/logs/bridge.log"])(
    "reports that the disk has no space for %s",
    async (part) => {
      const dataDirectory = temporaryFolder();
      const { stderr } = await start(dataDirectory, { LD_PRELOAD: compileShim("full"), SHIM_FULL: part });
      expect(stderr).toContain(`${dataDirectory}${part.replace(/\/$/, "")}`);
      expect(stderr).not.toMatch(/require\(|process\.argv|--eval/);
    },
  );
});

test("reports in doctor why the log cannot be read", async () => {
  const dataDirectory = temporaryFolder();
  mkdirSync(path.join(dataDirectory, "logs", "bridge.log"), { recursive: true });
  const report = path.join(dataDirectory, "report.json");
  await command(["doctor", "--report", report], dataDirectory);
  expect(JSON.parse(readFileSync(report, "utf8"))).toMatchObject({
    log: expect.stringContaining("cannot read the log") as string,
  });
});
