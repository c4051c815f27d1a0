// Agent, Outlook and bridge start and end in any order: the bridge must report the correct state, and nothing may leak.
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { WindowsBridge, WindowsDataDirectory } from "./support/bridge.js";
import { clearAddIns, Outlook, registerAgent } from "./support/outlook.js";
import { ensureWindowsNode } from "../../tools/windows/wine-prefix.mjs";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { Latencies } from "./support/latency.js";
import { binaries, probe, WineProcess, windowsPath } from "./support/wine.js";

const listener = windowsPath(fromRoot("test/windows/fixtures/listener.mjs"));
const dataDirectory = new WindowsDataDirectory();
const running: Outlook[] = [];
let bridge: WindowsBridge;

async function startOutlook(): Promise<Outlook> {
  const outlook = await Outlook.start(dataDirectory.windows);
  running.push(outlook);
  return outlook;
}

async function startFaultyOutlook(what: string): Promise<Outlook> {
  const outlook = await Outlook.start(dataDirectory.windows, {
    program: binaries.faultyOutlook,
    args: [dataDirectory.windows, what],
  });
  running.push(outlook);
  return outlook;
}

const latencies = new Latencies();

/** Executes `action`, waits for a state or reason, and records the latency. */
async function expectSoon(action: () => unknown, stateOrReason: string): Promise<void> {
  const from = Date.now();
  await action();
  latencies.add(stateOrReason, (await bridge.waitFor(stateOrReason)) - from);
}

beforeAll(async () => {
  clearAddIns();
  registerAgent();
  bridge = await WindowsBridge.start(dataDirectory);
  await bridge.connectClient();
});

beforeEach(async () => {
  await bridge.waitFor("outlook-not-running");
});

afterEach(async () => {
  for (const outlook of running.splice(0)) await outlook.kill();
});

afterAll(async () => {
  await bridge.kill();
  clearAddIns();
  dataDirectory.remove();
  console.log(latencies.table());
});

test("connects as soon as Outlook starts after the bridge", async () => {
  const outlook = await startOutlook();
  await expectSoon(() => undefined, "online");
  await expectSoon(() => outlook.command("offline"), "offline");
});

test("gives two bridges that start after Outlook its state at once, and every change", async () => {
  const outlook = await startOutlook();
  // The agent connects after Outlook has started, and only then can it observe the start of a change.
  await bridge.waitFor("online");
  await outlook.command("offline");
  await bridge.waitFor("offline");
  const second = new WineProcess(ensureWindowsNode(), [listener, windowsPath(fromRoot())], dataDirectory.env);
  const secondReports = async (what: string): Promise<void> => {
    await expect.poll(() => second.output.trim().split("\n").at(-1), { timeout: 30_000, interval: 5 }).toContain(what);
  };
  const expectBothSoon = async (done: () => unknown, first: string, other: string): Promise<void> => {
    const from = Date.now();
    await done();
    const later = async () => {
      await secondReports(other);
      return Date.now();
    };
    const arrived = await Promise.all([bridge.waitFor(first), later()]);
    latencies.add(`${first}, to both of two bridges`, Math.max(...arrived) - from);
  };
  try {
    await secondReports('"state":"offline"');
    expect(second.output.split("\n")[0]).toMatch(/"state":"offline","since":\d+/);
    await expectBothSoon(() => outlook.command("online"), "online", '"state":"online"');
    await expectBothSoon(() => outlook.end("exit"), "outlook-not-running", '"outlook-not-running"');
    await startOutlook();
    // The ready event wakes one of them, which sets it again for the other.
    await expectBothSoon(() => undefined, "online", '"state":"online"');
  } finally {
    await second.kill();
  }
});

test.each([
  ["a fast exit", "exit"],
  ["a slow exit", "quit"],
  ["a crash", "crash"],
] as const)("reports that Outlook is not running after %s", async (_name, ending) => {
  const outlook = await startOutlook();
  await bridge.waitFor("online");
  await expectSoon(() => outlook.end(ending), "outlook-not-running");
});

test("reports that Outlook is not running after it is killed", async () => {
  const outlook = await startOutlook();
  await bridge.waitFor("online");
  await expectSoon(() => outlook.kill(), "outlook-not-running");
});

