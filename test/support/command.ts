/** Runs the command line in a data directory of its own. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { productRoot } from "../../bridge/src/version.js";
import { temporaryFolder } from "./temporary-folder.js";

const MAIN = join(productRoot, "dist", "bridge", "src", "cli", "main.js");

export interface CommandResult {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export function runCommand(...words: readonly string[]): Promise<CommandResult> {
  return runCommandIn(temporaryFolder(), ...words);
}

export function runCommandIn(dataDirectory: string, ...words: readonly string[]): Promise<CommandResult> {
  return runCommandWith({}, dataDirectory, ...words);
}

/** `more` is added to the environment. */
export function runCommandWith(
  more: NodeJS.ProcessEnv,
  dataDirectory: string,
  ...words: readonly string[]
): Promise<CommandResult> {
  const env = { ...process.env, ...more, OUTLOOK_OFFLINE_STATE_HOME: dataDirectory };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...words], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}
