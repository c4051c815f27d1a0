/** The command `uninstall`. */
import { existsSync } from "node:fs";
import { DATA_DIRECTORY_VARIABLE, isDataDirectory, resolveDataDirectory } from "../data-directory.js";
import { windowsContext } from "../install/context.js";
import { STEPS, uninstall } from "../install/install.js";
import { lockInstallation } from "../install/lock.js";
import { refuseIfMsi } from "../install/preflight.js";
import { remainingFiles, removeDataDirectory } from "../install/removal.js";
import { bridge } from "../install/steps/bridge.js";
import { windowsFunctions } from "../install/windows.js";
import { UserError } from "../user-error.js";
import { printLine, printJson } from "./console.js";

export interface UninstallOptions {
  readonly msi?: true;
  readonly keepHistory?: true;
  /** During an upgrade of the MSI: only stop the bridge. */
  readonly stopOnly?: true;
  readonly json?: true;
}

/** Returns the exit code. */
export async function runUninstall({ msi, keepHistory, stopOnly, json }: UninstallOptions): Promise<number> {
  const dataDirectory = resolveDataDirectory();
  const windows = windowsFunctions();
  if (existsSync(dataDirectory.path) && !isDataDirectory(dataDirectory))
    throw new UserError(
      `nothing was removed: ${dataDirectory.path} is not a data directory of this program`,
      `Set ${DATA_DIRECTORY_VARIABLE} to the data directory of the installation, or unset it.`,
    );
  const lock = existsSync(dataDirectory.run) ? await lockInstallation(dataDirectory) : undefined;
  const context = windowsContext({
    options: { trust: true, sideload: true, msi: msi === true },
    print: json === undefined ? printLine : () => undefined,
    dataDirectory,
  });
  if (msi === undefined)
    refuseIfMsi(context.registry, "Uninstall it in Windows' settings (Apps), or with msiexec /x and the MSI.");
  const outlookRuns = windows.runningOutlooks().length > 0;
  const removals = await uninstall(stopOnly === true ? [bridge] : STEPS, context);
  lock?.release();
  const problems = removals.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  if (stopOnly === true) {
    if (json !== undefined) printJson({ ok: problems.length === 0, removals, left: [] });
    return problems.length === 0 ? 0 : 1;
  }
  // After a problem, keep the record: it lists what is still to be removed.
  const left = problems.length > 0 ? [] : removeDataDirectory(dataDirectory, keepHistory === true);
  const ok = problems.length === 0 && left.length === 0;
  if (json !== undefined) {
    printJson({ ok, removals, left: [...left, ...(msi === true ? [] : remainingFiles(dataDirectory))] });
  } else if (ok) {
    printLine("\nUninstalled.");
    if (outlookRuns) printLine("Restart Outlook to unload the agent. Until then it is inactive.");
  } else {
    printLine(`\nCould not remove everything: ${[...problems, ...left].join("; ")}`);
    printLine("Fix this and run the command again.");
  }
  return ok ? 0 : 1;
}
