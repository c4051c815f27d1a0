// A second start, and the ways to stop.
import { afterEach, beforeEach, expect, test } from "vitest";
import { Product } from "./support/product.js";
import { npm } from "./support/npm.js";
import { isPortFree, socketsBelow } from "../support/system.js";

let product: Product;

beforeEach(async () => {
  product = await Product.create();
});

afterEach(async () => {
  await product.destroy();
});

async function expectNothingLeft(): Promise<void> {
  expect(await product.processesLeft(2000)).toEqual([]);
  expect(socketsBelow(product.dataDirectory)).toEqual([]);
  expect(await isPortFree(product.port)).toBe(true);
}

test("prints the address of the running bridge at a second npm start", async () => {
  const address = await product.start();
  const second = await npm(["start", "--", "--port", String(product.port), "--simulate"], product.env);
  expect(second.code).toBe(0);
  expect(second.stdout).toContain(address);
  expect(await product.outlook("state"), "the first one keeps running").toContain("online");
});

test("ends everything with exit code 0 on Ctrl+C, which reaches every process of the terminal", async () => {
  await product.start();
  const { pid } = product.run?.child ?? {};
  if (pid === undefined) throw new Error("npm does not run");
  process.kill(-pid, "SIGINT");
  const ended = await product.run?.ended;
  expect(ended?.code).toBe(0);
  expect(ended?.stderr).not.toMatch(/error/i);
  await expectNothingLeft();
});

test("stops the bridge of its data directory with npm stop, and reports when there is none", async () => {
  await product.start();
  const stopped = await npm(["stop"], product.env);
  expect(stopped).toMatchObject({ code: 0, stderr: "" });
  expect(stopped.stdout).toContain(String(product.port));
  expect((await product.run?.ended)?.code).toBe(0);
  await expectNothingLeft();
  const again = await npm(["stop"], product.env);
  expect(again.code).toBe(0);
  expect(again.stdout).toContain("No bridge is running");
});
