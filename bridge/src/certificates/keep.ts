/** Keeps the certificate of a running bridge valid: renews it in time, and takes files that somebody has replaced. */
import { watch, type FSWatcher } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureCertificates, inspectCertificates, type CertificateOptions, type Certificates } from "./certificates.js";

/** A renewal that waits for the person's consent is not waited for longer than this. */
const CLOSE_MS = 1000;
/** A clock may be set and a machine may sleep: two numbers are compared this often, rather than by one long timer. */
const CHECK_MS = 300_000;
/** Whoever was asked to trust a certificate and said no is not asked again before this. */
const RETRY_MS = 86_400_000;
/** Three files are replaced one by one. */
const SETTLE_MS = 500;

export interface CertificateKeeper {
  /** Gives up a renewal in progress; nothing is written to the folder after it has resolved. Resolves within a second. */
  close(): Promise<void>;
}

export interface KeepOptions extends CertificateOptions {
  readonly checkMs?: number;
  readonly retryMs?: number;
}

/**
 * Calls `swap` with each certificate that takes the place of `present`: one that was renewed, or that somebody has put into the
 * folder. What cannot be used is logged, and the one in use stays. The folder is watched by the operating system; where it cannot
 * be, it is read at each check.
 */
export function keepCertificates(
  present: Certificates,
  options: KeepOptions,
  swap: (next: Certificates) => void,
): CertificateKeeper {
  const { folder, log, checkMs = CHECK_MS, retryMs = RETRY_MS } = options;
  const now = options.now ?? Date.now;
  const closing = new AbortController();
  let current = present;
  let working: Promise<void> | undefined;
  let retryAt = -Infinity;
  /** Files have changed since they were read, or could not be used then. */
  let isUnread = false;
  let refused: string | undefined;
  let watcher: FSWatcher | undefined;

  const adopt = (next: Certificates, what: string): void => {
    if (closing.signal.aborted || (next.certificate === current.certificate && next.key === current.key)) return;
    swap(next);
    current = next;
    log.info({ validUntil: new Date(next.validUntil).toISOString() }, what);
  };

  const renew = async (): Promise<void> => {
    retryAt = performance.now() + retryMs;
    const next = await ensureCertificates({ ...options, signal: closing.signal });
    adopt(next, "the certificate was renewed");
    if (canServe(current, now())) retryAt = -Infinity;
  };

  const reload = async (): Promise<void> => {
    isUnread = false;
    const found = await inspectCertificates(folder, now());
    if (found.kind === "usable") {
      refused = undefined;
      adopt(found.certificates, "the certificate files were replaced; the new ones are in use");
      return;
    }
    isUnread = true;
    if (found.problem !== refused)
      log.warn(`the certificate files cannot be used, the old ones stay: ${found.problem}`);
    refused = found.problem;
  };

  const work = async (): Promise<void> => {
    try {
      if (isUnread || watcher === undefined) await reload();
      if (!canServe(current, now()) && performance.now() >= retryAt) await renew();
    } catch (thrown) {
      if (!closing.signal.aborted) log.error({ err: thrown }, "the certificate could not be renewed or put in use");
    } finally {
      working = undefined;
    }
  };

  let settling: NodeJS.Timeout | undefined;
  const changed = (): void => {
    isUnread = true;
    clearTimeout(settling);
    settling = setTimeout(() => {
      // What is being renewed changes the files itself.
      void (working ?? Promise.resolve()).then(() => {
        if (!closing.signal.aborted) working ??= work();
      });
    }, SETTLE_MS).unref();
  };
  watcher = watchFolder(folder, changed, (thrown) => {
    log.warn({ err: thrown }, `${folder} cannot be watched; it is read every ${checkMs / 60_000} min`);
    watcher = undefined;
  });

  const timer = setInterval(() => {
    if (isUnread || watcher === undefined || !canServe(current, now())) working ??= work();
  }, checkMs);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      clearTimeout(settling);
      watcher?.close();
      closing.abort();
      if (working !== undefined) await Promise.race([working, sleep(CLOSE_MS, undefined, { ref: false })]);
    },
  };
}

function canServe({ validFrom, renewAt }: Certificates, now: number): boolean {
  return validFrom <= now && now < renewAt;
}

/** Undefined when the system cannot watch it, which `failed` is told also when it ends later. */
function watchFolder(folder: string, changed: () => void, failed: (thrown: unknown) => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, changed);
    watcher.on("error", (thrown) => {
      watcher.close();
      failed(thrown);
    });
    return watcher;
  } catch (thrown) {
    failed(thrown);
    return undefined;
  }
}
