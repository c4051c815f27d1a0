/** The module itself, through the real agent in the real simulated Outlook. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { runWithModule } from "../../../test/support/module-script.js";
import { collect, state } from "../../../test/support/reports.js";
import { startOutlook } from "../../../test/support/simulated-outlook.js";
import { temporaryHome } from "../../../test/support/temporary-home.js";
import { loadNativeBinding, loadNativeModule } from "./native-binding.js";
import { createNativeSource } from "./native-source.js";

/** Calls the module as untyped JavaScript can. */
function subscribe(...values: readonly unknown[]): unknown {
  const loaded = loadNativeModule();
  if (typeof loaded !== "object" || loaded === null || !("subscribe" in loaded)) throw new Error("no module");
  const { subscribe: native } = loaded;
  if (typeof native !== "function") throw new Error("no function");
  return Reflect.apply(native, undefined, values);
}

test.each<readonly [readonly unknown[], string]>([
  [[], "options"],
  [[undefined, () => undefined], "options"],
  [["/home", () => undefined], "options"],
  [[{ home: 5 }, () => undefined], "options.home"],
  [[{ home: null }, () => undefined], "options.home"],
  [[{ home: "/a\0b" }, () => undefined], "options.home"],
  [[{ home: "/a" }], "listener"],
  [[{ home: "/a" }, {}], "listener"],
])("%j throws a TypeError that names %s", (values, name) => {
  expect(() => subscribe(...values)).toThrow(TypeError);
  expect(() => subscribe(...values)).toThrow(name);
});

test("what a getter of the options throws comes through", () => {
  const options = {
    get home(): string {
      throw new RangeError("mine");
    },
  };
  expect(() => subscribe(options, () => undefined)).toThrow(RangeError);
});

test("without a home it is that of the environment", async () => {
  const home = temporaryHome();
  const { stdout } = await runWithModule(
    "",
    `process.env.OUTLOOK_OFFLINE_STATE_HOME = ${JSON.stringify(home)};
     for (const options of [{}, { home: undefined }, { home: "" }]) {
       const one = subscribe(options, (report) => { console.log(report.source.detail); one.close(); });
     }`,
  );
  expect(stdout.split(home)).toHaveLength(4);
});

test("every subscription of a process hears every change, and one that closes does not disturb the others", async () => {
  const home = temporaryHome();
  const outlook = await startOutlook(home);
  const source = createNativeSource(loadNativeBinding(), { home });
  const all = Array.from({ length: 5 }, () => collect(source));
  await Promise.all(all.map((one) => one.next(state("online"))));
  all[0]?.close();
  await outlook.command("offline");
  await Promise.all(all.slice(1).map((one) => one.next(state("offline"))));
  expect(all[0]?.all.some(state("offline"))).toBe(false);
});

test("nothing is reported after close, whatever was on its way", async () => {
  const home = temporaryHome();
  const outlook = await startOutlook(home);
  const reports = collect(createNativeSource(loadNativeBinding(), { home }));
  await reports.next(state("online"));
  await outlook.command("offline");
  reports.close();
  const said = reports.all.length;
  reports.refresh();
  await outlook.command("online");
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(reports.all).toHaveLength(said);
});

test("delivers every change in order, with promises and ticks between two of them", async () => {
  const home = temporaryHome();
  const outlook = await startOutlook(home);
  const binding = loadNativeBinding();
  const order: string[] = [];
  const done = new Promise<void>((resolve) => {
    const subscription = binding.subscribe({ home }, (report) => {
      const { number } = report as { number: number };
      order.push(`report ${number}`);
      void Promise.resolve().then(() => order.push(`promise ${number}`));
      if (order.length < 40) return;
      subscription.close();
      resolve();
    });
  });
  for (let change = 0; change < 40; change += 1) await outlook.command(change % 2 === 0 ? "offline" : "online");
  await done;
  const reported = order.filter((entry) => entry.startsWith("report"));
  expect(order).toEqual(reported.flatMap((entry) => [entry, entry.replace("report", "promise")]));
  // A reading of a state that stays has its number again.
  const numbers = [...new Set(reported.map((entry) => Number(entry.split(" ")[1])))];
  expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  expect(numbers.length).toBeGreaterThan(10);
});

test("a thread that was busy for 600 changes gets the last 256 of them, the newest at the end", async () => {
  const home = temporaryHome();
  const outlook = await startOutlook(home);
  const busy = join(home, "busy");
  const free = join(home, "free");
  const running = runWithModule(
    home,
    `const { existsSync, writeFileSync } = require("node:fs");
     const numbers = [];
     const one = subscribe({ home }, ({ number }) => {
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
  // A few may still have been on their way when the thread was free again.
  expect(numbers.length).toBeGreaterThanOrEqual(257);
  expect(numbers.length).toBeLessThan(400);
});

test("works in worker threads beside the main thread", async () => {
  const home = temporaryHome();
  const outlook = await startOutlook(home);
  const running = runWithModule(
    home,
    `const said = [];
     const tell = (who, state) => {
       if (state !== "offline" || said.includes(who)) return;
       said.push(who);
       if (said.length === 3) { main.close(); console.log(said.sort().join()); process.exit(); }
     };
     const main = subscribe({ home }, ({ state }) => tell("main", state));
     for (const name of ["one", "two"]) {
       inWorker('subscribe({ home }, ({ state }) => parentPort.postMessage(state));').on("message", (state) => tell(name, state));
     }`,
  );
  await outlook.command("offline");
  expect(await running).toMatchObject({ code: 0, stdout: "main,one,two\n", stderr: "" });
});
