// A product with an incomplete pane must not start.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { freePort } from "../support/system.js";
import { createFolder, removeFolder } from "../support/temporary-folder.js";

/** Copies the built bridge and pane into a new folder and returns it. */
function product(): string {
  const root = createFolder();
  onTestFinished(() => {
    removeFolder(root);
  });
  mkdirSync(path.join(root, "dist"));
  for (const part of ["package.json", "dist/bundle", "dist/pane"])
    cpSync(fromRoot(part), path.join(root, part), { recursive: true });
  for (const part of ["node_modules", "build"]) symlinkSync(fromRoot(part), path.join(root, part));
  return root;
}

async function start(root: string): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const env = { ...process.env, OUTLOOK_OFFLINE_STATE_HOME: path.join(root, "data") };
  const main = path.join(root, "dist/bundle/main.js");
  const args = [main, "start", "--simulate", "--port", String(await freePort())];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (error, stdout, stderr) => {
      resolve({ code: error?.code, stdout, stderr });
    });
  });
}

const removed = (file: string): void => {
  rmSync(file);
};
const cutOff = (file: string): void => {
  writeFileSync(file, readFileSync(file).subarray(0, 100));
};

test.each<[string, string, (file: string) => void, RegExp]>([
  ["without its service worker", "service-worker.js", removed, /missing/],
  ["without Office.js", "office/office.js", removed, /missing/],
  ["without its page", "taskpane.html", removed, /missing/],
  ["with a page that was cut off", "taskpane.html", cutOff, /damaged/],
  ["without its list of files", "pane-files.json", removed, /missing/],
])("refuses to start %s, and reports the file and the fix", async (_what, name, damage, word) => {
  const root = product();
  const file = path.join(root, "dist/pane", name);
  damage(file);
  const { code, stdout, stderr } = await start(root);
  expect(code).toBe(1);
  expect(stdout).not.toContain("Ready");
  expect(stderr).toContain(file);
  expect(stderr).toMatch(word);
  expect(stderr).toContain("npm run build");
  expect(stderr).not.toMatch(/^\s+at /m);
});
