// One bridge per data directory: a second start, a start after a crash, and what survives a restart.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { resolveDataDirectory, type DataDirectory } from "../../bridge/src/data-directory.js";
import { findBridge } from "../../bridge/src/instance/health-client.js";
import { controlAddress, sendCommand } from "../../bridge/src/simulator/control.js";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { freePort, processesOf } from "../support/system.js";
import { createFolder, removeFolder } from "../support/temporary-folder.js";

const MAIN = fromRoot("dist/bridge/src/cli/main.js");
/** Far above what a busy machine needs. */
const WAIT_LIMIT_MS = 60_000;
const folders: string[] = [];

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  readonly output: { out: string; error: string };
}

function freshDataDirectory(): string {
  const folder = createFolder();
  folders.push(folder);
  return folder;
}

function dataDirectoryOf(folder: string): DataDirectory {
  return resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: folder } });
}

function run(dataDirectory: string, ...words: readonly string[]): Run {
  const env = { ...process.env, OUTLOOK_OFFLINE_STATE_HOME: dataDirectory };
  const child = spawn(process.execPath, [MAIN, ...words], { env, stdio: ["ignore", "pipe", "pipe"] });
  const output = { out: "", error: "" };
  child.stdout.on("data", (data: Buffer) => (output.out += data.toString()));
  child.stderr.on("data", (data: Buffer) => (output.error += data.toString()));
  const ended = once(child, "close").then(() => ({ code: child.exitCode, signal: child.signalCode }));
  return { child, ended, output };
}

const paneAt = (port: number): string => `https://localhost:${port}/taskpane.html`;

async function start(dataDirectory: string, port: number): Promise<Run> {
  const started = run(dataDirectory, "start", "--simulate", "--port", String(port));
  await expect.poll(() => started.output.out + started.output.error, { timeout: WAIT_LIMIT_MS }).toMatch(/^Ready: /m);
  return started;
}

afterEach(async () => {
  for (const folder of folders.splice(0)) {
    for (const { pid } of await processesOf(folder)) process.kill(pid, "SIGKILL");
    removeFolder(folder);
  }
});

test("prints exactly one line when the pane can be opened", async () => {
  const [dataDirectory, port] = [freshDataDirectory(), await freePort()];
  const { output } = await start(dataDirectory, port);
  expect(output).toEqual({ out: `Ready: https://localhost:${port}/taskpane.html\n`, error: "" });
});

test("prints the address of the running bridge at a second start, and exits with 0, whatever port is requested", async () => {
  const [dataDirectory, port] = [freshDataDirectory(), await freePort()];
  await start(dataDirectory, port);
  for (const requested of [port, await freePort()]) {
    const second = run(dataDirectory, "start", "--simulate", "--port", String(requested));
    expect(await second.ended).toEqual({ code: 0, signal: null });
    expect(second.output.out).toContain(`https://localhost:${port}/taskpane.html`);
    expect(second.output.out).not.toContain("Ready:");
  }
  expect(await findBridge(dataDirectoryOf(dataDirectory), [])).toMatchObject({ kind: "running", port });
});

test("runs one bridge when five start at once on different ports, and the others print its address", async () => {
  const dataDirectory = freshDataDirectory();
  const ports: number[] = [];
  while (ports.length < 5) {
    const port = await freePort();
    if (!ports.includes(port)) ports.push(port);
  }
  const starts = ports.map((port) => ({ port, ...run(dataDirectory, "start", "--simulate", "--port", String(port)) }));
  const isOver = ({ child, output }: (typeof starts)[number]): boolean =>
    child.exitCode !== null || output.out.includes("Ready:");
  await expect.poll(() => starts.every(isOver), { timeout: WAIT_LIMIT_MS, interval: 100 }).toBe(true);
  const serving = starts.filter(({ child }) => child.exitCode === null);
  expect(serving.map(({ output }) => output.out)).toEqual(serving.map(({ port }) => `Ready: ${paneAt(port)}\n`));
  expect(serving).toHaveLength(1);
  for (const { ended, output } of starts) {
    if (output.out.includes("Ready:")) continue;
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(output).toEqual({ out: expect.stringContaining(paneAt(serving[0]?.port ?? 0)) as string, error: "" });
  }
  const [first] = serving;
  first?.child.kill("SIGTERM");
  expect(await first?.ended).toEqual({ code: 0, signal: null });
}, 120_000);

test("reports the process of a bridge that does not respond at a second start, and exits with 1", async () => {
  const [dataDirectory, port] = [freshDataDirectory(), await freePort()];
  const first = await start(dataDirectory, port);
  first.child.kill("SIGSTOP");
  const second = run(dataDirectory, "start", "--simulate", "--port", String(await freePort()));
  expect(await second.ended).toEqual({ code: 1, signal: null });
  expect(second.output.out).toBe("");
  expect(second.output.error).toContain(`process ${first.child.pid}`);
  expect(second.output.error).toContain(`https://localhost:${port}`);
  first.child.kill("SIGCONT");
  const third = run(dataDirectory, "start", "--simulate", "--port", String(port));
  expect(await third.ended).toEqual({ code: 0, signal: null });
}, 120_000);

