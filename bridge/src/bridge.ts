/** Connects the modules of a bridge: state source -> feed -> server. Tests replace the options. */
import { isDeepStrictEqual } from "node:util";
import { PANE_PATH, type Status } from "../../shared/src/contract.js";
import { ensureCertificates } from "./certificates/certificates.js";
import { startRenewal } from "./certificates/renewal.js";
import { connectSource } from "./feed/connect-source.js";
import { DeferredTasks } from "./feed/deferred-tasks.js";
import { Feed, type FeedOptions } from "./feed/feed.js";
import type { Recorder } from "./history/recorder.js";
import type { DataDirectory } from "./data-directory.js";
import { RateLimitedLog } from "./log/rate-limited-log.js";
import type { Log } from "./log/log.js";
import { allowedHosts } from "./server/access-control.js";
import { createApp } from "./server/app.js";
import { defaultLimits, type Limits } from "./server/limits.js";
import { Panes } from "./server/panes.js";
import type { PeerCheck } from "./server/peer-check.js";
import { startServer } from "./server/server.js";
import type { StateSource } from "./state-source.js";

export interface BridgeOptions {
  /** Prepared by prepareDataDirectory. */
  readonly dataDirectory: DataDirectory;
  /** 0 uses any free port. */
  readonly port: number;
  readonly version: string;
  /** The built pane. */
  readonly paneFolder: string;
  readonly source: StateSource;
  readonly log: Log;
  /** Determines whether the peer of a connection is trusted. */
  readonly peer: PeerCheck;
  /** The bridge does not close it. */
  readonly history?: Recorder;
  readonly limits?: Partial<Limits>;
  readonly feed?: Pick<FeedOptions, "heartbeatMs">;
  readonly certificates?: { readonly checkIntervalMs?: number; readonly now?: () => number };
  readonly trust?: (caFile: string) => Promise<void>;
}

export interface Bridge {
  readonly port: number;
  /** Of the pane. */
  readonly url: string;
  readonly feed: Feed;
  /** Closes all connections and stops everything. Idempotent; resolves within 2 s. */
  stop(): Promise<void>;
}

/** Starts a bridge. If it throws a UserError, nothing is left running. */
export async function createBridge(options: BridgeOptions): Promise<Bridge> {
  const { dataDirectory, log, version, history } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const certificateOptions = {
    ...options.certificates,
    folder: dataDirectory.certificates,
    log,
    ...(options.trust === undefined ? {} : { trust: options.trust }),
  };
  const certificates = await ensureCertificates(certificateOptions);
  const deferredTasks = new DeferredTasks();
  let logged: Status | undefined;
  const feed = new Feed({
    ...options.feed,
    version,
    onChange: (status, heldSince) => {
      deferredTasks.add(() => {
        const { state, since, source, lastKnown } = status;
        // Not for a later reading or confirmation alone, which would fill the log.
        if (logged?.state !== state || !isDeepStrictEqual(logged.source, source)) {
          log.info({ state, since, source, lastKnown }, "changed");
        }
        logged = status;
        if (history !== undefined) recordChange(history, status, heldSince);
      });
    },
    onHeartbeat: () => history?.extendEarly(),
  });
  const clientLog = new RateLimitedLog(log, limits);
  const panes = new Panes(feed, limits, clientLog);
  const subscription = connectSource(options.source, feed, log);

  const closeFeed = (): void => {
    subscription.close();
    feed.close();
    deferredTasks.flush();
  };

  try {
    const server = await startServer({
      port: options.port,
      certificates,
      limits,
      panes,
      log: clientLog,
      peer: options.peer,
      configure: (port) => ({
        policy: {
          ...allowedHosts(port),
          isFull: (kind) => panes.isFull(kind),
          targetBytes: limits.targetBytes,
          headerBytes: limits.headerBytes,
        },
        app: createApp({
          port,
          paneFolder: options.paneFolder,
          log: clientLog,
          health() {
            const { state, source, lastKnown, reading } = feed.status();
            return { status: "ok", state, source, lastKnown, reading, clients: panes.count, version };
          },
          history(hours) {
            deferredTasks.flush();
            return history?.read(hours);
          },
        }),
      }),
      onClient: () => {
        subscription.refresh();
      },
    });
    const renewal = startRenewal(certificates, certificateOptions, (next) => {
      server.useCertificates(next);
    });
    let stopped: Promise<void> | undefined;
    return {
      port: server.port,
      url: `https://localhost:${String(server.port)}${PANE_PATH}`,
      feed,
      stop: () =>
        (stopped ??= (async () => {
          subscription.close();
          await Promise.all([renewal.close(), server.stop()]);
          clientLog.flush();
          feed.close();
          deferredTasks.flush();
        })()),
    };
  } catch (error) {
    closeFeed();
    throw error;
  }
}

/** A last known state is recorded as a span that ends at its last confirmation; the time after it is unknown. */
function recordChange(history: Recorder, status: Status, heldSince: number | undefined): void {
  const { lastKnown, ageMs, source } = status;
  if (lastKnown !== undefined && heldSince !== undefined && heldSince < lastKnown.at) {
    const { state, at } = lastKnown;
    history.record({ state, since: heldSince, ageMs: ageMs + at - heldSince, source });
  }
  history.record(status);
  history.flushIfDue();
}
