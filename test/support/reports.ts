import { onTestFinished } from "vitest";
import type { OfflineStateSource, SourceReport } from "../../bridge/src/source/offline-state-source.js";

type Wanted = (report: SourceReport) => boolean;

export interface Reports {
  readonly all: readonly SourceReport[];
  /** The first report, from the one after the last that was awaited, for which `wanted` holds. */
  next(wanted?: Wanted): Promise<SourceReport>;
  readonly refresh: () => void;
  readonly close: () => void;
}

/** Subscribes and remembers; closed when the test is over. */
export function collect(source: OfflineStateSource): Reports {
  const all: SourceReport[] = [];
  let seen = 0;
  let notice: () => void = () => undefined;
  const subscription = source.subscribe((report) => {
    all.push(report);
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

/** True of a report that says this reason. */
export const reason =
  (name: string): Wanted =>
  ({ source }) =>
    source.status === "unavailable" && source.reason === name;

/** True of a report that says this state. */
export const state =
  (name: string): Wanted =>
  (report) =>
    report.state === name;
