/** All checks, in the order of the chain. Those of the steps are the very ones that installing goes by. */
import type { Step } from "../../install/step.js";
import { agent } from "../../install/steps/agent.js";
import { appFiles } from "../../install/steps/app-files.js";
import { autostart } from "../../install/steps/autostart.js";
import { bridge } from "../../install/steps/bridge.js";
import { certificate } from "../../install/steps/certificate.js";
import { entry } from "../../install/steps/entry.js";
import { manifest } from "../../install/steps/manifest.js";
import type { Check, SystemContext } from "../doctor.js";
import { agentAnswers, paneFiles, panes } from "./chain.js";
import { policy, resiliency } from "./hindrances.js";
import { accounts, classicOutlook, newOutlook, runningOutlook } from "./outlook.js";
import {
  bridgeRuns,
  certificateFiles,
  dataDirectory,
  environment,
  localhostName,
  log,
  loopback,
  nativeModule,
  paneFilesOfPackage,
} from "./system.js";

const of = (step: Step, name: string): Check => ({ name, look: (context) => step.check(context) });

/** On Windows. */
export const CHECKS: readonly Check[] = [
  classicOutlook,
  newOutlook,
  accounts,
  runningOutlook,
  of(appFiles, "installed files"),
  of(agent, "agent registered"),
  resiliency,
  policy,
  agentAnswers,
  of(bridge, "bridge"),
  of(autostart, "start at logon"),
  of(certificate, "certificate"),
  of(manifest, "manifest"),
  of(entry, "list of apps"),
  paneFiles,
  panes,
  dataDirectory,
  loopback,
  localhostName,
  environment,
  log,
];

/** Where there is no Windows: what can be checked without Outlook and without an installation. */
export const SYSTEM_CHECKS: readonly Check<SystemContext>[] = [
  dataDirectory,
  nativeModule,
  loopback,
  localhostName,
  environment,
  bridgeRuns,
  certificateFiles,
  agentAnswers,
  paneFilesOfPackage,
  panes,
  log,
];
