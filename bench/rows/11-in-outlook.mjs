import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { run as runTool } from "../../tools/native/compile.mjs";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { startUntil } from "../lib/child.mjs";
import { preparedHome } from "../lib/home.mjs";
import { compare, fact } from "../lib/measures.mjs";
import { AGENT_NAME, EMPTY_NAME, OutlookExe, registerAddIns } from "../lib/outlook-exe.mjs";
import { activityOf, memoryOf } from "../lib/procfs.mjs";
import { median } from "../lib/statistics.mjs";
import { keepWindows, windowsPath, WineProgram } from "../lib/wine.mjs";
import { notify } from "./03-wine.mjs";

export const title = "In Outlook: its start, Notify, memory, and a minute in which nothing happens";
export const method =
  "The simulated OUTLOOK.EXE under Wine loads the agent and an add-in that does nothing, registered likewise; each of them is the first to be loaded as often as the other. It times them as Outlook does, and their two callbacks (OnConnection, OnStartupComplete) alone. Notify is called as in row 3. Memory is what OUTLOOK.EXE has privately with the agent and a listening module, less what it has with the empty add-in. For the minute, OUTLOOK.EXE with the agent and a node.exe with nothing but the native module, connected, are counted by Linux' kernel; then the simulated Outlook and node on Linux likewise.";

const STARTS = 4;
const SETTLE_MS = 30_000;
const IDLE_MS = 60_000;

export async function run({ rounds, scale }) {
  await runTool([process.execPath, "tools/windows/build.mjs", "--tests"], { stdio: "ignore" });
  const leave = await keepWindows();
  try {
    return {
      measures: [
        ...(await starts(rounds)),
        ...(await notify(rounds, Math.round(1000 * scale))),
        await memory(rounds),
        ...(await idle("under Wine", scale, startUnderWine)),
        ...(await idle("on Linux", scale, startOnLinux)),
      ],
    };
  } finally {
    await registerAddIns({});
    await leave();
  }
}

/** Against an add-in that does nothing, and against one that asks for a timer as the agent does, and does no more. */
async function starts(rounds) {
  const { path } = await preparedHome();
  const found = { empty: { agent: [], other: [] }, timer: { agent: [], other: [] } };
  for (let round = 0; round < rounds; round += 1) {
    for (const { agent, other } of Object.values(found)) for (const side of [agent, other]) side.push([]);
    for (const emptyAs of ["AnEmpty.AddIn", "ZEmpty.AddIn"]) {
      await registerAddIns({ agent: true, emptyAs });
      for (let index = 0; index < STARTS; index += 1) {
        for (const [kind, { agent, other }] of Object.entries(found)) {
          const outlook = await OutlookExe.start(path, { OTHER_ADD_IN: kind });
          agent[round].push(outlook.startOf(AGENT_NAME));
          other[round].push(outlook.startOf(EMPTY_NAME));
          await outlook.end();
        }
      }
    }
  }
  const sides = ({ agent, other }, part) => {
    const [product, against] = [agent, other].map((all) => all.map((one) => one.map((took) => took[part])));
    return { product, other: against };
  };
  const callbacks = "OnConnection and OnStartupComplete";
  const shared = { against: "an empty add-in", unit: "us", aim: { most: 3 } };
  return [
    compare({
      ...shared,
      ...sides(found.empty, "whole"),
      what: "start as Outlook counts it: DLL, class, callbacks",
    }),
    compare({ ...shared, ...sides(found.empty, "callbacks"), what: callbacks }),
    compare({
      ...shared,
      ...sides(found.timer, "callbacks"),
      what: callbacks,
      against: "an add-in that only asks for a timer",
    }),
  ];
}

async function memory(rounds) {
  const found = { agent: [], empty: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const which of Object.keys(found)) {
      await registerAddIns(which === "agent" ? { agent: true } : { emptyAs: "AnEmpty.AddIn" });
      const { outlook, end } = await startUnderWine(which === "agent");
      await sleep(2000);
      found[which].push(memoryOf(outlook).private);
      await end();
    }
  }
  return fact("agent, private memory of OUTLOOK.EXE", (median(found.agent) - median(found.empty)) / 1024, {
    unit: "KB",
  });
}

/** Nothing happens, and so nobody wakes. */
async function idle(where, scale, start) {
  if (start === startUnderWine) await registerAddIns({ agent: true });
  const { outlook, module, end } = await start();
  try {
    await sleep(SETTLE_MS * Math.min(1, scale));
    const pids = [outlook, module];
    const before = pids.map(activityOf);
    const ms = IDLE_MS * Math.min(1, scale);
    await sleep(ms);
    const after = pids.map(activityOf);
    return ["Outlook with the agent", "node with the module"].flatMap((who, index) => {
      const wakeUps = after[index].wakeUps - before[index].wakeUps;
      return [
        fact(`${who}, ${where}: wake-ups in ${ms / 1000} s`, wakeUps, { aim: "0", met: wakeUps === 0 }),
        fact(`${who}, ${where}: processor time in ${ms / 1000} s`, (after[index].cpuNs - before[index].cpuNs) / 1e6, {
          unit: "ms",
        }),
      ];
    });
  } finally {
    await end();
  }
}

async function startUnderWine(connects = true) {
  const { path } = await preparedHome();
  const outlook = await OutlookExe.start(path);
  const module = WineProgram.node("module", [], {
    OUTLOOK_OFFLINE_STATE_HOME: windowsPath(path),
    PREBUILDS_ONLY: "1",
  });
  await module.until(connects ? /"state":"online"/ : /"state":"unknown"/);
  const end = async () => {
    await module.end();
    await outlook.end();
  };
  return { outlook: outlook.pid, module: module.child.pid, end };
}

async function startOnLinux() {
  const { path } = await preparedHome();
  const built = (file) => fromRoot("build/Release", file);
  const args = ["--home", path, "--mapi", built("libsimulated-mapi.so"), "--profile", "Outlook"];
  const outlook = await startUntil(/^ready \d+$/m, built("simulated-outlook"), args, {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const script = fromRoot("bench/servers/windows.mjs");
  const module = await startUntil(/"state":"online"/, process.execPath, [script, fromRoot(), "module"], {
    env: { ...process.env, OUTLOOK_OFFLINE_STATE_HOME: path },
  });
  const end = async () => {
    await module.end();
    await outlook.end();
  };
  return { outlook: outlook.child.pid, module: module.child.pid, end };
}
