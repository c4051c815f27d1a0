// Wrong usage is reported with the fix and exit code 1.
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { npm } from "./support/npm.js";
import { freePort } from "../support/system.js";
import { createFolder, removeFolder } from "../support/temporary-folder.js";

const folder = createFolder();
let dataDirectory: string;
let env: NodeJS.ProcessEnv;

beforeAll(() => {
  dataDirectory = path.join(folder, "data");
  env = { ...process.env, OUTLOOK_OFFLINE_STATE_HOME: dataDirectory };
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

test("reports an unknown option and lists the valid ones", async () => {
  const message = await start(["--prot", "1"]);
  expect(message).toContain("--prot");
  expect(message).toContain("--port N");
});

test.each(["0", "65536", "http", "-1", "1.5", ""])("rejects %j as a port", async (port) => {
  expect(await start([`--port=${port}`])).toMatch(/port.*1 to 65535/s);
});

test("rejects an unexpected argument", async () => {
  expect(await start(["later"])).toContain("later");
});

test("reports that the port is taken", async () => {
  const port = await freePort();
  const other = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
  try {
    const message = await start(["--simulate", "--port", String(port)]);
    expect(message).toContain(String(port));
    expect(message).toMatch(/--port/);
  } finally {
    await new Promise((resolve) => other.close(resolve));
  }
});

test("reports which data directory cannot be written", async () => {
  // A file instead of a folder, because permissions do not apply to root.
  const file = path.join(folder, "file");
  writeFileSync(file, "");
  const message = await start(["--simulate"], { OUTLOOK_OFFLINE_STATE_HOME: file });
  expect(message).toContain(file);
  expect(message).toContain("OUTLOOK_OFFLINE_STATE_HOME");
});

test("reports that the MAPI provider is missing", async () => {
  const library = path.join(folder, "missing.so");
  expect(await start(["--mapi", library, "--port", String(await freePort())])).toContain(library);
});

test("reports that no simulator is running", async () => {
  const { code, stdout, stderr } = await npm(["run", "outlook", "--", "state"], env);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/npm start|start/);
});

test("reports an unknown suite and lists the valid ones", async () => {
  const { code, stderr } = await npm(["test", "--", "everything"], env);
  expect(code).toBe(1);
  expect(stderr).toMatch(/everything.*e2e/s);
});
