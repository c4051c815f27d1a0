// What a person is told who does something that cannot work: what is wrong, and what mends it; exit code 1.
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { npm } from "./support/npm.js";
import { freePort, freshFolder, removeFolder } from "./support/surroundings.js";

const folder = freshFolder();
let home: string;
let env: NodeJS.ProcessEnv;

beforeAll(() => {
  home = path.join(folder, "home");
  env = { ...process.env, OUTLOOK_OFFLINE_STATE_HOME: home };
});

afterAll(() => {
  removeFolder(folder);
});

async function start(options: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<string> {
  const { code, stdout, stderr } = await npm(["start", "--", ...options], { ...env, ...more });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr, "no stack").not.toMatch(/^\s+at /m);
  return stderr;
}

test("names an unknown option, and those that there are", async () => {
  const told = await start(["--prot", "1"]);
  expect(told).toContain("--prot");
  expect(told).toContain("--port N");
});

test.each(["0", "65536", "http", "-1", "1.5", ""])("refuses %j as a port", async (port) => {
  expect(await start([`--port=${port}`])).toMatch(/port.*1 to 65535/s);
});

test("says so when an argument is none of its own", async () => {
  expect(await start(["later"])).toContain("later");
});

test("says that the port is taken", async () => {
  const port = await freePort();
  const other = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
  try {
    const told = await start(["--simulate", "--port", String(port)]);
    expect(told).toContain(String(port));
    expect(told).toMatch(/--port/);
  } finally {
    await new Promise((resolve) => other.close(resolve));
  }
});

test("says that the home cannot be written, and names it", async () => {
  // Not a folder at all: permissions do not stop root.
  const file = path.join(folder, "file");
  writeFileSync(file, "");
  const told = await start(["--simulate"], { OUTLOOK_OFFLINE_STATE_HOME: file });
  expect(told).toContain(file);
  expect(told).toContain("OUTLOOK_OFFLINE_STATE_HOME");
});

test("says that the MAPI provider is not there", async () => {
  const library = path.join(folder, "missing.so");
  expect(await start(["--mapi", library, "--port", String(await freePort())])).toContain(library);
});

test("says that no simulated Outlook runs", async () => {
  const { code, stdout, stderr } = await npm(["run", "outlook", "--", "state"], env);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/npm start|start/);
});

test("names an unknown suite, and those that there are", async () => {
  const { code, stderr } = await npm(["test", "--", "everything"], env);
  expect(code).toBe(1);
  expect(stderr).toMatch(/everything.*e2e/s);
});
