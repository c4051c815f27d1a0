/** What `doctor` does. Returns the exit code. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { asFailure, describe, Failure } from "../failure.js";
import { CHECKS, SYSTEM_CHECKS } from "../doctor/checks/index.js";
import { lastChanges, type Change } from "../doctor/changes.js";
import { examine, systemContext, windowsDoctorContext, type Checked, type SystemContext } from "../doctor/doctor.js";
import { makeReport } from "../doctor/report.js";
import { resolveHome } from "../home/home.js";
import { windowsContext } from "../install/context.js";
import { InstallRecord } from "../install/record.js";
import { setupOf } from "../install/windows/setup-module.js";
import { accountKinds } from "../outlook/accounts.js";
import { printable } from "../log/printable.js";
import { say, sayJson } from "./console.js";
import { DEFAULT_PORT } from "./port.js";

export interface DoctorCommandOptions {
  readonly json?: true;
  readonly report?: string | true;
}

const MARKS: Readonly<Record<Checked["result"], string>> = { pass: "ok     ", fail: "FAIL   ", unknown: "unknown" };
const WIDTH = 24;
/** Where the report goes when no file is named. */
const REPORT = "outlook-offline-state-report.json";

export async function runDoctor({ json, report }: DoctorCommandOptions): Promise<number> {
  const system = await systemContext(resolveHome(), [DEFAULT_PORT]);
  const tell = json === undefined ? showChecked : undefined;
  const { checks, accounts } =
    process.platform === "win32" ? await onWindows(system, tell) : await elsewhere(system, tell);
  const changes = await lastChanges(system);
  if (json === undefined) {
    showChanges(changes);
    showResult(checks);
  }
  const file = report === undefined ? undefined : resolve(report === true ? REPORT : report);
  if (file !== undefined) {
    write(file, makeReport(system, accounts, checks, changes));
    if (json === undefined) say(`\nReport: ${file}. Look through it before you send it.`);
  }
  if (json !== undefined)
    sayJson({ version: system.version, ok: isWell(checks), checks, changes: changes ?? null, report: file });
  return isWell(checks) ? 0 : 1;
}

interface Examined {
  readonly checks: readonly Checked[];
  /** By profile. */
  readonly accounts: ReadonlyMap<string, readonly string[]>;
}

async function onWindows(system: SystemContext, tell?: (checked: Checked) => void): Promise<Examined> {
  const { home } = system;
  const { trust, sideload, msi } = new InstallRecord(home).facts;
  const context = windowsContext({ options: { trust, sideload, msi }, say, home });
  const checks = await examine(CHECKS, windowsDoctorContext(system, context, setupOf()), tell);
  return { checks, accounts: accountKinds(context.registry) };
}

async function elsewhere(system: SystemContext, tell?: (checked: Checked) => void): Promise<Examined> {
  if (tell !== undefined) say("Outlook and the installation cannot be checked here: they are on Windows only.\n");
  return { checks: await examine(SYSTEM_CHECKS, system, tell), accounts: new Map() };
}

function isWell(checks: readonly Checked[]): boolean {
  return checks.every(({ result }) => result !== "fail");
}

function showChecked({ check, result, evidence, remedy }: Checked): void {
  say(`${MARKS[result]}  ${check.padEnd(WIDTH)} ${printable(evidence)}`);
  if (result !== "pass" && remedy !== undefined) say(`${" ".repeat(WIDTH + 10)} -> ${remedy}`);
}

function showChanges(changes: readonly Change[] | undefined): void {
  say("\nThe last changes, the newest first:");
  if (changes === undefined) say("  unavailable: the bridge did not respond");
  else if (changes.length === 0) say("  none");
  for (const { at, state, reason } of changes ?? [])
    say(`  ${at}  ${state}${reason === undefined ? "" : `  (${reason})`}`);
}

/** Last, where it is seen without scrolling: the first thing that fails often explains the others. */
function showResult(checks: readonly Checked[]): void {
  const failed = checks.filter(({ result }) => result === "fail");
  const unknown = checks.filter(({ result }) => result === "unknown").map(({ check }) => check);
  const unsure = unknown.length === 0 ? "" : ` Not known: ${unknown.join(", ")}.`;
  const [first] = failed;
  if (first === undefined) {
    say(`\nNothing is wrong: ${checks.length - unknown.length} of ${checks.length} checks passed.${unsure}`);
    return;
  }
  say(
    `\nWRONG: ${failed.map(({ check }) => check).join(", ")} (${failed.length} of ${checks.length} checks).${unsure}`,
  );
  if (first.remedy !== undefined) say(`First: ${first.check}. ${first.remedy}`);
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (thrown) {
    throw new Failure(
      `the report cannot be written (${asFailure(thrown)?.message ?? `${file}: ${describe(thrown)}`})`,
      "Name another file: --report <file>.",
      { cause: thrown },
    );
  }
}
