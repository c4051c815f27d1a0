// One bridge per home: what a second start says, what a crashed one leaves, what survives a restart.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { resolveHome, type Home } from "../../bridge/src/home/home.js";
import { findBridge } from "../../bridge/src/instance/find.js";
import { controlAddress } from "../../bridge/src/simulated/control-address.js";
import { tellOutlook } from "../../bridge/src/simulated/control-client.js";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { freePort, freshFolder, processesOf, removeFolder } from "./support/surroundings.js";

const MAIN = fromRoot("dist/bridge/src/cli/main.js");
/** How long something is waited for says nothing about its speed. */
const LONG_MS = 60_000;
const folders: string[] = [];

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  readonly said: { out: string; error: string };
}

function freshHome(): string {
  const folder = freshFolder();
  folders.push(folder);
  return folder;
}

function homeOf(folder: string): Home {
  return resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: folder } });
}

function run(home: string, ...words: readonly string[]): Run {
  const env = { ...process.env, OUTLOOK_OFFLINE_STATE_HOME: home };
  const child = spawn(process.execPath, [MAIN, ...words], { env, stdio: ["ignore", "pipe", "pipe"] });
  const said = { out: "", error: "" };
  child.stdout.on("data", (data: Buffer) => (said.out += data.toString()));
  child.stderr.on("data", (data: Buffer) => (said.error += data.toString()));
  const ended = once(child, "close").then(() => ({ code: child.exitCode, signal: child.signalCode }));
  return { child, ended, said };
}

const paneAt = (port: number): string => `https://localhost:${port}/taskpane.html`;

async function start(home: string, port: number): Promise<Run> {
  const started = run(home, "start", "--simulate", "--port", String(port));
  await expect.poll(() => started.said.out + started.said.error, { timeout: LONG_MS }).toMatch(/^Ready: /m);
  return started;
}

afterEach(async () => {
  for (const folder of folders.splice(0)) {
    for (const { pid } of await processesOf(folder)) process.kill(pid, "SIGKILL");
    removeFolder(folder);
  }
});

test("prints exactly one line when the pane can be opened", async () => {
  const [home, port] = [freshHome(), await freePort()];
  const { said } = await start(home, port);
  expect(said).toEqual({ out: `Ready: https://localhost:${port}/taskpane.html\n`, error: "" });
});

test("a second start says where the first one is, and exits with 0, whatever port it asked for", async () => {
  const [home, port] = [freshHome(), await freePort()];
  await start(home, port);
  for (const asked of [port, await freePort()]) {
    const second = run(home, "start", "--simulate", "--port", String(asked));
    expect(await second.ended).toEqual({ code: 0, signal: null });
    expect(second.said.out).toContain(`https://localhost:${port}/taskpane.html`);
    expect(second.said.out).not.toContain("Ready:");
  }
  expect(await findBridge(homeOf(home), [])).toMatchObject({ kind: "running", port });
});

test("of five starts at the same instant, each with a port of its own, one serves, and the others say where", async () => {
  const home = freshHome();
  const ports: number[] = [];
  while (ports.length < 5) {
    const port = await freePort();
    if (!ports.includes(port)) ports.push(port);
  }
  const starts = ports.map((port) => ({ port, ...run(home, "start", "--simulate", "--port", String(port)) }));
  const isOver = ({ child, said }: (typeof starts)[number]): boolean =>
    child.exitCode !== null || said.out.includes("Ready:");
  await expect.poll(() => starts.every(isOver), { timeout: LONG_MS, interval: 100 }).toBe(true);
  const serving = starts.filter(({ child }) => child.exitCode === null);
  expect(serving.map(({ said }) => said.out)).toEqual(serving.map(({ port }) => `Ready: ${paneAt(port)}\n`));
  expect(serving).toHaveLength(1);
  for (const { ended, said } of starts) {
    if (said.out.includes("Ready:")) continue;
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(said).toEqual({ out: expect.stringContaining(paneAt(serving[0]?.port ?? 0)) as string, error: "" });
  }
  const [first] = serving;
  first?.child.kill("SIGTERM");
  expect(await first?.ended).toEqual({ code: 0, signal: null });
}, 120_000);

