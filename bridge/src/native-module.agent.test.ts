// The native module, connected to the agent in the simulator.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { runWithModule } from "../../test/support/native-module-script.js";
import { collectReports, reason, state } from "../../test/support/reports.js";
import { startSimulator } from "../../test/support/simulator.js";
import { temporaryFolder } from "../../test/support/temporary-folder.js";
import { loadNativeModule } from "./native-module.js";

/** Calls the module as untyped JavaScript can. */
function subscribe(...values: readonly unknown[]): unknown {
  const native: { readonly subscribe: (...values: never[]) => unknown } = loadNativeModule();
  return Reflect.apply(native.subscribe, undefined, values);
}

test.each<readonly [readonly unknown[], string]>([
  [[], "options"],
  [[undefined, () => undefined], "options"],
  [["/home", () => undefined], "options"],
  [[{ dataDirectory: 5 }, () => undefined], "options.dataDirectory"],
  [[{ dataDirectory: null }, () => undefined], "options.dataDirectory"],
  [[{ dataDirectory: "/a\0b" }, () => undefined], "options.dataDirectory"],
  [[{ dataDirectory: "/a" }], "listener"],
  [[{ dataDirectory: "/a" }, {}], "listener"],
])("subscribe(%j) throws a TypeError that names %s", (values, name) => {
  expect(() => subscribe(...values)).toThrow(TypeError);
  expect(() => subscribe(...values)).toThrow(name);
});

test("rethrows an error of a getter of the options", () => {
  const options = {
    get dataDirectory(): string {
      throw new RangeError("mine");
    },
  };
  expect(() => subscribe(options, () => undefined)).toThrow(RangeError);
});

test("uses the data directory of the environment if none is given", async () => {
  const dataDirectory = temporaryFolder();
  const { stdout } = await runWithModule(
    "",
    `process.env.OUTLOOK_OFFLINE_STATE_HOME = ${JSON.stringify(dataDirectory)};
     for (const options of [{}, { dataDirectory: undefined }, { dataDirectory: "" }]) {
       const one = subscribe(options, (report) => { console.log(report.source.detail); one.close(); });
     }`,
  );
  expect(stdout.split(dataDirectory)).toHaveLength(4);
});

test("reports to every subscription of a process, whether or not another one closes", async () => {
  const dataDirectory = temporaryFolder();
  const outlook = await startSimulator(dataDirectory);
  const all = Array.from({ length: 5 }, () => collectReports(dataDirectory));
  await Promise.all(all.map((one) => one.next(state("online"))));
  all[0]?.close();
  await outlook.command("offline");
  await Promise.all(all.slice(1).map((one) => one.next(state("offline"))));
  expect(all[0]?.all.some(state("offline"))).toBe(false);
});

test("reports nothing after close", async () => {
  const dataDirectory = temporaryFolder();
  const outlook = await startSimulator(dataDirectory);
  const reports = collectReports(dataDirectory);
  await reports.next(state("online"));
  await outlook.command("offline");
  reports.close();
  const said = reports.all.length;
  reports.refresh();
  await outlook.command("online");
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(reports.all).toHaveLength(said);
});

test("reports in order, and runs promises and ticks between two reports", async () => {
  const dataDirectory = temporaryFolder();
  const outlook = await startSimulator(dataDirectory);
  const native = loadNativeModule();
  const order: string[] = [];
  const done = new Promise<void>((resolve) => {
    const subscription = native.subscribe({ dataDirectory }, (report) => {
      const { number } = report as { number: number };
      order.push(`report ${number}`);
      void Promise.resolve().then(() => order.push(`promise ${number}`));
      if (order.length < 40) return;
      subscription.close();
      resolve();
    });
  });
  for (let change = 0; order.length < 40; change += 1) await outlook.command(change % 2 === 0 ? "offline" : "online");
  await done;
  const reported = order.filter((entry) => entry.startsWith("report"));
  expect(order).toEqual(reported.flatMap((entry) => [entry, entry.replace("report", "promise")]));
  // A reading of an unchanged state repeats its number, and a change that is overtaken by another one is skipped.
  const numbers = [...new Set(reported.map((entry) => Number(entry.split(" ")[1])))];
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect(numbers.length).toBeGreaterThan(10);
});

