/** Checks the whole chain, from Outlook to the pane. Changes nothing. */
import * as v from "valibot";
import type { SourceStatus } from "../../../shared/src/protocol.js";
import { parts } from "../../../shared/src/validate.js";
import { describe } from "../failure.js";
import { ask, presenceOf, type Presence } from "../install/bridge/presence.js";
import { unsure, type Finding, type InstallContext } from "../install/step.js";
import type { Setup } from "../install/windows/setup-module.js";
import { HEALTH_PATH } from "../server/app.js";
import { findOutlook, type FoundOutlook } from "../outlook/find-outlook.js";

/** What the running bridge says of itself. */
export interface Health {
  readonly state: string;
  readonly source: SourceStatus;
  readonly clients: number;
}

export interface DoctorContext extends InstallContext {
  readonly setup: Pick<Setup, "runningOutlooks" | "fileVersion">;
  readonly outlook: FoundOutlook;
  readonly bridge: Presence;
  /** Undefined when no bridge runs, or when it does not know who asks. */
  readonly health: Health | undefined;
}

export interface Check {
  readonly name: string;
  /** May reject: what went wrong is then the evidence of an unknown result. */
  look(context: DoctorContext): Promise<Finding> | Finding;
}

export interface Checked extends Finding {
  readonly check: string;
}

const health = v.object({ state: parts.state, source: parts.source, clients: parts.natural });

/** What several checks want to know, asked once. */
export async function doctorContext(context: InstallContext, setup: DoctorContext["setup"]): Promise<DoctorContext> {
  const outlook = findOutlook(context.registry, setup);
  const bridge = await presenceOf(context.home);
  const answer = bridge.kind === "runs" ? await ask(context.home, bridge.record.port, HEALTH_PATH) : undefined;
  return { ...context, setup, outlook, bridge, health: answer?.status === 200 ? parse(answer.body) : undefined };
}

function parse(body: string): Health | undefined {
  try {
    const parsed = v.safeParse(health, JSON.parse(body));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** Every check has its say, whatever becomes of the others. `tell` is called with each as it is known. */
export async function examine(
  checks: readonly Check[],
  context: DoctorContext,
  tell: (checked: Checked) => void = () => undefined,
): Promise<Checked[]> {
  const results: Checked[] = [];
  for (const check of checks) {
    let finding: Finding;
    try {
      finding = await check.look(context);
    } catch (thrown) {
      finding = unsure(`it could not be looked at: ${describe(thrown)}`);
    }
    const checked = { check: check.name, ...finding };
    results.push(checked);
    tell(checked);
  }
  return results;
}
