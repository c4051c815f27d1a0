// A bridge in this process, whose Outlook is whatever the test says.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request, type RequestOptions } from "node:https";
import type { IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { WebSocket, type ClientOptions } from "ws";
import { createBridge, type Bridge, type BridgeOptions } from "../../bridge/src/bridge.js";
import { ensureCertificates } from "../../bridge/src/certificates/certificates.js";
import { prepareHome, resolveHome, type Home } from "../../bridge/src/home/home.js";
import { silentLog } from "../../bridge/src/log/log.js";
import type { OfflineStateSource, SourceReport } from "../../bridge/src/source/offline-state-source.js";
import type { FeedMessage } from "../../shared/src/protocol.js";
import { validateFrame } from "../../shared/src/validate.js";
import { checkOfMessages } from "./protocol-document.js";
import { temporaryHome } from "./temporary-home.js";

export const listening = {
  status: "listening",
  profile: "P",
  outlook: "16.0",
  notifies: { online: true, offline: true },
} as const;

export function reportOf(state: SourceReport["state"]): SourceReport {
  return { state, since: Date.now(), ageMs: 0, number: 1, source: listening };
}

/** A source that tells what it is told to. */
export class PluggedSource implements OfflineStateSource {
  readonly #listeners = new Set<(report: SourceReport) => void>();
  looks = 0;

  get subscriptions(): number {
    return this.#listeners.size;
  }

  tell(report: SourceReport): void {
    for (const listener of this.#listeners) listener(report);
  }

  subscribe(listener: (report: SourceReport) => void): ReturnType<OfflineStateSource["subscribe"]> {
    this.#listeners.add(listener);
    return {
      refresh: () => {
        this.looks += 1;
      },
      close: () => {
        this.#listeners.delete(listener);
      },
    };
  }
}

export interface PluggedBridge {
  readonly bridge: Bridge;
  readonly source: PluggedSource;
  readonly home: Home;
  readonly paneFolder: string;
  readonly ca: string;
  readonly origin: string;
}

let shared: Promise<string> | undefined;

/** Certificates that were made once for all tests of a file: making them takes longer than most tests. */
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

/** Stopped when the test is over. Everybody is trusted unless `more` says otherwise. */
export async function startPlugged(more: Partial<BridgeOptions> = {}): Promise<PluggedBridge> {
  const home = more.home ?? resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryHome() } });
  prepareHome(home);
  if (more.certificates === undefined) cpSync(await sharedCertificates(), home.certificates, { recursive: true });
  const paneFolder = join(home.path, "pane");
  mkdirSync(join(paneFolder, "fr"), { recursive: true });
  writeFileSync(join(paneFolder, "taskpane.html"), "<!doctype html><title>Pane</title>");
  const source = new PluggedSource();
  const bridge = await createBridge({
    home,
    port: 0,
    version: "1.2.3",
    paneFolder,
    source,
    log: silentLog(),
    peer: () => Promise.resolve({ trusted: true }),
    ...more,
  });
  onTestFinished(() => bridge.stop());
  const ca = readFileSync(join(home.certificates, "ca.crt"), "utf8");
  return { bridge, source, home, paneFolder, ca, origin: `https://localhost:${bridge.port}` };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export function get({ bridge, ca }: PluggedBridge, path: string, more: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "localhost", port: bridge.port, path, ca, agent: false, ...more }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    asked.on("error", reject).end();
  });
}

export interface Pane {
  readonly socket: WebSocket;
  /** Every message so far, each held against the protocol's document and the validator. */
  readonly messages: FeedMessage[];
  readonly closed: Promise<number>;
}

/** Connects as the pane does, and resolves with the snapshot. */
export async function openPane(plugged: PluggedBridge, more: ClientOptions = {}): Promise<Pane> {
  const check = await checkOfMessages();
  const url = `wss://localhost:${plugged.bridge.port}/feed`;
  const socket = new WebSocket(url, ["offline-state.v1"], { ca: plugged.ca, origin: plugged.origin, ...more });
  const messages: FeedMessage[] = [];
  const closed = new Promise<number>((resolve) => {
    socket.on("close", resolve);
  });
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("message", (data: Buffer, isBinary) => {
      const text = data.toString("utf8");
      try {
        check(text);
        const validated = validateFrame(isBinary ? data : text);
        if (validated.kind !== "message") throw new Error(`${validated.kind}: ${text}`);
        messages.push(validated.message);
      } catch (thrown) {
        reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
        socket.terminate();
        return;
      }
      resolve({ socket, messages, closed });
    });
  });
}
