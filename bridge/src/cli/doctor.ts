/** What `doctor` does. Returns the exit code. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, Failure } from "../failure.js";
import { CHECKS } from "../doctor/checks/index.js";
import { lastChanges, type Change } from "../doctor/changes.js";
import { doctorContext, examine, type Checked } from "../doctor/doctor.js";
import { makeReport } from "../doctor/report.js";
import { resolveHome } from "../home/home.js";
import { windowsContext } from "../install/context.js";
import { InstallRecord } from "../install/record.js";
import { setupOf } from "../install/windows/setup-module.js";
import { say } from "./console.js";

export interface DoctorCommandOptions {
  readonly json?: true;
  readonly report?: string | true;
}

const MARKS: Readonly<Record<Checked["result"], string>> = { pass: "ok     ", fail: "FAIL   ", unknown: "unknown" };
const WIDTH = 24;
/** Where the report goes when no file is named. */
const REPORT = "outlook-offline-state-report.json";

export async function runDoctor({ json, report }: DoctorCommandOptions): Promise<number> {
  const home = resolveHome();
  const { trust, sideload, msi } = new InstallRecord(home).facts;
  const context = await doctorContext(windowsContext({ options: { trust, sideload, msi }, say, home }), setupOf());
  const checks = await examine(CHECKS, context, json === undefined ? showChecked : undefined);
  const changes = await lastChanges(context);
  if (json === undefined) {
    showChanges(changes);
    showResult(checks);
  } else say(JSON.stringify({ version: context.version, ok: isWell(checks), checks, changes: changes ?? null }));
  if (report !== undefined) {
    const file = resolve(report === true ? REPORT : report);
    write(file, makeReport(context, checks, changes));
    if (json === undefined) say(`\nReport: ${file}. Look through it before you send it.`);
  }
  return isWell(checks) ? 0 : 1;
}

function isWell(checks: readonly Checked[]): boolean {
  return checks.every(({ result }) => result !== "fail");
}

function showChecked({ check, result, evidence, remedy }: Checked): void {
  say(`${MARKS[result]}  ${check.padEnd(WIDTH)} ${evidence}`);
  if (result !== "pass" && remedy !== undefined) say(`${" ".repeat(WIDTH + 10)} -> ${remedy}`);
}

function showChanges(changes: readonly Change[] | undefined): void {
  say("\nThe last changes, the newest first:");
  if (changes === undefined) say("  no bridge tells");
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
      `the report ${file} cannot be written (${describe(thrown)})`,
      "Name another file: --report <file>.",
      {
        cause: thrown,
      },
    );
  }
}
