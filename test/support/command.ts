/** The product's command, run to its end in a home of its own. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { productRoot } from "../../bridge/src/version.js";
import { temporaryHome } from "./temporary-home.js";

const MAIN = join(productRoot, "dist", "bridge", "src", "cli", "main.js");

export interface Ended {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export function runCommand(...words: readonly string[]): Promise<Ended> {
  return runCommandIn(temporaryHome(), ...words);
}

export function runCommandIn(home: string, ...words: readonly string[]): Promise<Ended> {
  const env = { ...process.env, OUTLOOK_OFFLINE_STATE_HOME: home };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...words], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}
