/** The last changes of Outlook's state, as the bridge's history has them. */
import * as v from "valibot";
import { HISTORY_HOURS_MAX, HISTORY_PATH } from "../../../shared/src/history.js";
import { ask } from "../instance/client.js";
import type { SystemContext } from "./doctor.js";

const MOST = 10;

const history = v.object({
  spans: v.array(v.object({ state: v.string(), from: v.number(), to: v.number(), reason: v.optional(v.string()) })),
});

export interface Change {
  readonly state: string;
  /** ISO 8601. */
  readonly at: string;
  readonly reason?: string;
}

/** The newest first, ten at most; undefined when no bridge answers. */
export async function lastChanges({ home, bridge }: SystemContext): Promise<Change[] | undefined> {
  if (bridge.kind !== "running") return undefined;
  const answer = await ask(home, bridge.port, `${HISTORY_PATH}?hours=${HISTORY_HOURS_MAX}`);
  if (answer.kind !== "answer" || answer.status !== 200) return undefined;
  try {
    const parsed = v.safeParse(history, JSON.parse(answer.body));
    if (!parsed.success) return undefined;
    // The first one begins where the question does, and no change began it.
    return parsed.output.spans
      .slice(1)
      .slice(-MOST)
      .reverse()
      .map(({ state, from, reason }) => ({
        state,
        at: new Date(from).toISOString(),
        ...(reason === undefined ? {} : { reason }),
      }));
  } catch {
    return undefined;
  }
}
