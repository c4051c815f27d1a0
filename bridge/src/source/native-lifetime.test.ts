/** Ends of every kind, in processes of their own, while an Outlook changes its state all the time. */
import { describe, expect, test } from "vitest";
import { runWithModule } from "../../../test/support/module-script.js";
import { startOutlook, type SimulatedOutlook } from "../../../test/support/simulated-outlook.js";
import { temporaryHome } from "../../../test/support/temporary-home.js";

const RUNS = 5;

/** Each must end by itself, with exit code 0 and nothing on stderr. */
const ENDINGS: Readonly<Record<string, string>> = {
  "process.exit right after subscribe": `subscribe({ home }, () => {}); process.exit();`,
  "process.exit from the listener": `subscribe({ home }, () => process.exit());`,
  "process.exit with some of many closed": `
    const all = Array.from({ length: 8 }, () => subscribe({ home }, () => {}));
    setTimeout(() => { all.slice(3).forEach((one) => one.close()); process.exit(); }, 20);`,
  "close from the listener, then nothing left to do": `
    const one = subscribe({ home }, () => { one.close(); one.close(); });`,
  "close right after subscribe, then nothing left to do": `
    for (let i = 0; i < 20; i += 1) subscribe({ home }, () => {}).close();`,
  "close in the exit event": `
    const one = subscribe({ home }, () => {});
    process.on("exit", () => { one.close(); one.refresh(); });
    setTimeout(() => process.exit(), 20);`,
  "subscribe in the exit event": `process.on("exit", () => { subscribe({ home }, () => {}); });`,
  "a handle that nobody holds, collected, and then process.exit": `
    let reports = 0;
    subscribe({ home }, () => { reports += 1; });
    const timer = setInterval(() => { gc(); if (reports > 3) process.exit(); }, 5);`,
  "handles closed and collected again and again": `
    let rounds = 0;
    const again = () => {
      gc();
      rounds += 1;
      if (rounds < 20) subscribe({ home }, () => {}).close();
      if (rounds < 20) setImmediate(again);
    };
    again();`,
  "a worker that is terminated": `
    const worker = inWorker('subscribe({ home }, () => {}); parentPort.postMessage("up");');
    worker.on("message", () => setTimeout(() => worker.terminate(), 10));`,
  "a worker that is terminated while its listener runs": `
    const worker = inWorker('subscribe({ home }, () => { parentPort.postMessage("up"); for (;;); });');
    worker.on("message", () => worker.terminate());`,
  "a worker that ends itself from the listener": `
    inWorker('subscribe({ home }, () => process.exit());');`,
  "a worker that closes and has nothing left to do": `
    inWorker('const one = subscribe({ home }, () => one.close());');`,
  "process.exit with workers that listen": `
    let up = 0;
    for (let i = 0; i < 3; i += 1) {
      inWorker('subscribe({ home }, () => parentPort.postMessage("up"));').on("message", () => {
        up += 1;
        if (up === 10) process.exit();
      });
    }`,
};

async function changing(outlook: SimulatedOutlook, task: () => Promise<void>): Promise<void> {
  let over = false;
  const change = async (): Promise<void> => {
    for (let next = "offline"; !over; next = next === "offline" ? "online" : "offline") await outlook.command(next);
  };
  const changes = change();
  try {
    await task();
  } finally {
    over = true;
    await changes;
  }
}

describe("neither hangs nor crashes at", () => {
  test.each(Object.entries(ENDINGS))("%s", async (_name, script) => {
    const home = temporaryHome();
    const outlook = await startOutlook(home);
    await changing(outlook, async () => {
      for (let run = 0; run < RUNS; run += 1) {
        expect(await runWithModule(home, script)).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
      }
    });
    // The agent has survived them all, too.
    expect(await outlook.command("state")).toMatch(/^ok/u);
  });
});

test("keeps the process alive until it is closed", async () => {
  const { code, stdout } = await runWithModule(
    temporaryHome(),
    `const one = subscribe({ home }, () => {});
     setTimeout(() => { console.log("still here"); one.close(); }, 300).unref();`,
  );
  expect({ code, stdout }).toEqual({ code: 0, stdout: "still here\n" });
});

test("what the listener throws is an uncaught exception, and the next report comes all the same", async () => {
  const home = temporaryHome();
  const outlook = await startOutlook(home);
  const fatal = await runWithModule(home, `subscribe({ home }, () => { throw new Error("my mistake"); });`);
  expect(fatal.code).toBe(1);
  expect(fatal.stderr).toContain("my mistake");
  await changing(outlook, async () => {
    const handled = await runWithModule(
      home,
      `let times = 0;
       process.on("uncaughtException", (error) => { times += 1; console.log(error.message); if (times === 2) one.close(); });
       const one = subscribe({ home }, () => { throw new Error("again"); });`,
    );
    expect(handled).toEqual({ code: 0, signal: null, stdout: "again\nagain\n", stderr: "" });
  });
});