test("follows the add-in being disabled and enabled, and Outlook's exit while it is disabled", async () => {
  const outlook = await startOutlook();
  await bridge.waitFor("online");
  await expectSoon(() => outlook.command("untick"), "agent-missing");
  await expectSoon(() => outlook.command("tick"), "online");
  await outlook.command("untick");
  await bridge.waitFor("agent-missing");
  // There is no channel here; the bridge waits for the end of the process.
  await expectSoon(() => outlook.end("exit"), "outlook-not-running");
  registerAgent();
});

test("reports that Outlook is not running after the agent ends in the middle of a frame", async () => {
  const outlook = await startFaultyOutlook("midframe");
  await bridge.waitFor("online");
  await expectSoon(() => {
    outlook.closeInput();
  }, "outlook-not-running");
});

test("reports an agent of another protocol version, and connects to a compatible one afterwards", async () => {
  const outlook = await startFaultyOutlook("version");
  await expectSoon(() => undefined, "agent-incompatible");
  expect(bridge.detail).toMatch(/version 2.*version 1/);
  await expectSoon(() => outlook.kill(), "outlook-not-running");
  await startOutlook();
  await expectSoon(() => undefined, "online");
});

test("rejects a pipe of a process other than OUTLOOK.EXE, and connects to Outlook afterwards", async () => {
  const folder = mkdtempSync(join(tmpdir(), "offline-state-squatter-"));
  const program = join(folder, "not-outlook.exe");
  copyFileSync(binaries.faultyOutlook, program);
  try {
    // Its messages are valid, but it is not OUTLOOK.EXE.
    const squatter = await Outlook.start(dataDirectory.windows, { program, args: [dataDirectory.windows, "midframe"] });
    running.push(squatter);
    await expectSoon(() => undefined, "agent-untrusted");
    expect(bridge.detail).toMatch(/not-outlook\.exe, not OUTLOOK\.EXE/);
    await expectSoon(() => squatter.kill(), "outlook-not-running");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await startOutlook();
  await expectSoon(() => undefined, "online");
});

/**
 * Handles and threads that are created only once, for example for a contended lock or for Node's thread pool. A leak in each of a
 * hundred cycles would be far above it.
 */
const ONE_TIME_HANDLES = 5;

test("follows a hundred restarts of Outlook without leaking handles or threads", async () => {
  const cycle = async (ending: "exit" | "quit" | "crash"): Promise<void> => {
    const outlook = await Outlook.start(dataDirectory.windows);
    await expectSoon(() => undefined, "online");
    await expectSoon(() => outlook.end(ending), "outlook-not-running");
  };
  for (const ending of ["exit", "quit", "crash"] as const) await cycle(ending);
  const [before] = probe(bridge.pid);
  for (let life = 0; life < 97; life += 1) await cycle(life % 3 === 0 ? "exit" : life % 3 === 1 ? "quit" : "crash");
  const [after] = probe(bridge.pid);
  expect(before?.handles).toBeGreaterThan(10);
  expect(after?.handles).toBeLessThanOrEqual((before?.handles ?? 0) + ONE_TIME_HANDLES);
  expect(after?.threads).toBeLessThanOrEqual((before?.threads ?? 0) + ONE_TIME_HANDLES);
}, 600_000);

test("leaks nothing into Outlook when the add-in is disabled and enabled a hundred times, and uses one thread", async () => {
  const outlook = await startOutlook();
  await outlook.command("untick");
  const [without] = probe(outlook.pid);
  const cycle = async (): Promise<void> => {
    await outlook.command("tick");
    await bridge.waitFor("online");
    await outlook.command("untick");
    await bridge.waitFor("agent-missing");
  };
  for (let i = 0; i < 5; i += 1) await cycle();
  const [before] = probe(outlook.pid);
  for (let i = 0; i < 95; i += 1) await cycle();
  // A thread that just ended may still be counted for a moment.
  await expect
    .poll(() => probe(outlook.pid)[0]?.handles, { timeout: 30_000 })
    .toBeLessThanOrEqual((before?.handles ?? 0) + ONE_TIME_HANDLES);
  await expect.poll(() => probe(outlook.pid)[0]?.threads, { timeout: 30_000 }).toBe(without?.threads);
  await outlook.command("tick");
  await bridge.waitFor("online");
  const [ticked] = probe(outlook.pid);
  expect((ticked?.threads ?? 0) - (without?.threads ?? 0)).toBe(1);
  expect(outlook.log).not.toMatch(/references held|keeps its DLL loaded/);
}, 600_000);
