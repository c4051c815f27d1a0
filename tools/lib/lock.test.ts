import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { fromRoot } from "./paths.mjs";

const url = pathToFileURL(fromRoot("tools/lib/lock.mjs")).href;

/** A process that does its work in the lock: says when it begins, works, says when it ends. */
function worker(workMs: number): { child: ChildProcess; said: string[] } {
  const script = `import { alone } from ${JSON.stringify(url)};
    await alone(async () => {
      console.log("begins");
      await new Promise((resolve) => setTimeout(resolve, ${workMs}));
      console.log("ends");
    });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said: string[] = [];
  child.stdout.on("data", (data: Buffer) => said.push(...data.toString().trim().split("\n")));
  return { child, said };
}

test("one works, the other waits; when the first is killed the second goes on", async () => {
  const first = worker(60_000);
  await expect.poll(() => first.said, { timeout: 10_000 }).toEqual(["begins"]);
  const second = worker(1);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(second.said).toEqual([]);
  first.child.kill("SIGKILL");
  await once(second.child, "close");
  expect(second.child.exitCode).toBe(0);
  expect(second.said).toEqual(["begins", "ends"]);
});
