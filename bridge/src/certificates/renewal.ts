/** Keeps the certificate of a running bridge valid: renews it in time, and loads files that an administrator has replaced. */
import { watch, type FSWatcher } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureCertificates, inspectCertificates, type CertificateOptions, type Certificates } from "./certificates.js";

/** `close` does not wait longer for a renewal that waits for the user's consent. */
const CLOSE_TIMEOUT_MS = 1000;
/** A periodic check rather than one long timer, because the clock may be changed and the machine may sleep. */
const CHECK_INTERVAL_MS = 300_000;
/** A user who declined to trust a new certificate is not asked again before this. */
const RETRY_INTERVAL_MS = 86_400_000;
/** Wait after a file change, because three files are replaced one after the other. */
const DEBOUNCE_MS = 500;

export interface CertificateRenewal {
  /** Cancels a renewal in progress and resolves within a second. Nothing is written to the folder afterwards. */
  close(): Promise<void>;
}

export interface RenewalOptions extends CertificateOptions {
  readonly checkIntervalMs?: number;
  readonly retryIntervalMs?: number;
}

/**
 * Calls `onReplaced` with each certificate that replaces `initial`, because it was renewed or because its files were replaced.
 * Unusable files are logged, and the current certificate stays in use. The folder is watched; if that is not possible, it is read
 * at each check.
 */
export function startRenewal(
  initial: Certificates,
  options: RenewalOptions,
  onReplaced: (next: Certificates) => void,
): CertificateRenewal {
  const { folder, log, checkIntervalMs = CHECK_INTERVAL_MS, retryIntervalMs = RETRY_INTERVAL_MS } = options;
  const now = options.now ?? Date.now;
  const closing = new AbortController();
  let current = initial;
  let running: Promise<void> | undefined;
  let nextAttempt = -Infinity;
  /** The files have changed since they were read, or were unusable then. */
  let isDirty = false;
  let lastProblem: string | undefined;
  let watcher: FSWatcher | undefined;

  const replaceCurrent = (next: Certificates, message: string): void => {
    if (closing.signal.aborted || (next.certificate === current.certificate && next.key === current.key)) return;
    onReplaced(next);
    current = next;
    log.info({ validUntil: new Date(next.validUntil).toISOString() }, message);
  };

  const renew = async (): Promise<void> => {
    nextAttempt = performance.now() + retryIntervalMs;
    const next = await ensureCertificates({ ...options, signal: closing.signal });
    replaceCurrent(next, "the certificate was renewed");
    if (isCurrent(current, now())) nextAttempt = -Infinity;
  };

  const reload = async (): Promise<void> => {
    isDirty = false;
    const found = await inspectCertificates(folder, now());
    if (found.kind === "valid") {
      lastProblem = undefined;
      replaceCurrent(found.certificates, "the certificate files were replaced; the new ones are in use");
      return;
    }
    isDirty = true;
    if (found.problem !== lastProblem)
      log.warn(`the certificate files cannot be used, the previous ones stay in use: ${found.problem}`);
    lastProblem = found.problem;
  };

  const check = async (): Promise<void> => {
    try {
      if (isDirty || watcher === undefined) await reload();
      if (!isCurrent(current, now()) && performance.now() >= nextAttempt) await renew();
    } catch (error) {
      if (!closing.signal.aborted) log.error({ err: error }, "could not renew or use the certificate");
    } finally {
      running = undefined;
    }
  };

  let debounce: NodeJS.Timeout | undefined;
  const onChange = (): void => {
    isDirty = true;
    clearTimeout(debounce);
    debounce = setTimeout(() => {
      // A renewal in progress changes the files itself.
      void (running ?? Promise.resolve()).then(() => {
        if (!closing.signal.aborted) running ??= check();
      });
    }, DEBOUNCE_MS).unref();
  };
  watcher = watchFolder(folder, onChange, (error) => {
    log.warn({ err: error }, `${folder} cannot be watched; it is read every ${checkIntervalMs / 60_000} min`);
    watcher = undefined;
  });

  const timer = setInterval(() => {
    if (isDirty || watcher === undefined || !isCurrent(current, now())) running ??= check();
  }, checkIntervalMs);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      clearTimeout(debounce);
      watcher?.close();
      closing.abort();
      if (running !== undefined) await Promise.race([running, sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    },
  };
}

/** Whether it is valid and not due for renewal. */
function isCurrent({ validFrom, renewAt }: Certificates, now: number): boolean {
  return validFrom <= now && now < renewAt;
}

/** Undefined if the folder cannot be watched. `onError` is called then, and when watching fails later. */
function watchFolder(folder: string, onChange: () => void, onError: (error: unknown) => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, onChange);
    watcher.on("error", (error) => {
      watcher.close();
      onError(error);
    });
    return watcher;
  } catch (error) {
    onError(error);
    return undefined;
  }
}
