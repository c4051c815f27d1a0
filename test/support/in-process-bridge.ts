// A bridge in this process, with a source that the test controls.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request, type RequestOptions } from "node:https";
import type { IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { createBridge, type Bridge, type BridgeOptions } from "../../bridge/src/bridge.js";
import { ensureCertificates } from "../../bridge/src/certificates/certificates.js";
import { prepareDataDirectory, resolveDataDirectory, type DataDirectory } from "../../bridge/src/data-directory.js";
import { silentLog } from "../../bridge/src/log/log.js";
import { nativeStateSource, type NativeStatus } from "../../bridge/src/state-source.js";
import type { NativeModule, NativeSubscription } from "../../bridge/native/index.js";
import { TestFeedClient, type TestFeedClientOptions } from "./feed-client.js";
import { feedMessageCheck } from "./protocol-document.js";
import { temporaryFolder } from "./temporary-folder.js";

export const listening = {
  status: "listening",
  profile: "P",
  outlook: "16.0",
  notifies: { online: true, offline: true },
} as const;

/** What the native module reports of a state that begins now. */
export function reportOf(state: NativeStatus["state"]): NativeStatus {
  return { state, since: Date.now(), ageMs: 0, source: listening };
}

/** Stands in for the native module, and reports what the test wants. */
export class FakeNativeModule implements Pick<NativeModule, "subscribe"> {
  readonly #listeners = new Set<(status: unknown) => void>();
  refreshes = 0;

  get subscriptions(): number {
    return this.#listeners.size;
  }

  report(report: NativeStatus): void {
    for (const listener of this.#listeners) listener(report);
  }

  subscribe(_options: object, listener: (status: unknown) => void): NativeSubscription {
    this.#listeners.add(listener);
    return {
      refresh: () => {
        this.refreshes += 1;
      },
      close: () => {
        this.#listeners.delete(listener);
      },
    };
  }
}

export interface InProcessBridge {
  readonly bridge: Bridge;
  readonly source: FakeNativeModule;
  readonly dataDirectory: DataDirectory;
  readonly paneFolder: string;
  readonly ca: string;
  readonly origin: string;
}

let shared: Promise<string> | undefined;

/** Certificates are generated once per test file, because that takes longer than most tests. */
function sharedCertificates(): Promise<string> {
  return (shared ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), "offline-state-"));
    process.on("exit", () => {
      rmSync(folder, { recursive: true, force: true });
    });
    await ensureCertificates({ folder, log: silentLog() });
    return folder;
  })());
}

/** Starts a bridge that is stopped when the test ends. Every peer is trusted by default. */
export async function startInProcessBridge(more: Partial<BridgeOptions> = {}): Promise<InProcessBridge> {
  const dataDirectory =
    more.dataDirectory ?? resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryFolder() } });
  prepareDataDirectory(dataDirectory);
  if (more.certificates === undefined)
    cpSync(await sharedCertificates(), dataDirectory.certificates, { recursive: true });
  const paneFolder = join(dataDirectory.path, "pane");
  mkdirSync(join(paneFolder, "fr"), { recursive: true });
  writeFileSync(join(paneFolder, "taskpane.html"), "<!doctype html><title>Pane</title>");
  const source = new FakeNativeModule();
  const bridge = await createBridge({
    dataDirectory,
    port: 0,
    version: "1.2.3",
    paneFolder,
    source: nativeStateSource(source, { dataDirectory: dataDirectory.path }),
    log: silentLog(),
    peer: () => Promise.resolve({ trusted: true }),
    ...more,
  });
  onTestFinished(() => bridge.stop());
  const ca = readFileSync(join(dataDirectory.certificates, "ca.crt"), "utf8");
  return { bridge, source, dataDirectory, paneFolder, ca, origin: `https://localhost:${bridge.port}` };
}

export interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export function get({ bridge, ca }: InProcessBridge, path: string, more: RequestOptions = {}): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "localhost", port: bridge.port, path, ca, agent: false, ...more }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    sent.on("error", reject).end();
  });
}

/** Connects a feed client. When the test ends it is closed, and must have received no violation of the protocol. */
export async function connectClient(
  fixture: InProcessBridge,
  options: TestFeedClientOptions = {},
): Promise<TestFeedClient> {
  const target = { port: fixture.bridge.port, ca: Buffer.from(fixture.ca) };
  const client = await TestFeedClient.connect(target, { check: await feedMessageCheck(), ...options });
  onTestFinished(() => {
    client.socket.terminate();
    expect(client.errors).toEqual([]);
  });
  return client;
}