test("reports only the newest of 600 changes that happened while the thread was busy", async () => {
  const dataDirectory = temporaryFolder();
  const outlook = await startSimulator(dataDirectory);
  const busy = join(dataDirectory, "busy");
  const free = join(dataDirectory, "free");
  const running = runWithModule(
    dataDirectory,
    `const { existsSync, writeFileSync } = require("node:fs");
     const numbers = [];
     const one = subscribe({ dataDirectory }, ({ number }) => {
       numbers.push(number);
       if (numbers.length === 1) {
         writeFileSync(${JSON.stringify(busy)}, "");
         while (!existsSync(${JSON.stringify(free)}));
       }
       if (number !== numbers[0] + 600) return;
       one.close();
       console.log(JSON.stringify(numbers));
     });`,
  );
  await vi.waitUntil(() => existsSync(busy), { timeout: 10_000 });
  for (let change = 0; change < 600; change += 1) await outlook.command(change % 2 === 0 ? "offline" : "online");
  writeFileSync(free, "");
  const numbers = JSON.parse((await running).stdout) as readonly number[];
  expect([...numbers].sort((a, b) => a - b)).toEqual(numbers);
  // The last few may have happened when the thread was free again.
  expect(numbers.length).toBeLessThan(20);
});

test("works in worker threads and the main thread at once", async () => {
  const dataDirectory = temporaryFolder();
  const outlook = await startSimulator(dataDirectory);
  const running = runWithModule(
    dataDirectory,
    `const reported = [];
     const report = (who, state) => {
       if (state !== "offline" || reported.includes(who)) return;
       reported.push(who);
       if (reported.length === 3) { main.close(); console.log(reported.sort().join()); process.exit(); }
     };
     const main = subscribe({ dataDirectory }, ({ state }) => report("main", state));
     for (const name of ["one", "two"]) {
       inWorker('subscribe({ dataDirectory }, ({ state }) => parentPort.postMessage(state));').on("message", (state) => report(name, state));
     }`,
  );
  await outlook.command("offline");
  expect(await running).toMatchObject({ code: 0, stdout: "main,one,two\n", stderr: "" });
});

test("reports at once that Outlook is not running, with its evidence", async () => {
  const dataDirectory = temporaryFolder();
  const first = await collectReports(dataDirectory).next();
  expect(first).toEqual({
    state: "unknown",
    since: null,
    ageMs: expect.any(Number) as number,
    number: 0,
    confirmedAt: null,
    source: {
      status: "unavailable",
      reason: "outlook-not-running",
      detail: expect.stringContaining(join(dataDirectory, "run", "agent.sock")) as string,
    },
  });
});

test("reports the state of an Outlook that runs already, and each change with its time", async () => {
  const dataDirectory = temporaryFolder();
  const outlook = await startSimulator(dataDirectory, { version: "16.0.5.6" });
  const reports = collectReports(dataDirectory);
  const first = await reports.next(state("online"));
  expect(first.source).toEqual({
    status: "listening",
    profile: "Outlook",
    outlook: "16.0.5.6",
    notifies: { online: true, offline: true },
  });
  expect(first.agent).toMatch(/^\d+\.\d+\.\d+$/u);
  const before = Date.now();
  expect(await outlook.command("offline")).toMatch(/^ok/u);
  const second = await reports.next(state("offline"));
  const after = Date.now();
  expect(second.number).toBe(first.number + 1);
  expect(second.since).toBeGreaterThanOrEqual(before - 1);
  expect(second.since).toBeLessThanOrEqual(after + 1);
  expect(second.ageMs).toBeLessThanOrEqual(after - before + 1);
});

test("measures the age when it reports", async () => {
  const dataDirectory = temporaryFolder();
  const outlook = await startSimulator(dataDirectory);
  const before = Date.now();
  await outlook.command("offline");
  await new Promise((resolve) => setTimeout(resolve, 300));
  const first = await collectReports(dataDirectory).next(state("offline"));
  expect(first.ageMs).toBeGreaterThanOrEqual(290);
  expect(first.ageMs).toBeLessThanOrEqual(Date.now() - before + 1);
});

test("finds an Outlook that starts later, is killed, and starts again", async () => {
  const dataDirectory = temporaryFolder();
  const reports = collectReports(dataDirectory);
  await reports.next(reason("outlook-not-running"));
  for (let life = 0; life < 3; life += 1) {
    const outlook = await startSimulator(dataDirectory);
    await reports.next(state("online"));
    await outlook.kill();
    const lost = await reports.next(reason("outlook-not-running"));
    expect(lost.state).toBe("unknown");
    expect(lost.since).not.toBeNull();
    expect(lost.agent).toBeUndefined();
  }
});

test("reports no state while it does not listen to Outlook", async () => {
  const dataDirectory = temporaryFolder();
  const reports = collectReports(dataDirectory);
  for (const ending of ["quit", "exit", "crash"]) {
    const outlook = await startSimulator(dataDirectory);
    await reports.next(state("online"));
    await outlook.command(ending);
    await reports.next(reason("outlook-not-running"));
  }
  expect(reports.all.filter(({ source }) => source.status !== "listening").map((report) => report.state)).toEqual(
    reports.all.filter(({ source }) => source.status !== "listening").map(() => "unknown"),
  );
});

