// The simulator loads and disables add-ins like Outlook.
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { WindowsDataDirectory } from "./support/bridge.js";
import {
  ADD_INS,
  clearAddIns,
  loadBehavior,
  Outlook,
  registerAgent,
  registerOtherAddIn,
  RESILIENCY,
  unregisterAgent,
} from "./support/outlook.js";
import { binaries, readRegistry, windowsPath, writeRegistry } from "./support/wine.js";

const CLASSES = "HKEY_CURRENT_USER\\Software\\Classes";
const dataDirectory = new WindowsDataDirectory();
const running: Outlook[] = [];

async function start(env: NodeJS.ProcessEnv = {}): Promise<Outlook> {
  const outlook = await Outlook.start(dataDirectory.windows, { env });
  running.push(outlook);
  return outlook;
}

beforeEach(clearAddIns);
afterEach(async () => {
  for (const outlook of running.splice(0)) await outlook.kill();
});
afterAll(() => {
  clearAddIns();
  dataDirectory.remove();
});

test("registers the agent for this user and its bitness only, and removes everything when it unregisters", () => {
  // Windows has a registry view for each bitness. A new Wine prefix has none for 32 bits and shows the other one instead.
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

test("keeps the shared registration while the class of the other bitness is registered", () => {
  registerAgent();
  const [, id = ""] = /CLSID\\(\{579DAA6E[^}]*\})/.exec(readRegistry(`${CLASSES}\\CLSID`)) ?? [];
  writeRegistry({ [`${CLASSES}\\WOW6432Node\\CLSID\\${id}\\InprocServer32`]: { "@": "C:\\x86\\agent.dll" } });
  unregisterAgent();
  expect(loadBehavior()).toBe("0x3");
  writeRegistry({ [`-${CLASSES}\\WOW6432Node\\CLSID\\${id}`]: {} });
  unregisterAgent();
  expect(loadBehavior()).toBeUndefined();
});

test("loads no agent without a registration, and reports that when it is enabled", async () => {
  const outlook = await start();
  expect(await outlook.command("state")).toMatch(/^ok online.*add-in unticked$/);
  expect(await outlook.command("tick")).toMatch(/^error .*no add-in is registered/);
});

test("keeps an add-in disabled across restarts until the user enables it", async () => {
  registerAgent();
  const first = await start();
  expect(await first.command("state")).toMatch(/add-in ticked$/);
  await first.command("untick");
  expect(loadBehavior()).toBe("0x2");
  await first.end("exit");
  const second = await start();
  expect(await second.command("state")).toMatch(/add-in unticked$/);
  expect(await second.command("tick")).toMatch(/^ok/);
  expect(loadBehavior()).toBe("0x3");
});

test("does not load an add-in without a class of this bitness", async () => {
  registerAgent();
  const [, id = ""] = /CLSID\\(\{579DAA6E[^}]*\})/.exec(readRegistry(`${CLASSES}\\CLSID`)) ?? [];
  writeRegistry({
    [`-${CLASSES}\\CLSID\\${id}`]: {},
    [`${CLASSES}\\WOW6432Node\\CLSID\\${id}\\InprocServer32`]: { "@": windowsPath(binaries.agent) },
  });
  const outlook = await start();
  expect(await outlook.command("state")).toMatch(/add-in unticked$/);
  expect(outlook.log).toMatch(/no class for an Outlook of this bitness/);
  writeRegistry({ [`-${CLASSES}\\WOW6432Node\\CLSID\\${id}`]: {} });
});

test("disables an add-in that starts slowly, which the agent does not, from the next start", async () => {
  registerAgent();
  registerOtherAddIn();
  const slow = await start({ OTHER_ADD_IN: "slow" });
  expect(slow.log).toMatch(/Other add-in is too slow/);
  expect(slow.log).not.toMatch(/Outlook Offline State is too slow/);
  await slow.end("exit");
  expect(readRegistry(`${RESILIENCY}\\DisabledItems`)).toMatch(/REG_BINARY\s+01000000/);
  const next = await start();
  expect(next.log).toMatch(/Other add-in has been disabled/);
  expect(await next.command("state")).toMatch(/add-in ticked$/);
});

test("disables an add-in that crashed Outlook at the next start", async () => {
  registerOtherAddIn();
  await expect(start({ OTHER_ADD_IN: "crash" })).rejects.toThrow(/OUTLOOK\.EXE printed ""/);
  const next = await start();
  expect(next.log).toMatch(/Other add-in crashed the last Outlook/);
  expect(await next.command("state")).toMatch(/add-in unticked$/);
});

test("releases all references of the agent and unloads its DLL at a slow shutdown", async () => {
  registerAgent();
  const outlook = await start();
  await outlook.end("quit");
  expect(outlook.log).toMatch(/add-ins hold 0 references to Application/);
  expect(outlook.log).not.toMatch(/references held|keeps its DLL loaded/);
});

test("exits fast when its standard input ends", async () => {
  registerAgent();
  const outlook = await start();
  outlook.closeInput();
  expect(await outlook.ended).toBe(0);
});