test("never accepts the bridge of another data directory as its own", async () => {
  const [dataDirectory, other, port] = [freshDataDirectory(), freshDataDirectory(), await freePort()];
  await start(dataDirectory, port);
  const second = run(other, "start", "--simulate", "--port", String(port));
  expect(await second.ended).toEqual({ code: 1, signal: null });
  expect(second.output.error).toContain(String(port));
  expect(second.output.error).toContain("--port");
  // Not even if run/bridge.json names it.
  writeFileSync(path.join(other, "run", "bridge.json"), JSON.stringify({ pid: process.pid, port, version: "0.1.0" }));
  expect(await findBridge(dataDirectoryOf(other), [port])).toEqual({ kind: "absent" });
});

test("keeps two data directories apart: each bridge listens to its own simulator", async () => {
  const dataDirectories = [freshDataDirectory(), freshDataDirectory()];
  for (const dataDirectory of dataDirectories) await start(dataDirectory, await freePort());
  expect((await sendCommand(controlAddress(dataDirectoryOf(dataDirectories[0] ?? "")), "offline")).ok).toBe(true);
  const states = dataDirectories.map(async (dataDirectory) => {
    const status = run(dataDirectory, "status", "--json");
    await status.ended;
    return /"state":"(\w+)"/.exec(status.output.out)?.[1];
  });
  expect(await Promise.all(states)).toEqual(["offline", "online"]);
});

test("starts after a bridge was killed, whose simulator ends with it", async () => {
  const [dataDirectory, port] = [freshDataDirectory(), await freePort()];
  const killed = await start(dataDirectory, port);
  killed.child.kill("SIGKILL");
  await killed.ended;
  await expect.poll(async () => (await processesOf(dataDirectory)).length, { timeout: 30_000 }).toBe(0);
  expect(existsSync(path.join(dataDirectory, "run", "bridge.json"))).toBe(true);
  const status = run(dataDirectory, "status");
  expect((await status.ended).code).toBe(1);
  const next = await start(dataDirectory, port);
  expect((await sendCommand(controlAddress(dataDirectoryOf(dataDirectory)), "state")).ok).toBe(true);
  next.child.kill("SIGTERM");
  expect(await next.ended).toEqual({ code: 0, signal: null });
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("ends on %s with exit code 0", async (signal) => {
  const dataDirectory = freshDataDirectory();
  const { child, ended, output } = await start(dataDirectory, await freePort());
  const watch = run(dataDirectory, "status", "--watch");
  await expect.poll(() => watch.output.out).toContain("online");
  const began = performance.now();
  child.kill(signal);
  child.kill(signal);
  expect(await ended).toEqual({ code: 0, signal: null });
  // The limit is 2 s; a busy machine may need longer, but a process that ignores the signal would never end.
  expect(performance.now() - began).toBeLessThan(15_000);
  expect(output.error).toBe("");
  expect(existsSync(path.join(dataDirectory, "run", "bridge.json"))).toBe(false);
  await expect.poll(() => watch.output.out).toContain("Not running.");
  const last = watch.output.out.slice(watch.output.out.lastIndexOf("Outlook is online"));
  expect(last, "reports nothing about Outlook because the bridge stops").not.toMatch(/stopped|outlook-not-running/);
  watch.child.kill("SIGINT");
  expect(await watch.ended).toEqual({ code: 0, signal: null });
});

test("keeps the history across a kill and a restart, with unknown in between", async () => {
  const [dataDirectory, port] = [freshDataDirectory(), await freePort()];
  const first = await start(dataDirectory, port);
  await expect.poll(() => statesOf(dataDirectory, port)).toEqual(["unknown", "online"]);
  await sendCommand(controlAddress(dataDirectoryOf(dataDirectory)), "offline");
  // Longer than the interval between writes.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  first.child.kill("SIGKILL");
  await first.ended;
  const next = await start(dataDirectory, port);
  await expect.poll(() => statesOf(dataDirectory, port)).toEqual(["unknown", "online", "offline", "unknown", "online"]);
  next.child.kill("SIGTERM");
  await next.ended;
});

/** The states of the last hour in order, except those with a reason. */
async function statesOf(dataDirectory: string, port: number): Promise<string[]> {
  const { spans } = await history(dataDirectory, port);
  return spans.filter(({ reason }) => reason === undefined).map(({ state }) => state);
}

async function history(dataDirectory: string, port: number): Promise<{ spans: { state: string; reason?: string }[] }> {
  const ca = readFileSync(path.join(dataDirectory, "certificates", "ca.crt"));
  const body = await new Promise<string>((resolve, reject) => {
    request({ host: "localhost", port, path: "/history?hours=1", ca, agent: false }, (response) => {
      let text = "";
      response.on("data", (data: Buffer) => (text += data.toString()));
      response.on("end", () => {
        resolve(text);
      });
    })
      .on("error", reject)
      .end();
  });
  return JSON.parse(body) as { spans: { state: string; reason?: string }[] };
}
