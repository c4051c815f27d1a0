/**
 * The HTTPS client of the command line, and how it finds the bridge of a data directory. It connects to the loopback address and
 * never by name, which a hosts file could redirect, and it trusts only the CA of the data directory, whatever the environment.
 */
import { readFileSync } from "node:fs";
import { request, type RequestOptions } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { HEALTH_PATH, PANE_PATH, stateSchema } from "../../../shared/src/contract.js";
import { CA_FILE } from "../certificates/certificates.js";
import type { DataDirectory } from "../data-directory.js";
import { asUserError, codeOf, messageOf, UserError } from "../user-error.js";
import { isLocked } from "./lock.js";
import { readPidFile, type PidFile } from "./pid-file.js";

/** Even a busy machine responds within this time. */
const RESPONSE_TIMEOUT_MS = 5000;
/** Far more than the longest history: 100,000 spans of about 110 bytes. */
const MAX_RESPONSE_BYTES = 64 << 20;
const FORBIDDEN_RETRIES = 2;
const RETRY_INTERVAL_MS = 100;

const ADDRESS = "127.0.0.1";
const HOST_NAME = "localhost";

/** A request without a response. */
export interface RequestFailure {
  /**
   * - `closed`: nothing listens on the port.
   * - `timeout`: no response in time.
   * - `untrusted`: the server has no certificate of this data directory's CA.
   * - `broken`: the connection ended, or the response is invalid.
   */
  readonly kind: "closed" | "timeout" | "untrusted" | "broken";
  /** For the user, without a full stop. */
  readonly reason: string;
}

export type RequestResult =
  { readonly kind: "response"; readonly status: number; readonly body: string } | RequestFailure;

/** The host of URLs and of the Host header: "localhost:38443"; without the default port of HTTPS. */
export function hostOf(port: number): string {
  return port === 443 ? HOST_NAME : `${HOST_NAME}:${port}`;
}

/** The CA certificate of the data directory in PEM, or why there is none. */
export function readAuthority(dataDirectory: DataDirectory): { readonly ca: string } | RequestFailure {
  const file = join(dataDirectory.certificates, CA_FILE);
  try {
    return { ca: readFileSync(file, "utf8") };
  } catch (error) {
    return { kind: "untrusted", reason: asUserError(error)?.message ?? messageOf(error) };
  }
}

/**
 * Options for https.request and ws that connect to the bridge on `port` only. Everything that the environment could change is
 * explicit: NODE_TLS_REJECT_UNAUTHORIZED, NODE_EXTRA_CA_CERTS, NODE_OPTIONS (--tls-min-v1.0, --insecure-http-parser,
 * --use-openssl-ca, --use-env-proxy) and OPENSSL_CONF.
 */
export function connectionOptions(
  port: number,
  ca: string,
): Omit<RequestOptions, "headers"> & { readonly headers: Readonly<Record<string, string>> } {
  return {
    host: ADDRESS,
    servername: HOST_NAME,
    port,
    headers: { Host: hostOf(port) },
    ca,
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
    insecureHTTPParser: false,
    agent: false,
  };
}

/** Sends a GET request to the bridge of the data directory on `port`. Never rejects. */
export function get(dataDirectory: DataDirectory, port: number, path: string): Promise<RequestResult> {
  const authority = readAuthority(dataDirectory);
  if (!("ca" in authority)) return Promise.resolve(authority);
  const timeout = AbortSignal.timeout(RESPONSE_TIMEOUT_MS);
  return new Promise((resolve) => {
    const fail = (error: unknown): void => {
      resolve(
        timeout.aborted
          ? { kind: "timeout", reason: `no response within ${RESPONSE_TIMEOUT_MS / 1000} s` }
          : failureOf(error),
      );
    };
    try {
      const sent = request({ ...connectionOptions(port, authority.ca), path, signal: timeout }, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size > MAX_RESPONSE_BYTES)
            sent.destroy(new Error(`the response is larger than ${MAX_RESPONSE_BYTES} bytes`));
        });
        response.on("error", fail);
        response.on("end", () => {
          resolve({ kind: "response", status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
        });
      });
      sent.on("error", fail);
      sent.end();
    } catch (error) {
      // The CA file contains no certificate.
      resolve({ kind: "untrusted", reason: messageOf(error) });
    }
  });
}

/** The meaning of a connection error. */
function failureOf(error: unknown): RequestFailure {
  const code = codeOf(error) ?? "";
  if (code === "ECONNREFUSED") return { kind: "closed", reason: "nothing listens on its port" };
  if (/^(?:E[A-Z]+|HPE_\w+|ABORT_ERR)$/.test(code) && code !== "EPROTO")
    return { kind: "broken", reason: `the connection ended (${code})` };
  if (code === "" || code === "ERR_STREAM_PREMATURE_CLOSE") return { kind: "broken", reason: messageOf(error) };
  // OpenSSL's codes (CERT_HAS_EXPIRED) and Node's (ERR_TLS_..., ERR_SSL_..., EPROTO).
  return { kind: "untrusted", reason: `its certificate is not accepted (${code})` };
}

