/** The command `doctor`. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { DEFAULT_PORT } from "../../../shared/src/contract.js";
import { resolveDataDirectory } from "../data-directory.js";
import {
  CHECKS,
  runChecks,
  SYSTEM_CHECKS,
  systemContext,
  type CheckResult,
  type SystemContext,
} from "../doctor/doctor.js";
import { createReport, lastChanges, type StateChange } from "../doctor/report.js";
import { windowsContext } from "../install/context.js";
import { accountKinds, findOutlook } from "../install/outlook.js";
import { InstallRecord } from "../install/record.js";
import { windowsFunctions } from "../install/windows.js";
import { printable } from "../log/sanitize.js";
import { asUserError, messageOf, UserError } from "../user-error.js";
import { printLine, printJson } from "./console.js";

export interface DoctorOptions {
  readonly json?: true;
  readonly report?: string | true;
}

const LABELS: Readonly<Record<CheckResult["result"], string>> = { pass: "ok", fail: "FAIL", unknown: "unknown" };
const LABEL_WIDTH = 9;
const NAME_WIDTH = 25;
/** Where the report goes if no file is named. */
const REPORT_FILE = "outlook-offline-state-report.json";

/** Returns the exit code. */
export async function runDoctor({ json, report }: DoctorOptions): Promise<number> {
  const system = await systemContext(resolveDataDirectory(), [DEFAULT_PORT]);
  const onResult = json === undefined ? printResult : undefined;
  const { checks, accounts } =
    process.platform === "win32" ? await checkWindows(system, onResult) : await checkSystem(system, onResult);
  const changes = await lastChanges(system);
  const ok = checks.every(({ result }) => result !== "fail");
  if (json === undefined) {
    printChanges(changes);
    printSummary(checks);
  }
  const file = report === undefined ? undefined : resolve(report === true ? REPORT_FILE : report);
  if (file !== undefined) {
    writeReport(file, createReport(system, accounts, checks, changes));
    if (json === undefined) printLine(`\nReport: ${file}\nCheck its contents before you send it.`);
  }
  if (json !== undefined) printJson({ version: system.version, ok, checks, changes: changes ?? null, report: file });
  return ok ? 0 : 1;
}

interface Results {
  readonly checks: readonly CheckResult[];
  /** By profile. */
  readonly accounts: ReadonlyMap<string, readonly string[]>;
}

async function checkWindows(system: SystemContext, onResult?: (result: CheckResult) => void): Promise<Results> {
  const { dataDirectory } = system;
  const { trust, sideload, msi } = new InstallRecord(dataDirectory).data;
  const context = windowsContext({ options: { trust, sideload, msi }, print: printLine, dataDirectory });
  const outlook = findOutlook(context.registry, windowsFunctions());
  const checks = await runChecks(CHECKS, { ...system, ...context, outlook }, onResult);
  return { checks, accounts: accountKinds(context.registry) };
}

async function checkSystem(system: SystemContext, onResult?: (result: CheckResult) => void): Promise<Results> {
  if (onResult !== undefined) printLine("Outlook and the installation are not checked: they exist on Windows only.\n");
  return { checks: await runChecks(SYSTEM_CHECKS, system, onResult), accounts: new Map() };
}

function printResult({ check, result, evidence, remedy }: CheckResult): void {
  printLine(`${LABELS[result].padEnd(LABEL_WIDTH)}${check.padEnd(NAME_WIDTH)}${printable(evidence)}`);
  if (result !== "pass" && remedy !== undefined) printLine(`${" ".repeat(LABEL_WIDTH + NAME_WIDTH)}-> ${remedy}`);
}

function printChanges(changes: readonly StateChange[] | undefined): void {
  printLine("\nLast changes of Outlook's state, newest first:");
  if (changes === undefined) printLine("  unavailable: the background program did not respond");
  else if (changes.length === 0) printLine("  none");
  for (const { at, state, reason } of changes ?? [])
    printLine(`  ${new Date(at).toLocaleString()}  ${state}${reason === undefined ? "" : `  (${reason})`}`);
}

/** Printed last, where it is visible without scrolling. The first failure often causes the others. */
function printSummary(checks: readonly CheckResult[]): void {
  const failed = checks.filter(({ result }) => result === "fail");
  const unknown = checks.filter(({ result }) => result === "unknown").map(({ check }) => check);
  const undecided = unknown.length === 0 ? "" : ` Unknown: ${unknown.join(", ")}.`;
  const [first] = failed;
  if (first === undefined) {
    printLine(`\nNo problems found: ${checks.length - unknown.length} of ${checks.length} checks passed.${undecided}`);
    return;
  }
  printLine(
    `\nFAILED: ${failed.map(({ check }) => check).join(", ")} (${failed.length} of ${checks.length} checks).${undecided}`,
  );
  if (first.remedy !== undefined) printLine(`Fix first: ${first.check}. ${first.remedy}`);
}

function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError(
      `cannot write the report (${asUserError(error)?.message ?? `${file}: ${messageOf(error)}`})`,
      "Choose another file: --report <file>.",
      { cause: error },
    );
  }
}
