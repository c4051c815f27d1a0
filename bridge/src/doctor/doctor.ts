/** Checks the whole chain, from Outlook to the pane. Changes nothing. */
import * as v from "valibot";
import type { LastKnown, SourceStatus } from "../../../shared/src/protocol.js";
import { parts } from "../../../shared/src/validate.js";
import { describe } from "../failure.js";
import type { Home } from "../home/home.js";
import { findBridge, type BridgeStatus } from "../instance/find.js";
import { unsure, type Finding, type InstallContext } from "../install/step.js";
import type { Setup } from "../install/windows/setup-module.js";
import { findOutlook, type FoundOutlook } from "../outlook/find-outlook.js";
import { productRoot, version } from "../version.js";

/** What the running bridge says of itself. */
export interface Health {
  readonly state: string;
  readonly source: SourceStatus;
  readonly lastKnown?: LastKnown | undefined;
  readonly clients: number;
}

/** What can be checked on every system. */
export interface SystemContext {
  readonly home: Home;
  readonly version: string;
  readonly packageFolder: string;
  readonly bridge: BridgeStatus;
  /** Undefined when no bridge answers. */
  readonly health: Health | undefined;
}

/** What can be checked on Windows, where there is an Outlook and where the product is installed. */
export interface DoctorContext extends InstallContext, SystemContext {
  readonly setup: Pick<Setup, "runningOutlooks" | "fileVersion">;
  readonly outlook: FoundOutlook;
}

export interface Check<Context = DoctorContext> {
  readonly name: string;
  /** May reject: what went wrong is then the evidence of an unknown result. */
  look(context: Context): Promise<Finding> | Finding;
}

export interface Checked extends Finding {
  readonly check: string;
}

const health = v.object({
  state: parts.state,
  source: parts.source,
  lastKnown: v.optional(parts.lastKnown),
  clients: parts.natural,
});

/** What several checks want to know, asked once. `ports`: where a bridge may be of which there is no record. */
export async function systemContext(home: Home, ports: readonly number[]): Promise<SystemContext> {
  const bridge = await findBridge(home, ports);
  const parsed = v.safeParse(health, bridge.kind === "running" ? bridge.health : undefined);
  return { home, version, packageFolder: productRoot, bridge, health: parsed.success ? parsed.output : undefined };
}

export function windowsDoctorContext(
  system: SystemContext,
  context: InstallContext,
  setup: DoctorContext["setup"],
): DoctorContext {
  return { ...system, ...context, setup, outlook: findOutlook(context.registry, setup) };
}

/** Every check has its say, whatever becomes of the others. `tell` is called with each as it is known. */
export async function examine<Context>(
  checks: readonly Check<Context>[],
  context: Context,
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
