// Starting twice, and the ways to stop.
import { afterEach, beforeEach, expect, test } from "vitest";
import { Chain } from "./support/chain.js";
import { npm } from "./support/npm.js";
import { isPortFree, socketsBelow } from "./support/surroundings.js";

let chain: Chain;

beforeEach(async () => {
  chain = await Chain.create();
});

afterEach(async () => {
  await chain.destroy();
});

async function expectNothingLeft(): Promise<void> {
  expect(await chain.processesLeft(2000)).toEqual([]);
  expect(socketsBelow(chain.home)).toEqual([]);
  expect(await isPortFree(chain.port)).toBe(true);
}

test("a second npm start says where the first one is", async () => {
  const address = await chain.start();
  const second = await npm(["start", "--", "--port", String(chain.port), "--simulate"], chain.env);
  expect(second.code).toBe(0);
  expect(second.stdout).toContain(address);
  expect(await chain.outlook("state"), "the first one goes on").toContain("online");
});

test("Ctrl+C, which reaches every process of the terminal, ends everything with exit code 0", async () => {
  await chain.start();
  const { pid } = chain.run?.child ?? {};
  if (pid === undefined) throw new Error("npm does not run");
  process.kill(-pid, "SIGINT");
  const ended = await chain.run?.ended;
  expect(ended?.code).toBe(0);
  expect(ended?.stderr).not.toMatch(/error/i);
  await expectNothingLeft();
});

test("npm stop ends the bridge of its home, and says so when there is none", async () => {
  await chain.start();
  const stopped = await npm(["stop"], chain.env);
  expect(stopped).toMatchObject({ code: 0, stderr: "" });
  expect(stopped.stdout).toContain(String(chain.port));
  expect((await chain.run?.ended)?.code).toBe(0);
  await expectNothingLeft();
  const again = await npm(["stop"], chain.env);
  expect(again.code).toBe(0);
  expect(again.stdout).toContain("No bridge is running");
});
