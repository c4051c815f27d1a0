// In which order, and how badly, agent, Outlook and bridge may come and go: the bridge tells the truth soon after, and nothing grows.
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { WindowsBridge, WindowsHome } from "./support/bridge.js";
import { forgetAddIns, Outlook, registerAgent } from "./support/outlook.js";
import { ensureWindowsNode } from "../../tools/windows/node.mjs";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { TruthTimes } from "./support/truth-times.js";
import { binaries, probe, WineProcess, windowsPath } from "./support/wine.js";

const listener = windowsPath(fromRoot("test/windows/fixtures/listener.mjs"));
const home = new WindowsHome();
const running: Outlook[] = [];
let bridge: WindowsBridge;

async function startOutlook(): Promise<Outlook> {
  const outlook = await Outlook.start(home.windows);
  running.push(outlook);
  return outlook;
}

async function startStrangeOutlook(what: string): Promise<Outlook> {
  const outlook = await Outlook.start(home.windows, { program: binaries.strangeOutlook, args: [home.windows, what] });
  running.push(outlook);
  return outlook;
}

const truths = new TruthTimes();

/** Does something after which `truth` is told. How soon is written down, from before it was done. */
async function soon(what: () => unknown, truth: string): Promise<void> {
  const from = Date.now();
  await what();
  truths.add(truth, (await bridge.tells(truth)) - from);
}

beforeAll(async () => {
  forgetAddIns();
  registerAgent();
  bridge = await WindowsBridge.start(home);
  await bridge.follow();
});

beforeEach(async () => {
  await bridge.tells("outlook-not-running");
});

afterEach(async () => {
  for (const outlook of running.splice(0)) await outlook.kill();
});

afterAll(async () => {
  await bridge.kill();
  forgetAddIns();
  home.remove();
  console.log(truths.table());
});

test("the bridge was there first: it hears the agent as soon as Outlook has started", async () => {
  const outlook = await startOutlook();
  await soon(() => undefined, "online");
  await soon(() => outlook.tell("offline"), "offline");
});

test("Outlook was there first, and two bridges at once: each knows its state at once, and hears what follows", async () => {
  const outlook = await startOutlook();
  // The agent connects once Outlook has started; only then is a change seen to begin.
  await bridge.tells("online");
  await outlook.tell("offline");
  await bridge.tells("offline");
  const second = new WineProcess(ensureWindowsNode(), [listener, windowsPath(fromRoot())], home.env);
  const secondTells = async (what: string): Promise<void> => {
    await expect.poll(() => second.output.trim().split("\n").at(-1), { timeout: 30_000, interval: 5 }).toContain(what);
  };
  const bothSoon = async (done: () => unknown, first: string, other: string): Promise<void> => {
    const from = Date.now();
    await done();
    const later = async () => {
      await secondTells(other);
      return Date.now();
    };
    const told = await Promise.all([bridge.tells(first), later()]);
    truths.add(`${first}, to both of two bridges`, Math.max(...told) - from);
  };
  try {
    await secondTells('"state":"offline"');
    expect(second.output.split("\n")[0]).toMatch(/"state":"offline","since":\d+/);
    await bothSoon(() => outlook.tell("online"), "online", '"state":"online"');
    await bothSoon(() => outlook.end("exit"), "outlook-not-running", '"outlook-not-running"');
    await startOutlook();
    // The event of the meeting wakes one of them, which passes it on.
    await bothSoon(() => undefined, "online", '"state":"online"');
  } finally {
    await second.kill();
  }
});

test.each([
  ["a fast exit", "exit"],
  ["a slow exit", "quit"],
  ["a crash", "crash"],
] as const)("%s", async (_name, ending) => {
  const outlook = await startOutlook();
  await bridge.tells("online");
  await soon(() => outlook.end(ending), "outlook-not-running");
});

test("a process that is killed without a word", async () => {
  const outlook = await startOutlook();
  await bridge.tells("online");
  await soon(() => outlook.kill(), "outlook-not-running");
});