/** Less strict than that of the contract, so that a bridge of another version is recognized. */
const healthSchema = v.looseObject({
  status: v.literal("ok"),
  state: stateSchema,
  clients: v.number(),
  version: v.string(),
});

/** A bridge that runs and responds. */
export interface RunningBridge {
  readonly kind: "running";
  readonly port: number;
  /** URL of the pane. */
  readonly url: string;
  readonly version: string;
  /** Number of open panes. */
  readonly clients: number;
  /** The body of its health response. */
  readonly health: unknown;
  /** Undefined if it is missing. */
  readonly pidFile: PidFile | undefined;
}

/** A bridge that runs but does not respond correctly: it hangs, is starting, refuses this user, or has other certificates. */
export interface UnresponsiveBridge {
  readonly kind: "unresponsive";
  /** Undefined if it has not written one yet. */
  readonly pidFile: PidFile | undefined;
  /** For the user, without a full stop. */
  readonly reason: string;
  /** Whether it may still be starting, so that waiting can help. */
  readonly isStarting: boolean;
}

export type BridgeStatus = { readonly kind: "absent" } | RunningBridge | UnresponsiveBridge;

/**
 * Finds the bridge of the data directory on the port in its pid file, or on one of `ports`. Only a server with a certificate of
 * this data directory's CA counts. Never rejects.
 */
export async function findBridge(dataDirectory: DataDirectory, ports: readonly number[]): Promise<BridgeStatus> {
  const pidFile = readPidFile(dataDirectory);
  const candidates = new Set(pidFile === undefined ? ports : [pidFile.port, ...ports]);
  let ownFailure: RequestFailure | undefined;
  for (const port of candidates) {
    const result = await getHealth(dataDirectory, port);
    if (result.kind !== "response") {
      if (port === pidFile?.port) ownFailure = result;
      continue;
    }
    const health = result.status === 200 ? parseHealth(result.body) : undefined;
    // It has our certificate, so it is our bridge, even if its response is unexpected.
    if (health === undefined)
      return { kind: "unresponsive", pidFile, reason: refusalReason(result.status), isStarting: false };
    const { version, clients } = health;
    const own = pidFile?.port === port ? pidFile : undefined;
    return { kind: "running", port, url: urlOf(port), version, clients, health, pidFile: own };
  }
  return statusWithoutResponse(dataDirectory, pidFile, ownFailure);
}

/** Retries 403: the bridge may have been unable to find out which user sends the request. */
async function getHealth(dataDirectory: DataDirectory, port: number): Promise<RequestResult> {
  let result = await get(dataDirectory, port, HEALTH_PATH);
  for (let retry = 0; retry < FORBIDDEN_RETRIES && result.kind === "response" && result.status === 403; retry += 1) {
    await sleep(RETRY_INTERVAL_MS);
    result = await get(dataDirectory, port, HEALTH_PATH);
  }
  return result;
}

/** `failure` is that of the port in `pidFile`. */
async function statusWithoutResponse(
  dataDirectory: DataDirectory,
  pidFile: PidFile | undefined,
  failure: RequestFailure | undefined,
): Promise<BridgeStatus> {
  const locked = await isLocked(dataDirectory);
  const isAlive = pidFile !== undefined && isProcess(pidFile.pid);
  // Where locks are not supported, a listening port and a living process have to do.
  const isRunning = locked ?? (isAlive && failure?.kind !== "closed");
  if (!isRunning) return { kind: "absent" };
  // A starting bridge removes the pid file of the previous one.
  if (!isAlive || failure === undefined)
    return { kind: "unresponsive", pidFile: undefined, reason: "it is starting or stopping", isStarting: true };
  const hint = failure.kind === "untrusted" ? "; were its certificate files replaced?" : "";
  return { kind: "unresponsive", pidFile, reason: `${failure.reason}${hint}`, isStarting: false };
}

/** The error message about such a bridge, the same in every command. */
export function unresponsiveError({ pidFile, reason, isStarting }: UnresponsiveBridge): UserError {
  const where = pidFile === undefined ? "" : ` (process ${pidFile.pid}, ${urlOf(pidFile.port)})`;
  const stop = pidFile === undefined ? "Stop it" : `End process ${pidFile.pid}`;
  return new UserError(
    `the background program is running but does not respond${where}: ${reason}`,
    isStarting ? "Try again in a moment." : `${stop} and start it again. Details: \`outlook-offline-state logs\``,
  );
}

/** Whether a process with this id exists, also one of another user. */
export function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

function urlOf(port: number): string {
  return `https://localhost:${port}${PANE_PATH}`;
}

function refusalReason(status: number): string {
  if (status === 200) return "version mismatch";
  const reason = status === 403 ? "it does not accept requests of this user" : "it refuses the request";
  return `${reason} (HTTP ${status})`;
}

function parseHealth(body: string): v.InferOutput<typeof healthSchema> | undefined {
  try {
    const parsed = v.safeParse(healthSchema, JSON.parse(body));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
