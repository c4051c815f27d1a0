import * as v from "valibot";
import { onTestFinished } from "vitest";
import { loadNativeModule } from "../../bridge/src/native-module.js";
import { nativeStatusSchema } from "../../bridge/src/state-source.js";
import { naturalSchema } from "../../shared/src/contract.js";

/** What the native module reports, with the fields that the bridge does not need. */
const reportSchema = v.object({
  ...nativeStatusSchema.entries,
  /** Grows by one with each change of state or source. */
  number: naturalSchema,
  /** Version of the agent, while there is one. */
  agent: v.optional(v.string()),
});
export type Report = v.InferOutput<typeof reportSchema>;

type Predicate = (report: Report) => boolean;

export interface Reports {
  readonly all: readonly Report[];
  /** The first report for which `wanted` holds, starting after the last one that was returned. */
  next(wanted?: Predicate): Promise<Report>;
  readonly refresh: () => void;
  readonly close: () => void;
}

/** Collects what the native module reports of the agent of `dataDirectory`, until the test ends. */
export function collectReports(dataDirectory: string): Reports {
  const all: Report[] = [];
  let seen = 0;
  let notice: () => void = () => undefined;
  const subscription = loadNativeModule().subscribe({ dataDirectory }, (status) => {
    all.push(v.parse(reportSchema, status));
    notice();
  });
  onTestFinished(() => {
    subscription.close();
  });
  return {
    all,
    next: (wanted = () => true) =>
      new Promise((resolve) => {
        const look = (): void => {
          for (const report of all.slice(seen)) {
            seen += 1;
            if (!wanted(report)) continue;
            notice = () => undefined;
            resolve(report);
            return;
          }
        };
        notice = look;
        look();
      }),
    refresh: () => {
      subscription.refresh();
    },
    close: () => {
      subscription.close();
    },
  };
}

/** Matches reports with this reason. */
export const reason =
  (name: string): Predicate =>
  ({ source }) =>
    source.status === "unavailable" && source.reason === name;

/** Matches reports with this state. */
export const state =
  (name: string): Predicate =>
  (report) =>
    report.state === name;