test("reports that Outlook is not running once it has closed", async () => {
  const dataDirectory = temporaryFolder();
  const outlook = await startSimulator(dataDirectory);
  const reports = collectReports(dataDirectory);
  await reports.next(state("online"));
  await outlook.command("quit");
  // "stopped" comes before it, unless it is overtaken.
  await reports.next(reason("outlook-not-running"));
  expect(reports.all.at(-1)?.state).toBe("unknown");
});

test("distinguishes an unloaded add-in from an Outlook that is not running", async () => {
  const dataDirectory = temporaryFolder();
  const outlook = await startSimulator(dataDirectory);
  const reports = collectReports(dataDirectory);
  await reports.next(state("online"));
  await outlook.command("untick");
  await reports.next(reason("agent-missing"));
  await outlook.command("tick");
  await reports.next(state("online"));
  await outlook.command("untick");
  await reports.next(reason("agent-missing"));
  await outlook.kill();
  reports.refresh();
  await reports.next(reason("outlook-not-running"));
});

test("looks again whether Outlook runs without the agent when it is refreshed", async () => {
  const dataDirectory = temporaryFolder();
  const outlook = await startSimulator(dataDirectory);
  await outlook.command("untick");
  const reports = collectReports(dataDirectory);
  await reports.next(reason("agent-missing"));
  await outlook.kill();
  reports.refresh();
  await reports.next(reason("outlook-not-running"));
});

test("finds a change that Outlook did not notify, and reads the Outbox, when it is refreshed", async () => {
  const dataDirectory = temporaryFolder();
  const outlook = await startSimulator(dataDirectory);
  const reports = collectReports(dataDirectory);
  // The agent reads when the bridge connects.
  const first = await reports.next(({ reading }) => reading !== undefined);
  expect(first).toMatchObject({ state: "online", reading: { exchangeConnectionMode: 700, outboxItems: 0 } });
  expect(await outlook.command("silent offline")).toMatch(/^ok/u);
  const refreshed = Date.now();
  reports.refresh();
  const found = await reports.next(state("offline"));
  expect(found.since).toBeNull();
  expect(found.number).toBe(first.number + 1);
  expect(found.confirmedAt).toBeGreaterThanOrEqual(refreshed - 2);
  expect(found.confirmedAt).toBeLessThanOrEqual(Date.now() + 2);
  expect(found.reading).toMatchObject({ exchangeConnectionMode: 200, outboxItems: 0 });

  // An item that is sent is reason enough, and the state that stays is confirmed.
  expect(await outlook.command("outbox 3")).toMatch(/^ok/u);
  const sent = await reports.next(({ reading }) => reading?.outboxItems === 3);
  expect(sent).toMatchObject({ state: "offline", number: found.number });
  expect(sent.confirmedAt).toBeGreaterThan(found.confirmedAt ?? Number.NaN);
  expect(sent.reading?.at).toBeGreaterThanOrEqual(refreshed);

  expect(await outlook.command("connection none")).toMatch(/^ok/u);
  reports.refresh();
  const without = await reports.next(({ reading }) => reading?.exchangeConnectionMode === 0);
  expect(without.reading?.outboxItems).toBeUndefined();
});

test("reports nothing for a START alone, and the last state of a transition", async () => {
  const dataDirectory = temporaryFolder();
  const outlook = await startSimulator(dataDirectory);
  const reports = collectReports(dataDirectory);
  const first = await reports.next(state("online"));
  await outlook.command("transition start offline");
  await outlook.command("transition done offline");
  const offline = await reports.next(state("offline"));
  expect(offline.number).toBe(first.number + 1);
  expect(offline.since).not.toBeNull();
  await outlook.command("transition statechange online");
  await outlook.command("transition done offline");
  await reports.next(state("online"));
  await reports.next(state("offline"));
  await outlook.command("transition start online");
  const refreshed = Date.now();
  reports.refresh();
  const confirmed = await reports.next(({ confirmedAt }) => (confirmedAt ?? 0) > refreshed);
  expect(confirmed.state).toBe("offline");
});

test("finds the agent although a file was at the place of its socket", async () => {
  const dataDirectory = temporaryFolder();
  mkdirSync(join(dataDirectory, "run"), { mode: 0o700 });
  writeFileSync(join(dataDirectory, "run", "agent.sock"), "no socket");
  const reports = collectReports(dataDirectory);
  await reports.next(reason("outlook-not-running"));
  await startSimulator(dataDirectory);
  await reports.next(state("online"));
  expect(existsSync(join(dataDirectory, "run", "agent.sock"))).toBe(true);
});
