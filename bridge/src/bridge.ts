/** Puts the rooms together: source -> feed -> gate -> server. Everything that differs between runs is plugged in here. */
import { ensureCertificates } from "./certificates/certificates.js";
import { keepCertificates } from "./certificates/keep.js";
import { Afterwards } from "./feed/afterwards.js";
import { Feed, type FeedOptions } from "./feed/feed.js";
import { follow } from "./feed/follow.js";
import { createGate } from "./gate/gate.js";
import type { PeerCheck } from "./gate/peer.js";
import { oursOn } from "./gate/rules.js";
import type { Recorder } from "./history/recorder.js";
import type { Home } from "./home/home.js";
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
  readonly certificates?: { readonly days?: number; readonly checkMs?: number; readonly now?: () => number };
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
  const feed = new Feed({
    ...options.feed,
    version,
    onChange: (present) => {
      afterwards.run(() => {
        const { state, since, source } = present;
        log.info({ state, since, source }, "changed");
        history?.note(present);
        history?.settle();
      });
    },
    onHeartbeat: () => history?.awake(),
  });
  const panes = new Panes(feed, limits, log);
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
      log,
      compose: (port) => ({
        gate: createGate({ ...oursOn(port), peer: options.peer, full: () => panes.full }),
        app: createApp({
          port,
          paneFolder: options.paneFolder,
          log,
          health() {
            const { state, source } = feed.present();
            return { status: "ok", state, source, clients: panes.count, version };
          },
          history(hours) {
            afterwards.finish();
            return history?.read(hours);
          },
        }),
      }),
      onPane: () => {
        subscription.lookAgain();
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
          feed.close();
          afterwards.finish();
        })()),
    };
  } catch (thrown) {
    stopFeeding();
    throw thrown;
  }
}
