// A 32-bit Outlook is common, and the bridge has 64 bits: here the agent and the simulated Outlook have 32, the module 64.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { loadNativeBinding } from "../../bridge/src/source/native-binding.js";
import { createNativeSource } from "../../bridge/src/source/native-source.js";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { runner32Bit } from "../../tools/native/run-32-bit.mjs";
import { collect, reason, state } from "../support/reports.js";
import { startOutlook } from "../support/simulated-outlook.js";
import { temporaryHome } from "../support/temporary-home.js";

const executable = fromRoot("build/m32-simulated/simulated-outlook");
const runner = runner32Bit();
const mapi = fromRoot("build/m32-simulated/libsimulated-mapi.so");

/** 1: 32 bits, 2: 64 bits; in the header of every ELF file. */
const elfClass = (file: string): number => readFileSync(file)[4] ?? 0;

beforeAll(() => {
  execFileSync(process.execPath, [fromRoot("tools/native/simulated.mjs"), "m32"], { stdio: "pipe" });
}, 180_000);

test("agent and module are of different bitness", () => {
  expect(elfClass(executable)).toBe(1);
  expect(elfClass(mapi)).toBe(1);
  expect(elfClass(fromRoot("build/Release/offline_state.node"))).toBe(2);
});

test("every picture of a 32-bit agent is read as it was meant: states, times, capabilities, texts, and why it leaves", async () => {
  const home = temporaryHome();
  const reports = collect(createNativeSource(loadNativeBinding(), { home }));
  await reports.next(reason("outlook-not-running"));
  const from = Date.now();
  const outlook = await startOutlook(home, { executable, runner, mapi, profile: "Büro 日本", version: "16.0.1.2" });
  const first = await reports.next(state("online"));
  expect(first).toMatchObject({
    since: null,
    source: {
      status: "listening",
      profile: "Büro 日本",
      outlook: "16.0.1.2",
      notifies: { online: true, offline: true },
    },
  });

  await outlook.command("offline");
  const offline = await reports.next(state("offline"));
  expect(offline.number).toBe(first.number + 1);
  expect(offline.since).toBeGreaterThanOrEqual(from);
  expect(offline.since).toBeLessThanOrEqual(Date.now());
  expect(offline.ageMs).toBeLessThan(60_000);

  await outlook.command("noise");
  await outlook.command("online");
  expect((await reports.next()).number).toBe(offline.number + 1);

  await outlook.command("capabilities offline");
  const oneWay = await reports.next(({ source }) => source.status === "listening");
  expect(oneWay.source).toMatchObject({ notifies: { online: false, offline: true } });
  await outlook.command("capabilities none");
  await reports.next(reason("no-notifications"));
  await outlook.command("capabilities both");
  await reports.next(state("online"));

  await outlook.command("quit");
  await reports.next(reason("outlook-not-running"));
});

test("an HRESULT of a 32-bit agent keeps its sign", async () => {
  const home = temporaryHome();
  const reports = collect(createNativeSource(loadNativeBinding(), { home }));
  // Under another name it is not Outlook for MAPI.
  const renamed = `${home}/another-name`;
  execFileSync("cp", [executable, renamed]);
  await startOutlook(home, { executable: renamed, runner, mapi });
  const failed = await reports.next(reason("open-failed"));
  expect(failed.source).toMatchObject({ code: "0x8004010F" });
});