test("a bridge that does not answer keeps its home: a second start says which process it is, and exits with 1", async () => {
  const [home, port] = [freshHome(), await freePort()];
  const first = await start(home, port);
  first.child.kill("SIGSTOP");
  const second = run(home, "start", "--simulate", "--port", String(await freePort()));
  expect(await second.ended).toEqual({ code: 1, signal: null });
  expect(second.said.out).toBe("");
  expect(second.said.error).toContain(`process ${first.child.pid}`);
  expect(second.said.error).toContain(`https://localhost:${port}`);
  first.child.kill("SIGCONT");
  const third = run(home, "start", "--simulate", "--port", String(port));
  expect(await third.ended).toEqual({ code: 0, signal: null });
}, 120_000);

test("the bridge of another home is never taken for one's own", async () => {
  const [home, other, port] = [freshHome(), freshHome(), await freePort()];
  await start(home, port);
  const second = run(other, "start", "--simulate", "--port", String(port));
  expect(await second.ended).toEqual({ code: 1, signal: null });
  expect(second.said.error).toContain(String(port));
  expect(second.said.error).toContain("--port");
  // Not even when the note says so.
  writeFileSync(path.join(other, "run", "bridge.json"), JSON.stringify({ pid: process.pid, port, version: "0.1.0" }));
  expect(await findBridge(homeOf(other), [port])).toEqual({ kind: "absent" });
});

test("two homes do not meet: each bridge listens to its own simulated Outlook", async () => {
  const homes = [freshHome(), freshHome()];
  for (const home of homes) await start(home, await freePort());
  expect((await tellOutlook(controlAddress(homeOf(homes[0] ?? "")), "offline")).ok).toBe(true);
  const states = homes.map(async (home) => {
    const status = run(home, "status", "--json");
    await status.ended;
    return /"state":"(\w+)"/.exec(status.said.out)?.[1];
  });
  expect(await Promise.all(states)).toEqual(["offline", "online"]);
});

test("what a killed bridge leaves does not stop the next, and its Outlook goes with it", async () => {
  const [home, port] = [freshHome(), await freePort()];
  const killed = await start(home, port);
  killed.child.kill("SIGKILL");
  await killed.ended;
  await expect.poll(async () => (await processesOf(home)).length, { timeout: 30_000 }).toBe(0);
  expect(existsSync(path.join(home, "run", "bridge.json"))).toBe(true);
  const status = run(home, "status");
  expect((await status.ended).code).toBe(1);
  const next = await start(home, port);
  expect((await tellOutlook(controlAddress(homeOf(home)), "state")).ok).toBe(true);
  next.child.kill("SIGTERM");
  expect(await next.ended).toEqual({ code: 0, signal: null });
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("ends on %s with exit code 0", async (signal) => {
  const home = freshHome();
  const { child, ended, said } = await start(home, await freePort());
  const watch = run(home, "status", "--watch");
  await expect.poll(() => watch.said.out).toContain("online");
  const began = performance.now();
  child.kill(signal);
  child.kill(signal);
  expect(await ended).toEqual({ code: 0, signal: null });
  // Above the 2 s that it has, because a busy machine is no failure; far below what a process waits that was not ended.
  expect(performance.now() - began).toBeLessThan(15_000);
  expect(said.error).toBe("");
  expect(existsSync(path.join(home, "run", "bridge.json"))).toBe(false);
  await expect.poll(() => watch.said.out).toContain("No bridge is running");
  const last = watch.said.out.slice(watch.said.out.lastIndexOf("Outlook is online"));
  expect(last, "no word about Outlook because the bridge stops").not.toMatch(/stopped|outlook-not-running/);
  watch.child.kill("SIGINT");
  expect(await watch.ended).toEqual({ code: 0, signal: null });
});

test("the history survives a kill and a restart, and what was not watched is unknown", async () => {
  const [home, port] = [freshHome(), await freePort()];
  const first = await start(home, port);
  await expect.poll(() => statesOf(home, port)).toEqual(["unknown", "online"]);
  await tellOutlook(controlAddress(homeOf(home)), "offline");
  // Longer than a change waits for the disk.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  first.child.kill("SIGKILL");
  await first.ended;
  const next = await start(home, port);
  await expect.poll(() => statesOf(home, port)).toEqual(["unknown", "online", "offline", "unknown", "online"]);
  next.child.kill("SIGTERM");
  await next.ended;
});

/** The states of the last hour in their order, but those for which there is a reason. */
async function statesOf(home: string, port: number): Promise<string[]> {
  const { spans } = await history(home, port);
  return spans.filter(({ reason }) => reason === undefined).map(({ state }) => state);
}

async function history(home: string, port: number): Promise<{ spans: { state: string; reason?: string }[] }> {
  const ca = readFileSync(path.join(home, "certificates", "ca.crt"));
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
