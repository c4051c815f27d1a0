// The module in processes that end in every way while Outlook changes its state all the time.
import { describe, expect, test } from "vitest";
import { runWithModule } from "../../test/support/native-module-script.js";
import { startSimulator, type Simulator } from "../../test/support/simulator.js";
import { temporaryFolder } from "../../test/support/temporary-folder.js";

const RUNS = 5;

/** Each must end with exit code 0 and nothing on stderr. */
const ENDINGS: Readonly<Record<string, string>> = {
  "process.exit right after subscribe": `subscribe({ dataDirectory }, () => {}); process.exit();`,
  "process.exit from the listener": `subscribe({ dataDirectory }, () => process.exit());`,
  "process.exit with some of many closed": `
    const all = Array.from({ length: 8 }, () => subscribe({ dataDirectory }, () => {}));
    setTimeout(() => { all.slice(3).forEach((one) => one.close()); process.exit(); }, 20);`,
  "close from the listener, then nothing left to do": `
    const one = subscribe({ dataDirectory }, () => { one.close(); one.close(); });`,
  "close right after subscribe, then nothing left to do": `
    for (let i = 0; i < 20; i += 1) subscribe({ dataDirectory }, () => {}).close();`,
  "close in the exit event": `
    const one = subscribe({ dataDirectory }, () => {});
    process.on("exit", () => { one.close(); one.refresh(); });
    setTimeout(() => process.exit(), 20);`,
  "subscribe in the exit event": `process.on("exit", () => { subscribe({ dataDirectory }, () => {}); });`,
  "a subscription that nobody holds, collected, and then process.exit": `
    let reports = 0;
    subscribe({ dataDirectory }, () => { reports += 1; });
    const timer = setInterval(() => { gc(); if (reports > 3) process.exit(); }, 5);`,
  "subscriptions closed and collected repeatedly": `
    let rounds = 0;
    const again = () => {
      gc();
      rounds += 1;
      if (rounds < 20) subscribe({ dataDirectory }, () => {}).close();
      if (rounds < 20) setImmediate(again);
    };
    again();`,
  "a worker that is terminated": `
    const worker = inWorker('subscribe({ dataDirectory }, () => {}); parentPort.postMessage("up");');
    worker.on("message", () => setTimeout(() => worker.terminate(), 10));`,
  "a worker that is terminated while its listener runs": `
    const worker = inWorker('subscribe({ dataDirectory }, () => { parentPort.postMessage("up"); for (;;); });');
    worker.on("message", () => worker.terminate());`,
  "a worker that ends itself from the listener": `
    inWorker('subscribe({ dataDirectory }, () => process.exit());');`,
  "a worker that closes and has nothing left to do": `
    inWorker('const one = subscribe({ dataDirectory }, () => one.close());');`,
  "process.exit with workers that listen": `
    let up = 0;
    for (let i = 0; i < 3; i += 1) {
      inWorker('subscribe({ dataDirectory }, () => parentPort.postMessage("up"));').on("message", () => {
        up += 1;
        if (up === 10) process.exit();
      });
    }`,
};

async function changing(outlook: Simulator, task: () => Promise<void>): Promise<void> {
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

describe("the native module neither hangs nor crashes at", () => {
  test.each(Object.entries(ENDINGS))("%s", async (_name, script) => {
    const dataDirectory = temporaryFolder();
    const outlook = await startSimulator(dataDirectory);
    await changing(outlook, async () => {
      for (let run = 0; run < RUNS; run += 1) {
        expect(await runWithModule(dataDirectory, script)).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
      }
    });
    // The agent has survived them all, too.
    expect(await outlook.command("state")).toMatch(/^ok/u);
  });
});

test("keeps the process alive until it is closed", async () => {
  const { code, stdout } = await runWithModule(
    temporaryFolder(),
    `const one = subscribe({ dataDirectory }, () => {});
     setTimeout(() => { console.log("still here"); one.close(); }, 300).unref();`,
  );
  expect({ code, stdout }).toEqual({ code: 0, stdout: "still here\n" });
});

test("makes an error of the listener an uncaught exception, and still delivers the next report", async () => {
  const dataDirectory = temporaryFolder();
  const outlook = await startSimulator(dataDirectory);
  const fatal = await runWithModule(
    dataDirectory,
    `subscribe({ dataDirectory }, () => { throw new Error("my mistake"); });`,
  );
  expect(fatal.code).toBe(1);
  expect(fatal.stderr).toContain("my mistake");
  await changing(outlook, async () => {
    const handled = await runWithModule(
      dataDirectory,
      `let times = 0;
       process.on("uncaughtException", (error) => { times += 1; console.log(error.message); if (times === 2) one.close(); });
       const one = subscribe({ dataDirectory }, () => { throw new Error("again"); });`,
    );
    expect(handled).toEqual({ code: 0, signal: null, stdout: "again\nagain\n", stderr: "" });
  });
});
