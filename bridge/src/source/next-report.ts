/** The usual report: it differs from the last one, which was checked, in the state and its times alone. */
import { isNatural, isRecord, isSameListening } from "../../../shared/src/usual.js";
import type { SourceReport } from "./offline-state-source.js";

/**
 * The report that `value` is, if it is like `checked` but for a known state and right numbers; else undefined, which says
 * nothing against it: the whole check is to tell. It asks a tenth of what that does, and a change that a person waits for
 * is nearly always such a report.
 */
export function nextReport(value: unknown, checked: SourceReport): SourceReport | undefined {
  if (!isRecord(value) || checked.source.status !== "listening") return undefined;
  const { state, since, ageMs, number, source, agent } = value;
  if (state !== "online" && state !== "offline") return undefined;
  if ((since !== null && !isNatural(since)) || !isNatural(ageMs) || !isNatural(number)) return undefined;
  if (agent !== checked.agent || !isSameListening(source, checked.source)) return undefined;
  return { ...checked, state, since, ageMs, number };
}
