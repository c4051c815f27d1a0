import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { run as runTool } from "../../tools/native/compile.mjs";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { startUntil } from "../lib/processes.mjs";
import { preparedDataDirectory } from "../lib/data-directory.mjs";
import { compare, fact, median } from "../lib/measures.mjs";
import { activityOf, memoryOf } from "../lib/procfs.mjs";
import {
  AGENT_NAME,
  EMPTY_NAME,
  keepWineRunning,
  OutlookExe,
  registerAddIns,
  windowsPath,
  WineProgram,
} from "../lib/wine.mjs";
import { notify } from "./03-wine.mjs";

export const title = "In Outlook: start, Notify(), memory and one idle minute";
export const method =
  "The simulated OUTLOOK.EXE under Wine loads the agent and an add-in that does nothing; each is loaded first equally often. It measures both as Outlook does (loading the DLL, creating the object, callbacks), and the callbacks alone. Notify() is measured as in case 3. Memory is the private memory of OUTLOOK.EXE with the agent minus that with the empty add-in. Idle: wake-ups of OUTLOOK.EXE with the agent and of a node.exe with only the native module, connected; then the same on Linux.";

const STARTS = 4;
const SETTLE_MS = 30_000;
const IDLE_MS = 60_000;

export async function run({ rounds, scale }) {
  await runTool([process.execPath, "tools/windows/build.mjs", "--tests"], { stdio: "ignore" });
  const release = await keepWineRunning();
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
    await release();
  }
}

/** Compared with an add-in that does nothing, and with one that only sets a timer, as the agent does. */
async function starts(rounds) {
  const { path } = await preparedDataDirectory();
  const samples = { empty: { agent: [], other: [] }, timer: { agent: [], other: [] } };
  for (let round = 0; round < rounds; round += 1) {
    for (const { agent, other } of Object.values(samples)) for (const side of [agent, other]) side.push([]);
    for (const emptyAs of ["AnEmpty.AddIn", "ZEmpty.AddIn"]) {
      await registerAddIns({ agent: true, emptyAs });
      for (let index = 0; index < STARTS; index += 1) {
        for (const [kind, { agent, other }] of Object.entries(samples)) {
          const outlook = await OutlookExe.start(path, { OTHER_ADD_IN: kind });
          agent[round].push(outlook.startOf(AGENT_NAME));
          other[round].push(outlook.startOf(EMPTY_NAME));
          await outlook.end();
        }
      }
    }
  }
  const sides = ({ agent, other }, part) => {
    const [product, baseline] = [agent, other].map((all) => all.map((one) => one.map((took) => took[part])));
    return { product, baseline };
  };
  const callbacks = "OnConnection and OnStartupComplete";
  const shared = { against: "an empty add-in", unit: "us", target: { atMost: 3 } };
  return [
    compare({
      ...shared,
      ...sides(samples.empty, "whole"),
      name: "start: DLL, object, callbacks",
    }),
    compare({ ...shared, ...sides(samples.empty, "callbacks"), name: callbacks }),
    compare({
      ...shared,
      ...sides(samples.timer, "callbacks"),
      name: callbacks,
      against: "an add-in that only sets a timer",
    }),
  ];
}

async function memory(rounds) {
  const samples = { agent: [], empty: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const which of Object.keys(samples)) {
      await registerAddIns(which === "agent" ? { agent: true } : { emptyAs: "AnEmpty.AddIn" });
      const { outlook, end } = await startUnderWine(which === "agent");
      await sleep(2000);
      samples[which].push(memoryOf(outlook).private);
      await end();
    }
  }
  return fact("agent, private memory of OUTLOOK.EXE", (median(samples.agent) - median(samples.empty)) / 1024, {
    unit: "KB",
  });
}

/** Wake-ups and processor time while nothing happens. */
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
    return ["Outlook with the agent", "Node.js with the module"].flatMap((program, index) => {
      const wakeUps = after[index].wakeUps - before[index].wakeUps;
      return [
        fact(`${program}, ${where}: wake-ups in ${ms / 1000} s`, wakeUps, { target: "0", met: wakeUps === 0 }),
        fact(
          `${program}, ${where}: processor time in ${ms / 1000} s`,
          (after[index].cpuNs - before[index].cpuNs) / 1e6,
          {
            unit: "ms",
          },
        ),
      ];
    });
  } finally {
    await end();
  }
}

async function startUnderWine(connects = true) {
  const { path } = await preparedDataDirectory();
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
  const { path } = await preparedDataDirectory();
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
