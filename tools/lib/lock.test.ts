import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fromRoot } from "./paths.mjs";

const url = pathToFileURL(fromRoot("tools/lib/lock.mjs")).href;

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "build-lock-"));
  file = path.join(folder, "build.lock");
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Worker {
  readonly child: ChildProcess;
  readonly output: string[];
  stderr: string;
}

/** A process that works for `workMs` while it has the lock, and prints when it begins and ends. */
function worker(workMs: number): Worker {
  const script = `import { withLock } from ${JSON.stringify(url)};
    await withLock(async () => {
      console.log("begins");
      await new Promise((resolve) => setTimeout(resolve, ${workMs}));
      console.log("ends");
    }, ${JSON.stringify(file)});`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "pipe"] });
  const started: Worker = { child, output: [], stderr: "" };
  child.stdout.on("data", (data: Buffer) => started.output.push(...data.toString().trim().split("\n")));
  child.stderr.on("data", (data: Buffer) => (started.stderr += data.toString()));
  return started;
}

async function finish(started: Worker): Promise<void> {
  if (started.child.exitCode === null) await once(started.child, "close");
  expect(started.stderr).toBe("");
  expect(started.output).toEqual(["begins", "ends"]);
}

test("waits while another process has the lock, and continues when that process is killed", async () => {
  const first = worker(60_000);
  await expect.poll(() => first.output).toEqual(["begins"]);
  const second = worker(1);
  await expect.poll(() => second.stderr).toContain(`process ${first.child.pid} is building in this folder`);
  expect(second.output).toEqual([]);
  first.child.kill("SIGKILL");
  await once(second.child, "close");
  expect(second.output).toEqual(["begins", "ends"]);
});

test("waits for an owner that is suspended", async () => {
  const first = worker(1000);
  await expect.poll(() => first.output).toEqual(["begins"]);
  first.child.kill("SIGSTOP");
  const second = worker(1);
  await expect.poll(() => second.stderr).toContain("is building");
  expect(second.output).toEqual([]);
  first.child.kill("SIGCONT");
  await Promise.all([once(first.child, "close"), once(second.child, "close")]);
  expect([first.output, second.output]).toEqual([
    ["begins", "ends"],
    ["begins", "ends"],
  ]);
});

test("takes over the lock of a killed owner whose process id is in use again", async () => {
  const first = worker(60_000);
  await expect.poll(() => first.output).toEqual(["begins"]);
  const content = await killAndRead(first);
  // This very process stands for the one that got the id.
  writeFileSync(file, content.replace(String(first.child.pid), String(process.pid)));
  await finish(worker(1));
});

test.each(["", "0", "1", "\0\0\0\0", "{}", '{"pid":1}', '{"pid":1,"address":""}', "null"])(
  "takes over a lock with the content %j",
  async (content) => {
    writeFileSync(file, content);
    await finish(worker(1));
  },
);

test("removes its lock when it is done", async () => {
  await finish(worker(1));
  expect(existsSync(file)).toBe(false);
});

test("lets several processes work one after the other, also after a killed owner", async () => {
  const first = worker(60_000);
  await expect.poll(() => first.output).toEqual(["begins"]);
  await killAndRead(first);
  const order: string[] = [];
  const others = Array.from({ length: 4 }, () => worker(50));
  for (const { child } of others)
    child.stdout?.on("data", (data: Buffer) => order.push(...data.toString().trim().split("\n")));
  await Promise.all(others.map(({ child }) => once(child, "close")));
  expect(order).toEqual(Array.from({ length: 4 }, () => ["begins", "ends"]).flat());
});

/** What a killed owner leaves behind. */
async function killAndRead(owner: Worker): Promise<string> {
  owner.child.kill("SIGKILL");
  await once(owner.child, "close");
  return readFileSync(file, "utf8");
}
