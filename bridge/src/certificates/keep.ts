/** Renews the certificate while the bridge runs. */
import { ensureCertificates, type CertificateOptions, type Certificates } from "./certificates.js";

/** A clock may be set and a machine may sleep: looked at by the hour, rather than by one long timer. */
const CHECK_MS = 3_600_000;

export interface CertificateKeeper {
  close(): void;
}

/** Calls `swap` with each certificate that takes the place of `present`. A failure is logged and tried again. */
export function keepCertificates(
  present: Certificates,
  options: CertificateOptions & { readonly checkMs?: number },
  swap: (next: Certificates) => void,
): CertificateKeeper {
  const now = options.now ?? Date.now;
  let current = present;
  let busy = false;
  let closed = false;

  const look = async (): Promise<void> => {
    if (busy || now() < current.renewAt) return;
    busy = true;
    try {
      const next = await ensureCertificates(options);
      if (closed || next.certificate === current.certificate) return;
      current = next;
      swap(next);
      options.log.info({ validUntil: new Date(next.validUntil).toISOString() }, "the certificate was renewed");
    } catch (thrown) {
      options.log.error({ err: thrown }, "the certificate could not be renewed");
    } finally {
      busy = false;
    }
  };

  const timer = setInterval(() => void look(), options.checkMs ?? CHECK_MS);
  timer.unref();
  return {
    close() {
      closed = true;
      clearInterval(timer);
    },
  };
}
