/** The command `install`. */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_PORT, PANE_PATH } from "../../../shared/src/contract.js";
import { prepareDataDirectory, resolveDataDirectory } from "../data-directory.js";
import { windowsContext, type InstallContext, type InstallOptions } from "../install/context.js";
import { install, InstallError, STEPS, type StepOutcome } from "../install/install.js";
import { lockInstallation } from "../install/lock.js";
import { findOutlook, webAddInSupport } from "../install/outlook.js";
import { checkOutlook, NoOutlookError, refuseIfMsi } from "../install/preflight.js";
import { removeDataDirectory } from "../install/removal.js";
import { removeOtherVersions } from "../install/steps/app-files.js";
import { removeFormerTrust } from "../install/steps/certificate.js";
import { windowsFunctions } from "../install/windows.js";
import type { FileLock } from "../instance/lock.js";
import { openLog } from "../log/log.js";
import { asUserError, messageOf, UserError } from "../user-error.js";
import { printError, printLine, printJson } from "./console.js";

export interface InstallCommandOptions {
  readonly port?: number;
  readonly trust: boolean;
  readonly sideload: boolean;
  readonly withoutOutlook?: true;
  readonly msi?: true;
  readonly json?: true;
}

const NO_OUTLOOK_EXIT_CODE = 3;
/** Why an installation by the MSI failed: Windows Installer neither shows nor logs the output of this program. */
const MSI_ERROR_FILE = join(tmpdir(), "outlook-offline-state-install.txt");

/** Returns the exit code. */
export async function runInstall(options: InstallCommandOptions): Promise<number> {
  const print = options.json === undefined ? printLine : () => undefined;
  const dataDirectory = resolveDataDirectory();
  const isNew = !existsSync(dataDirectory.path);
  let lock: FileLock | undefined;
  try {
    windowsFunctions();
    prepareDataDirectory(dataDirectory);
    lock = await lockInstallation(dataDirectory);
    const context = windowsContext({ options: optionsOf(options), print, dataDirectory });
    if (options.msi === undefined)
      refuseIfMsi(context.registry, "Install the newer MSI instead, or uninstall the MSI first (Settings, Apps).");
    for (const note of preflightNotes(context, options.withoutOutlook === true)) print(note);
    const outcomes = await installWithLog(context);
    finish(context, outcomes, options.json === true, print);
    lock.release();
    rmSync(MSI_ERROR_FILE, { force: true });
    return 0;
  } catch (error) {
    lock?.release();
    // Without the lock, another installation may have created it.
    if (isNew && lock !== undefined) removeDataDirectory(dataDirectory);
    if (options.msi !== undefined) writeMsiError(error);
    return failed(error, options.json === true);
  }
}

function optionsOf({ port, trust, sideload, msi }: InstallCommandOptions): InstallOptions {
  return { ...(port === undefined ? {} : { port }), trust, sideload, msi: msi === true };
}

function preflightNotes({ registry, record }: InstallContext, withoutOutlook: boolean): string[] {
  const outlook = findOutlook(registry, windowsFunctions());
  const paneUrl = `https://localhost:${record.data.port ?? DEFAULT_PORT}${PANE_PATH}`;
  try {
    return checkOutlook({ outlook, webAddIns: webAddInSupport(registry), paneUrl });
  } catch (error) {
    if (error instanceof NoOutlookError && withoutOutlook) return [`Note: ${error.message}`];
    throw error;
  }
}

async function installWithLog(context: InstallContext): Promise<readonly StepOutcome[]> {
  const { log, close } = openLog(context.dataDirectory);
  try {
    log.info({ version: context.version }, "installing");
    const outcomes = await install(STEPS, { ...context, log });
    const { msi, trust, sideload } = context.options;
    context.record.update({ version: context.version, msi, trust, sideload });
    log.info({ outcomes }, "installed");
    removeFormerTrust({ ...context, log });
    return outcomes;
  } catch (error) {
    log.error({ err: error }, "could not install");
    throw error;
  } finally {
    close();
  }
}

function finish(
  context: InstallContext,
  steps: readonly StepOutcome[],
  json: boolean,
  print: (line: string) => void,
): void {
  const replaced = removeOtherVersions(context);
  for (const version of replaced) print(`Removed the files of version ${version}.`);
  if (json) {
    printJson({ ok: true, version: context.version, port: context.record.data.port, steps, replaced });
    return;
  }
  print(`\nInstalled. Restart Outlook, then choose "Online or offline" in the ribbon.`);
  print("To check the installation, run `outlook-offline-state doctor`.");
}

function writeMsiError(error: unknown): void {
  const remedy = error instanceof UserError ? `\r\n${error.remedy}` : "";
  try {
    writeFileSync(MSI_ERROR_FILE, `${new Date().toISOString()} ${messageOf(error)}${remedy}\r\n`);
  } catch {
    // The exit code reports the failure.
  }
}

function failed(error: unknown, json: boolean): number {
  if (json) {
    const { outcomes, left } = error instanceof InstallError ? error : { outcomes: [], left: [] };
    const userError = asUserError(error);
    const message = userError?.message ?? messageOf(error);
    printJson({ ok: false, error: message, remedy: userError?.remedy, steps: outcomes, left });
  } else printError(error);
  return error instanceof NoOutlookError ? NO_OUTLOOK_EXIT_CODE : 1;
}
