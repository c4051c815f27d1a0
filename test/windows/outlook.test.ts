// The simulated Outlook does with add-ins what Outlook does.
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { WindowsHome } from "./support/bridge.js";
import {
  ADD_INS,
  forgetAddIns,
  loadBehavior,
  Outlook,
  registerAgent,
  registerOtherAddIn,
  RESILIENCY,
  unregisterAgent,
} from "./support/outlook.js";
import { binaries, readRegistry, windowsPath, writeRegistry } from "./support/wine.js";

const CLASSES = "HKEY_CURRENT_USER\\Software\\Classes";
const home = new WindowsHome();
const running: Outlook[] = [];

async function start(env: NodeJS.ProcessEnv = {}): Promise<Outlook> {
  const outlook = await Outlook.start(home.windows, { env });
  running.push(outlook);
  return outlook;
}

beforeEach(forgetAddIns);
afterEach(async () => {
  for (const outlook of running.splice(0)) await outlook.kill();
});
afterAll(() => {
  forgetAddIns();
  home.remove();
});

test("the agent registers for this user alone, in the view of its bitness, and leaves nothing when it unregisters", () => {
  // Windows has a view for each bitness; a new Wine prefix has none for 32 bits, and then shows the other in its place.
  writeRegistry({ [`${CLASSES}\\WOW6432Node\\CLSID`]: {} });
  registerAgent();
  const machine = readRegistry("HKEY_LOCAL_MACHINE\\Software\\Classes\\OutlookOfflineState.Agent");
  expect(machine).toBe("");
  expect(readRegistry(`${CLASSES}\\CLSID`, "/reg:64")).toMatch(/offline-state-agent\.dll[^]*Apartment/);
  expect(readRegistry(`${CLASSES}\\CLSID`, "/reg:32")).not.toMatch(/offline-state-agent/);
  expect(loadBehavior()).toBe("0x3");
  unregisterAgent();
  expect(readRegistry(CLASSES)).not.toMatch(/OfflineState|offline-state-agent/);
  expect(readRegistry(ADD_INS)).not.toMatch(/OfflineState/);
});

test("the class of the other bitness keeps what both have in common", () => {
  registerAgent();
  const [, id = ""] = /CLSID\\(\{579DAA6E[^}]*\})/.exec(readRegistry(`${CLASSES}\\CLSID`)) ?? [];
  writeRegistry({ [`${CLASSES}\\WOW6432Node\\CLSID\\${id}\\InprocServer32`]: { "@": "C:\\x86\\agent.dll" } });
  unregisterAgent();
  expect(loadBehavior()).toBe("0x3");
  writeRegistry({ [`-${CLASSES}\\WOW6432Node\\CLSID\\${id}`]: {} });
  unregisterAgent();
  expect(loadBehavior()).toBeUndefined();
});

test("without a registration there is no agent, and ticking says so", async () => {
  const outlook = await start();
  expect(await outlook.tell("state")).toMatch(/^ok online.*add-in unticked$/);
  expect(await outlook.tell("tick")).toMatch(/^error .*no add-in is registered/);
});

test("an add-in that the user has unticked stays so, over restarts too, until it is ticked", async () => {
  registerAgent();
  const first = await start();
  expect(await first.tell("state")).toMatch(/add-in ticked$/);
  await first.tell("untick");
  expect(loadBehavior()).toBe("0x2");
  await first.end("exit");
  const second = await start();
  expect(await second.tell("state")).toMatch(/add-in unticked$/);
  expect(await second.tell("tick")).toMatch(/^ok/);
  expect(loadBehavior()).toBe("0x3");
});

test("an add-in without a class of this bitness is not loaded", async () => {
  registerAgent();
  const [, id = ""] = /CLSID\\(\{579DAA6E[^}]*\})/.exec(readRegistry(`${CLASSES}\\CLSID`)) ?? [];
  writeRegistry({
    [`-${CLASSES}\\CLSID\\${id}`]: {},
    [`${CLASSES}\\WOW6432Node\\CLSID\\${id}\\InprocServer32`]: { "@": windowsPath(binaries.agent) },
  });
  const outlook = await start();
  expect(await outlook.tell("state")).toMatch(/add-in unticked$/);
  expect(outlook.log).toMatch(/no class for an Outlook of this bitness/);
  writeRegistry({ [`-${CLASSES}\\WOW6432Node\\CLSID\\${id}`]: {} });
});

test("an add-in that starts slowly is disabled from the next start on, and the agent is not it", async () => {
  registerAgent();
  registerOtherAddIn();
  const slow = await start({ OTHER_ADD_IN: "slow" });
  expect(slow.log).toMatch(/Other add-in is too slow/);
  expect(slow.log).not.toMatch(/Outlook Offline State is too slow/);
  await slow.end("exit");
  expect(readRegistry(`${RESILIENCY}\\DisabledItems`)).toMatch(/REG_BINARY\s+01000000/);
  const next = await start();
  expect(next.log).toMatch(/Other add-in has been disabled/);
  expect(await next.tell("state")).toMatch(/add-in ticked$/);
});

test("an add-in that crashed Outlook is disabled at the next start", async () => {
  registerOtherAddIn();
  await expect(start({ OTHER_ADD_IN: "crash" })).rejects.toThrow(/OUTLOOK\.EXE said ""/);
  const next = await start();
  expect(next.log).toMatch(/Other add-in crashed the last Outlook/);
  expect(await next.tell("state")).toMatch(/add-in unticked$/);
});

test("a slow shutdown leaves no reference of the agent's behind, and unloads its DLL", async () => {
  registerAgent();
  const outlook = await start();
  await outlook.end("quit");
  expect(outlook.log).toMatch(/add-ins hold 0 references to Application/);
  expect(outlook.log).not.toMatch(/references held|keeps its DLL loaded/);
});

test("an Outlook whose standard input ends exits fast", async () => {
  registerAgent();
  const outlook = await start();
  outlook.closeInput();
  expect(await outlook.ended).toBe(0);
});