test("the user unticks the add-in and ticks it again, and Outlook goes while it is unticked", async () => {
  const outlook = await startOutlook();
  await bridge.tells("online");
  await soon(() => outlook.tell("untick"), "agent-missing");
  await soon(() => outlook.tell("tick"), "online");
  await outlook.tell("untick");
  await bridge.tells("agent-missing");
  // No channel breaks here: the bridge waits for the end of the process.
  await soon(() => outlook.end("exit"), "outlook-not-running");
  registerAgent();
});

test("an agent that dies in the middle of a frame", async () => {
  const outlook = await startStrangeOutlook("midframe");
  await bridge.tells("online");
  await soon(() => {
    outlook.closeInput();
  }, "outlook-not-running");
});

test("an agent of another protocol version is named, and one of ours is heard after it", async () => {
  const outlook = await startStrangeOutlook("version");
  await soon(() => undefined, "agent-incompatible");
  expect(bridge.detail).toMatch(/version 2.*version 1/);
  await soon(() => outlook.kill(), "outlook-not-running");
  await startOutlook();
  await soon(() => undefined, "online");
});

test("a pipe of the same name made by a process that is not OUTLOOK.EXE is not believed, and Outlook is heard after it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "offline-state-squatter-"));
  const program = join(folder, "not-outlook.exe");
  copyFileSync(binaries.strangeOutlook, program);
  try {
    // What it says would do; who says it does not.
    const squatter = await Outlook.start(home.windows, { program, args: [home.windows, "midframe"] });
    running.push(squatter);
    await soon(() => undefined, "agent-untrusted");
    expect(bridge.detail).toMatch(/not-outlook\.exe, not OUTLOOK\.EXE/);
    await soon(() => squatter.kill(), "outlook-not-running");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await startOutlook();
  await soon(() => undefined, "online");
});

/**
 * What may come once: a lock gets its handle when two threads first meet at it, and Node's pool its threads when it first needs
 * them. One for each of a hundred times would be far above it.
 */
const ONCE = 5;

test("a hundred restarts of Outlook, each heard, and nothing of the bridge has grown", async () => {
  const cycle = async (ending: "exit" | "quit" | "crash"): Promise<void> => {
    const outlook = await Outlook.start(home.windows);
    await soon(() => undefined, "online");
    await soon(() => outlook.end(ending), "outlook-not-running");
  };
  for (const ending of ["exit", "quit", "crash"] as const) await cycle(ending);
  const [before] = probe(bridge.pid);
  for (let life = 0; life < 97; life += 1) await cycle(life % 3 === 0 ? "exit" : life % 3 === 1 ? "quit" : "crash");
  const [after] = probe(bridge.pid);
  expect(before?.handles).toBeGreaterThan(10);
  expect(after?.handles).toBeLessThanOrEqual((before?.handles ?? 0) + ONCE);
  expect(after?.threads).toBeLessThanOrEqual((before?.threads ?? 0) + ONCE);
}, 600_000);

test("an Outlook whose add-in is unticked and ticked a hundred times has not grown, and has one thread of ours", async () => {
  const outlook = await startOutlook();
  await outlook.tell("untick");
  const [without] = probe(outlook.pid);
  const cycle = async (): Promise<void> => {
    await outlook.tell("tick");
    await bridge.tells("online");
    await outlook.tell("untick");
    await bridge.tells("agent-missing");
  };
  for (let i = 0; i < 5; i += 1) await cycle();
  const [before] = probe(outlook.pid);
  for (let i = 0; i < 95; i += 1) await cycle();
  // The thread that has just ended may be counted a moment longer.
  await expect
    .poll(() => probe(outlook.pid)[0]?.handles, { timeout: 30_000 })
    .toBeLessThanOrEqual((before?.handles ?? 0) + ONCE);
  await expect.poll(() => probe(outlook.pid)[0]?.threads, { timeout: 30_000 }).toBe(without?.threads);
  await outlook.tell("tick");
  await bridge.tells("online");
  const [ticked] = probe(outlook.pid);
  expect((ticked?.threads ?? 0) - (without?.threads ?? 0)).toBe(1);
  expect(outlook.log).not.toMatch(/references held|keeps its DLL loaded/);
}, 600_000);
