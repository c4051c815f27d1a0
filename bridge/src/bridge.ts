/** Puts the rooms together: source -> feed -> gate -> server. Everything that differs between runs is plugged in here. */
import type { Present } from "../../shared/src/protocol.js";
import { ensureCertificates } from "./certificates/certificates.js";
import { keepCertificates } from "./certificates/keep.js";
import { Afterwards } from "./feed/afterwards.js";
import { Feed, type FeedOptions } from "./feed/feed.js";
import { follow } from "./feed/follow.js";
import { isSameSource } from "./feed/picture.js";
import { createGate } from "./gate/gate.js";
import type { PeerCheck } from "./gate/peer.js";
import { oursOn } from "./gate/rules.js";
import type { Recorder } from "./history/recorder.js";
import type { Home } from "./home/home.js";
import { LimitedLog } from "./log/limited-log.js";
import type { Log } from "./log/log.js";
import { createApp, PANE_PATH } from "./server/app.js";
import { defaultLimits, type Limits } from "./server/limits.js";
import { Panes } from "./server/panes.js";
import { startServer } from "./server/server.js";
import type { OfflineStateSource } from "./source/offline-state-source.js";

export interface BridgeOptions {
  /** Prepared by prepareHome. */
  readonly home: Home;
  /** 0 takes any free port. */
  readonly port: number;
  readonly version: string;
  /** Where webpack has put the pane. */
  readonly paneFolder: string;
  readonly source: OfflineStateSource;
  readonly log: Log;
  /** Says who may be at the other end of a connection. */
  readonly peer: PeerCheck;
  /** Stays the caller's: the bridge does not close it. */
  readonly history?: Recorder;
  readonly limits?: Partial<Limits>;
  readonly feed?: Pick<FeedOptions, "clocks" | "heartbeatMs">;
  readonly certificates?: { readonly checkMs?: number; readonly now?: () => number };
  readonly trust?: (caFile: string) => Promise<void>;
}

export interface Bridge {
  readonly port: number;
  /** Of the pane. */
  readonly url: string;
  readonly feed: Feed;
  /** Says goodbye to the panes and ends everything. Idempotent; resolves within 2 s. */
  stop(): Promise<void>;
}

/** Starts a bridge. Throws a Failure, and then nothing of it is left running. */
export async function createBridge(options: BridgeOptions): Promise<Bridge> {
  const { home, log, version, history } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const certificateOptions = {
    ...options.certificates,
    folder: home.certificates,
    log,
    ...(options.trust === undefined ? {} : { trust: options.trust }),
  };
  const certificates = await ensureCertificates(certificateOptions);
  const afterwards = new Afterwards();
  let logged: Present | undefined;
  const feed = new Feed({
    ...options.feed,
    version,
    onChange: (present, heldFrom) => {
      afterwards.run(() => {
        const { state, since, source, lastKnown } = present;
        // A later reading or confirmation alone would fill the log.
        if (logged?.state !== state || !isSameSource(logged.source, source)) {
          log.info({ state, since, source, lastKnown }, "changed");
        }
        logged = present;
        if (history !== undefined) record(history, present, heldFrom);
      });
    },
    onHeartbeat: () => history?.awake(),
  });
  const peerLog = new LimitedLog(log, limits);
  const panes = new Panes(feed, limits, peerLog);
  const subscription = follow(options.source, feed, log);

  const stopFeeding = (): void => {
    subscription.close();
    feed.close();
    afterwards.finish();
  };

  try {
    const server = await startServer({
      port: options.port,
      certificates,
      limits,
      panes,
      log: peerLog,
      compose: (port) => ({
        gate: createGate({
          ...oursOn(port),
          peer: options.peer,
          full: (kind) => panes.isFull(kind),
          targetBytes: limits.targetBytes,
          headerBytes: limits.headerBytes,
        }),
        app: createApp({
          port,
          paneFolder: options.paneFolder,
          log: peerLog,
          health() {
            const { state, source, lastKnown, reading } = feed.present();
            return { status: "ok", state, source, lastKnown, reading, clients: panes.count, version };
          },
          history(hours) {
            afterwards.finish();
            return history?.read(hours);
          },
        }),
      }),
      onPane: () => {
        subscription.refresh();
      },
    });
    const keeper = keepCertificates(certificates, certificateOptions, (next) => {
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
          await Promise.all([keeper.close(), server.stop()]);
          peerLog.flush();
          feed.close();
          afterwards.finish();
        })()),
    };
  } catch (thrown) {
    stopFeeding();
    throw thrown;
  }
}

/** A last known state is recorded as a span that ends when it was confirmed last; what follows is unknown. */
function record(history: Recorder, present: Present, heldFrom: number | undefined): void {
  const { lastKnown, ageMs, source } = present;
  if (lastKnown !== undefined && heldFrom !== undefined && heldFrom < lastKnown.at) {
    const { state, at } = lastKnown;
    history.note({ state, since: heldFrom, ageMs: ageMs + at - heldFrom, source });
  }
  history.note(present);
  history.settle();
}
