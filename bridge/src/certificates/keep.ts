/** Renews the certificate while the bridge runs. */
import { setTimeout } from "node:timers/promises";
import { ensureCertificates, type CertificateOptions, type Certificates } from "./certificates.js";

/** A renewal that waits for the person's consent is not waited for longer than this. */
const CLOSE_MS = 1000;

/** A clock may be set and a machine may sleep: looked at by the hour, rather than by one long timer. */
const CHECK_MS = 3_600_000;

export interface CertificateKeeper {
  /** Gives up a renewal in progress; nothing is written to the folder after it has resolved. Resolves within a second. */
  close(): Promise<void>;
}

/** Calls `swap` with each certificate that takes the place of `present`. A failure is logged and tried again. */
export function keepCertificates(
  present: Certificates,
  options: CertificateOptions & { readonly checkMs?: number },
  swap: (next: Certificates) => void,
): CertificateKeeper {
  const now = options.now ?? Date.now;
  let current = present;
  const closing = new AbortController();
  let looking: Promise<void> | undefined;

  const renew = async (): Promise<void> => {
    try {
      const next = await ensureCertificates({ ...options, signal: closing.signal });
      if (closing.signal.aborted || next.certificate === current.certificate) return;
      current = next;
      swap(next);
      options.log.info({ validUntil: new Date(next.validUntil).toISOString() }, "the certificate was renewed");
    } catch (thrown) {
      if (!closing.signal.aborted) options.log.error({ err: thrown }, "the certificate could not be renewed");
    } finally {
      looking = undefined;
    }
  };

  const timer = setInterval(() => {
    if (now() >= current.renewAt) looking ??= renew();
  }, options.checkMs ?? CHECK_MS);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      closing.abort();
      if (looking !== undefined) await Promise.race([looking, setTimeout(CLOSE_MS, undefined, { ref: false })]);
    },
  };
}
