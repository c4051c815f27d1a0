/** Checks everything from Outlook to the pane. Changes nothing. */
import * as v from "valibot";
import { healthSchema, type Health } from "../../../shared/src/contract.js";
import type { DataDirectory } from "../data-directory.js";
import type { InstallContext } from "../install/context.js";
import type { FoundOutlook } from "../install/outlook.js";
import { unknown, type Finding, type Step } from "../install/step.js";
import { agent } from "../install/steps/agent.js";
import { appFiles } from "../install/steps/app-files.js";
import { bridge } from "../install/steps/bridge.js";
import { certificate } from "../install/steps/certificate.js";
import { manifest } from "../install/steps/manifest.js";
import { appsEntry, autostart } from "../install/steps/windows-settings.js";
import { findBridge, type BridgeStatus } from "../instance/health-client.js";
import { messageOf } from "../user-error.js";
import { productRoot, version } from "../version.js";
import {
  accounts,
  classicOutlook,
  newOutlook,
  notBlockedByPolicy,
  notDisabledByOutlook,
  outlookRuns,
} from "./outlook-checks.js";
import { agentConnected, installedPaneFiles, paneConnected, panePackageFiles } from "./pipeline-checks.js";
import {
  bridgeRuns,
  certificateFiles,
  dataDirectoryAccess,
  environment,
  localhostName,
  log,
  loopback,
  nativeModule,
} from "./system-checks.js";

/** For checks that work on every system. */
export interface SystemContext {
  readonly dataDirectory: DataDirectory;
  readonly version: string;
  readonly packageFolder: string;
  readonly bridge: BridgeStatus;
  /** Undefined if the bridge does not respond. */
  readonly health: Health | undefined;
}

/** For checks on Windows, where Outlook and an installation exist. */
export interface DoctorContext extends InstallContext, SystemContext {
  readonly outlook: FoundOutlook;
}

export interface Check<Context = DoctorContext> {
  /** For the user, and for scripts that use --json. */
  readonly name: string;
  /** If it rejects, the result is "unknown", with the error as evidence. */
  run(context: Context): Promise<Finding> | Finding;
}

export interface CheckResult extends Finding {
  readonly check: string;
}

const checkOf = (step: Step, name: string): Check => ({ name, run: (context) => step.check(context) });

/** On Windows, in the order of the pipeline. `install` uses the same checks of the steps. */
export const CHECKS: readonly Check[] = [
  classicOutlook,
  newOutlook,
  accounts,
  outlookRuns,
  checkOf(appFiles, "installed files"),
  checkOf(agent, "agent registered"),
  notDisabledByOutlook,
  notBlockedByPolicy,
  agentConnected,
  checkOf(bridge, "background program"),
  checkOf(autostart, "start at logon"),
  checkOf(certificate, "certificate"),
  checkOf(manifest, "manifest"),
  checkOf(appsEntry, "list of apps"),
  installedPaneFiles,
  paneConnected,
  dataDirectoryAccess,
  loopback,
  localhostName,
  environment,
  log,
];

/** On other systems, without Outlook and an installation. */
export const SYSTEM_CHECKS: readonly Check<SystemContext>[] = [
  dataDirectoryAccess,
  nativeModule,
  loopback,
  localhostName,
  environment,
  bridgeRuns,
  certificateFiles,
  agentConnected,
  panePackageFiles,
  paneConnected,
  log,
];

/** `ports`: where to look for a bridge that has no record. */
export async function systemContext(dataDirectory: DataDirectory, ports: readonly number[]): Promise<SystemContext> {
  const bridge = await findBridge(dataDirectory, ports);
  const parsed = v.safeParse(healthSchema, bridge.kind === "running" ? bridge.health : undefined);
  return {
    dataDirectory,
    version,
    packageFolder: productRoot,
    bridge,
    health: parsed.success ? parsed.output : undefined,
  };
}

/** Runs all checks in order, even if some fail. `onResult` is called after each. */
export async function runChecks<Context>(
  checks: readonly Check<Context>[],
  context: Context,
  onResult: (result: CheckResult) => void = () => undefined,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) {
    let finding: Finding;
    try {
      finding = await check.run(context);
    } catch (error) {
      finding = unknown(`cannot be checked: ${messageOf(error)}`);
    }
    const result = { check: check.name, ...finding };
    results.push(result);
    onResult(result);
  }
  return results;
}
