/** What `install` does. Returns the exit code. */
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asFailure, describe, Failure } from "../failure.js";
import { prepareHome, resolveHome } from "../home/home.js";
import { openLog } from "../log/log.js";
import type { HomeLock } from "../instance/lock.js";
import { windowsContext } from "../install/context.js";
import { lockInstallation } from "../install/lock.js";
import { refuseOfMsi } from "../install/of-msi.js";
import { guardHome } from "../install/files/guard-home.js";
import { install, InstallFailure, type StepOutcome } from "../install/install.js";
import { FIRST_PORT } from "../install/names.js";
import type { InstallContext, InstallOptions } from "../install/step.js";
import { removeOtherVersions } from "../install/steps/app-files.js";
import { endFormerTrust } from "../install/steps/certificate.js";
import { STEPS } from "../install/steps/index.js";
import { NoOutlook, suitability } from "../install/suitability.js";
import { setupOf } from "../install/windows/setup-module.js";
import { webAddIns } from "../outlook/accounts.js";
import { findOutlook } from "../outlook/find-outlook.js";
import { PANE_PATH } from "../server/app.js";
import { printError, say, sayJson } from "./console.js";

export interface InstallCommandOptions {
  readonly port?: number;
  readonly trust: boolean;
  readonly sideload: boolean;
  readonly withoutOutlook?: true;
  readonly msi?: true;
  readonly json?: true;
}

/** There is no classic Outlook here. */
const NO_OUTLOOK_CODE = 3;
/** Windows Installer shows and logs nothing of what a program says: there it can be read why an installation failed. */
const REASON_FILE = join(tmpdir(), "outlook-offline-state-install.txt");

export async function runInstall(options: InstallCommandOptions): Promise<number> {
  const tell = options.json === undefined ? say : () => undefined;
  const home = resolveHome();
  let guard: ReturnType<typeof guardHome> | undefined;
  let lock: HomeLock | undefined;
  let outcomes: readonly StepOutcome[] = [];
  try {
    setupOf();
    const before = guardHome(home);
    prepareHome(home);
    lock = await lockInstallation(home);
    // Who has not got the lock takes nothing back.
    guard = before;
    const context = windowsContext({ options: optionsOf(options), say: tell, home });
    if (options.msi === undefined)
      refuseOfMsi(context, "Install the newer MSI instead, or remove it in Settings, Apps first.");
    for (const note of notes(context, options.withoutOutlook === true)) tell(note);
    const opened = openLog(home);
    const { log } = opened;
    try {
      log.info({ version: context.version }, "installing");
      outcomes = await install(STEPS, { ...context, log });
      const { msi, trust, sideload } = context.options;
      context.record.update({ version: context.version, msi, trust, sideload });
      log.info({ outcomes }, "installed");
      endFormerTrust({ ...context, log });
    } catch (thrown) {
      log.error({ err: thrown }, "could not install");
      throw thrown;
    } finally {
      opened.close();
    }
    finish(context, outcomes, options.json === true, tell);
    lock.release();
    rmSync(REASON_FILE, { force: true });
    return 0;
  } catch (thrown) {
    lock?.release();
    guard?.back();
    if (options.msi !== undefined) keepReason(thrown);
    return failed(thrown, options.json === true);
  }
}

function optionsOf({ port, trust, sideload, msi }: InstallCommandOptions): InstallOptions {
  return { ...(port === undefined ? {} : { port }), trust, sideload, msi: msi === true };
}

function notes(context: InstallContext, withoutOutlook: boolean): string[] {
  const { registry, record } = context;
  const outlook = findOutlook(registry, setupOf());
  const pane = `https://localhost:${record.facts.port ?? FIRST_PORT}${PANE_PATH}`;
  try {
    return suitability({ outlook, webAddIns: webAddIns(registry), pane });
  } catch (thrown) {
    if (thrown instanceof NoOutlook && withoutOutlook) return [`note: ${thrown.message}`];
    throw thrown;
  }
}

function finish(
  context: InstallContext,
  steps: readonly StepOutcome[],
  json: boolean,
  tell: (line: string) => void,
): void {
  const replaced = removeOtherVersions(context);
  for (const version of replaced) tell(`removed the files of version ${version}`);
  const port = context.record.facts.port;
  if (json) {
    sayJson({ ok: true, version: context.version, port, steps, replaced });
    return;
  }
  tell(`Installed. Close Outlook and start it again; the pane is opened by "Offline State" in its ribbon.`);
  tell("`outlook-offline-state doctor` checks everything.");
}

function keepReason(thrown: unknown): void {
  const remedy = thrown instanceof Failure ? `\r\n${thrown.remedy}` : "";
  try {
    writeFileSync(REASON_FILE, `${new Date().toISOString()} ${describe(thrown)}${remedy}\r\n`);
  } catch {
    // Then the exit code has to do.
  }
}

function failed(thrown: unknown, json: boolean): number {
  if (json) {
    const { outcomes, left } = thrown instanceof InstallFailure ? thrown : { outcomes: [], left: [] };
    const failure = asFailure(thrown);
    const error = failure?.message ?? describe(thrown);
    sayJson({ ok: false, error, remedy: failure?.remedy, steps: outcomes, left });
  } else printError(thrown);
  return thrown instanceof NoOutlook ? NO_OUTLOOK_CODE : 1;
}
