/** Takes everything away, in the reverse order of installing, whatever of it is there. */
import { describe, Failure } from "../failure.js";
import { removeIfEmpty } from "./registry/registry.js";
import type { InstallContext, Step } from "./step.js";

export interface Removal {
  readonly step: string;
  /** What was taken away. */
  readonly removed: readonly string[];
  /** Why it could not be, and what to do. */
  readonly problem?: string;
}

/** Goes on after a failure: the more is gone the better. Never rejects. */
export async function uninstall(steps: readonly Step[], context: InstallContext): Promise<Removal[]> {
  const removals: Removal[] = [];
  for (const step of [...steps].reverse()) {
    try {
      const removed = await step.undo(context);
      removals.push({ step: step.name, removed });
      context.say(`${step.name}: ${removed.length === 0 ? "nothing to remove" : `removed ${removed.join(", ")}`}`);
    } catch (thrown) {
      const problem = thrown instanceof Failure ? `${thrown.message}. ${thrown.remedy}` : describe(thrown);
      removals.push({ step: step.name, removed: [], problem });
      context.say(`${step.name}: FAILED, ${problem}`);
    }
    // The keys that we have made go when nothing of anybody's is in them. Again after each step: a later one may fail.
    removeEmptyKeys(context);
  }
  return removals;
}

function removeEmptyKeys({ registry, record }: InstallContext): void {
  for (const key of [...record.facts.keys].reverse()) {
    try {
      removeIfEmpty(registry, key);
    } catch {
      // An empty key harms nobody.
    }
  }
}
