/** Does the steps in order; when one fails, takes back what was done and says so. */
import { describe, Failure } from "../failure.js";
import { Journal } from "./journal.js";
import { installFileOf } from "./record.js";
import { RecordingRegistry } from "./registry/recording-registry.js";
import { authoritiesMadeIn } from "./steps/certificate.js";
import type { InstallContext, Step } from "./step.js";

export interface StepOutcome {
  readonly step: string;
  readonly outcome: "done" | "already" | "failed";
  readonly detail: string;
}

/** A step has failed. Everything done before it has been taken back, but for what `left` names. */
export class InstallFailure extends Failure {
  readonly outcomes: readonly StepOutcome[];
  readonly left: readonly string[];

  constructor(step: Step, thrown: unknown, outcomes: readonly StepOutcome[], left: readonly string[]) {
    const undone =
      left.length === 0 ? "Nothing has been changed." : `What could not be taken back: ${left.join("; ")}.`;
    const remedy =
      thrown instanceof Failure
        ? thrown.remedy
        : "Run the command again; `outlook-offline-state doctor --report` makes a file to send if it fails again.";
    super(`could not ${step.what}: ${describe(thrown)}`, `${undone} ${remedy}`, { cause: thrown });
    this.outcomes = outcomes;
    this.left = left;
  }
}

/** Throws an InstallFailure. */
export async function install(steps: readonly Step[], context: InstallContext): Promise<StepOutcome[]> {
  const journal = new Journal();
  const registry = new RecordingRegistry(context.registry, journal, (keys) => {
    context.record.addKeys(keys);
  });
  const recording: InstallContext = { ...context, registry };
  keepRecord(context, journal);
  const outcomes: StepOutcome[] = [];
  for (const [index, step] of steps.entries()) {
    const tell = (outcome: StepOutcome["outcome"], detail: string): void => {
      outcomes.push({ step: step.name, outcome, detail });
      context.say(`[${index + 1}/${steps.length}] ${step.name}: ${outcome === "failed" ? "FAILED, " : ""}${detail}`);
    };
    try {
      const found = await step.check(recording);
      if (found.result === "pass") tell("already", `already so (${found.evidence})`);
      else tell("done", await step.do(recording, journal));
    } catch (thrown) {
      tell("failed", describe(thrown));
      context.say("taking back what was done");
      throw new InstallFailure(step, thrown, outcomes, await journal.rollBack());
    }
  }
  return outcomes;
}

/** Noted first, and so the last thing that is taken back. */
function keepRecord({ home, record, roots }: InstallContext, journal: Journal): void {
  journal.add(installFileOf(home), record.begin());
  if (record.state === "whole") return;
  // What it knew of trust is found again, so that uninstalling takes it away.
  for (const thumbprint of authoritiesMadeIn(home)) if (roots.hasOwn(thumbprint)) record.addThumbprint(thumbprint);
}
