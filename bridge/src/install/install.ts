/** Applies the steps in order and undoes them if one fails; or reverts them in reverse order. */
import { messageOf, UserError } from "../user-error.js";
import type { InstallContext } from "./context.js";
import { Journal, JournaledRegistry } from "./journal.js";
import { installFileOf } from "./record.js";
import { removeIfEmpty } from "./registry.js";
import type { Step } from "./step.js";
import { agent } from "./steps/agent.js";
import { appFiles } from "./steps/app-files.js";
import { bridge } from "./steps/bridge.js";
import { certificate, ownAuthorities } from "./steps/certificate.js";
import { manifest } from "./steps/manifest.js";
import { appsEntry, autostart } from "./steps/windows-settings.js";

export const STEPS: readonly Step[] = [appFiles, certificate, agent, bridge, manifest, autostart, appsEntry];

export interface StepOutcome {
  readonly step: string;
  readonly outcome: "done" | "already" | "failed";
  readonly detail: string;
}

/** A step failed. All changes were undone, except those in `left`. */
export class InstallError extends UserError {
  readonly outcomes: readonly StepOutcome[];
  readonly left: readonly string[];

  constructor(step: Step, error: unknown, outcomes: readonly StepOutcome[], left: readonly string[]) {
    const undone =
      left.length === 0 ? "All changes were undone." : `These changes could not be undone: ${left.join("; ")}.`;
    const remedy =
      error instanceof UserError
        ? error.remedy
        : "Run the command again. If it fails again, run `outlook-offline-state doctor --report` and send us the file.";
    super(`installation failed at "${step.title}": ${messageOf(error)}`, `${undone} ${remedy}`, { cause: error });
    this.outcomes = outcomes;
    this.left = left;
  }
}

/** Rejects with an InstallError. */
export async function install(steps: readonly Step[], context: InstallContext): Promise<StepOutcome[]> {
  const { dataDirectory, record, roots, print } = context;
  const journal = new Journal();
  // First in the journal, so that the record is restored last.
  journal.add(installFileOf(dataDirectory), record.begin());
  // Find again what a lost record contained about trust, so that `uninstall` removes it.
  if (record.state !== "valid")
    for (const thumbprint of ownAuthorities(dataDirectory))
      if (roots.hasOwn(thumbprint)) record.addThumbprint(thumbprint);
  const registry = new JournaledRegistry(context.registry, journal, (keys) => {
    record.addKeys(keys);
  });
  const journaled: InstallContext = { ...context, registry };
  const outcomes: StepOutcome[] = [];
  for (const [index, step] of steps.entries()) {
    const report = (outcome: StepOutcome["outcome"], detail: string): void => {
      outcomes.push({ step: step.name, outcome, detail });
      print(`[${index + 1}/${steps.length}] ${step.title}: ${outcome === "failed" ? "FAILED: " : ""}${detail}`);
    };
    try {
      const found = await step.check(journaled);
      if (found.result === "pass") report("already", `already up to date (${found.evidence})`);
      else report("done", await step.apply(journaled, journal));
    } catch (error) {
      report("failed", messageOf(error));
      print("Undoing all changes...");
      throw new InstallError(step, error, outcomes, await journal.rollBack());
    }
  }
  return outcomes;
}

export interface Removal {
  readonly step: string;
  readonly removed: readonly string[];
  /** Why the step failed, and what to do. */
  readonly problem?: string;
}

/** Reverts all steps, last one first, even if one fails. Never rejects. */
export async function uninstall(steps: readonly Step[], context: InstallContext): Promise<Removal[]> {
  const removals: Removal[] = [];
  for (const step of [...steps].reverse()) {
    try {
      const removed = await step.revert(context);
      removals.push({ step: step.name, removed });
      context.print(
        removed.length === 0 ? `Not found: ${step.title}` : `Removed: ${step.title} (${removed.join(", ")})`,
      );
    } catch (error) {
      const problem = error instanceof UserError ? `${error.message}. ${error.remedy}` : messageOf(error);
      removals.push({ step: step.name, removed: [], problem });
      context.print(`FAILED: ${step.title}: ${problem}`);
    }
    // After each step, because a later one may fail.
    removeEmptyKeys(context);
  }
  return removals;
}

/** Removes keys that an installation has created, unless others have written to them. */
function removeEmptyKeys({ registry, record }: InstallContext): void {
  for (const key of [...record.data.keys].reverse()) {
    try {
      removeIfEmpty(registry, key);
    } catch {
      // An empty key is harmless.
    }
  }
}
