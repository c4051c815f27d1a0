// A 32-bit Outlook with a 64-bit bridge: agent and simulator are 32-bit here, the module is 64-bit.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { runner32Bit } from "../../tools/native/run-32-bit.mjs";
import { collectReports, reason, state } from "../support/reports.js";
import { startSimulator } from "../support/simulator.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const executable = fromRoot("build/m32-simulated/simulated-outlook");
const runner = runner32Bit();
const mapi = fromRoot("build/m32-simulated/libsimulated-mapi.so");

/** The class in the header of an ELF file: 1 for 32 bits, 2 for 64 bits. */
const elfClass = (file: string): number => readFileSync(file)[4] ?? 0;

beforeAll(() => {
  execFileSync(process.execPath, [fromRoot("tools/native/simulator.mjs"), "m32"], { stdio: "pipe" });
}, 180_000);

test("uses a 32-bit agent and a 64-bit module", () => {
  expect(elfClass(executable)).toBe(1);
  expect(elfClass(mapi)).toBe(1);
  expect(elfClass(fromRoot("build/Release/offline_state.node"))).toBe(2);
});

test("decodes every field of a 32-bit agent's status correctly", async () => {
  const dataDirectory = temporaryFolder();
  const reports = collectReports(dataDirectory);
  await reports.next(reason("outlook-not-running"));
  const from = Date.now();
  const outlook = await startSimulator(dataDirectory, {
    executable,
    runner,
    mapi,
    profile: "Büro 日本",
    version: "16.0.1.2",
  });
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

test("keeps the sign of an HRESULT of a 32-bit agent", async () => {
  const dataDirectory = temporaryFolder();
  const reports = collectReports(dataDirectory);
  // The simulated MAPI only accepts a process with Outlook's name.
  const renamed = `${dataDirectory}/another-name`;
  execFileSync("cp", [executable, renamed]);
  await startSimulator(dataDirectory, { executable: renamed, runner, mapi });
  const failed = await reports.next(reason("open-failed"));
  expect(failed.source).toMatchObject({ code: "0x8004010F" });
});
