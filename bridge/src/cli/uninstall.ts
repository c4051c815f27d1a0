/** What `uninstall` does. Returns the exit code. */
import { existsSync } from "node:fs";
import { Failure } from "../failure.js";
import { HOME_VARIABLE, isDataDirectory, resolveHome } from "../home/home.js";
import { windowsContext } from "../install/context.js";
import { lockInstallation } from "../install/lock.js";
import { removeHome, remains } from "../install/files/home.js";
import { refuseOfMsi } from "../install/of-msi.js";
import { STEPS } from "../install/steps/index.js";
import { bridge } from "../install/steps/bridge.js";
import { uninstall } from "../install/uninstall.js";
import { setupOf } from "../install/windows/setup-module.js";
import { say, sayJson } from "./console.js";

export interface UninstallCommandOptions {
  readonly msi?: true;
  readonly keepHistory?: true;
  /** Windows Installer puts another version in its place: only the bridge is ended. */
  readonly stopOnly?: true;
  readonly json?: true;
}

export async function runUninstall({ msi, keepHistory, stopOnly, json }: UninstallCommandOptions): Promise<number> {
  const tell = json === undefined ? say : () => undefined;
  const home = resolveHome();
  const options = { trust: true, sideload: true, msi: msi === true };
  setupOf();
  if (existsSync(home.path) && !isDataDirectory(home))
    throw new Failure(
      `${home.path} is no data directory of this program; nothing was removed`,
      `Set ${HOME_VARIABLE} to the one that it was installed with, or to nothing.`,
    );
  // Windows Installer lets nobody else in, and ends a bridge while another version is being installed.
  const lock = existsSync(home.run) ? await lockInstallation(home) : undefined;
  const context = windowsContext({ options, say: tell, home });
  if (msi === undefined) refuseOfMsi(context, "Remove it in Settings, Apps, or with msiexec /x and the MSI.");
  const runs = setupOf().runningOutlooks().length > 0;
  const removals = await uninstall(stopOnly === true ? [bridge] : STEPS, context);
  lock?.release();
  const problems = removals.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  if (stopOnly === true) {
    if (json !== undefined) sayJson({ ok: problems.length === 0, removals, left: [] });
    return problems.length === 0 ? 0 : 1;
  }
  // What could not be removed is still known by the record.
  const left = problems.length > 0 ? [] : removeHome(home, keepHistory === true);
  const ok = problems.length === 0 && left.length === 0;
  if (json !== undefined) {
    sayJson({ ok, removals, left: [...left, ...(msi === true ? [] : remains(home))] });
  } else if (ok) {
    say("Removed.");
    if (runs) say("Outlook still has the agent loaded; it is silent, and goes when Outlook is closed.");
  } else {
    say(`Not all could be removed: ${[...problems, ...left].join("; ")}`);
    say("Fix what is named and run the command again.");
  }
  return ok ? 0 : 1;
}
