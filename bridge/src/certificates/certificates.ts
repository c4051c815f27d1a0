/** The certificate of https://localhost: taken from the home while it is good, made anew before it ends. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../log/log.js";
import { CA_FILE, CERTIFICATE_FILE, generate, KEY_FILE } from "./generate.js";

const DAY_MS = 86_400_000;
/** The longest life that browsers accept of a certificate, less a day for clocks and summer time. */
const DAYS = 397;
const RENEW_BEFORE_END_MS = 30 * DAY_MS;

export interface Certificates {
  /** PEM. */
  readonly ca: string;
  /** PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  /** Unix milliseconds. */
  readonly validUntil: number;
  /** When a new one should take its place, Unix milliseconds. */
  readonly renewAt: number;
}

export interface CertificateOptions {
  /** <home>/certificates; must exist. */
  readonly folder: string;
  readonly log: Log;
  readonly days?: number;
  readonly now?: () => number;
  /**
   * Makes this user's system trust a new CA, before anything is served with it; when it rejects, the old certificate
   * stays in use. Nothing is asked of the system unless this is given.
   */
  readonly trust?: (caFile: string) => Promise<void>;
  /** Gives up making new ones: what is in the folder stays as it is. */
  readonly signal?: AbortSignal;
}

/** Reads the certificates, made anew when they are missing, damaged or near their end. Throws a Failure. */
export async function ensureCertificates(options: CertificateOptions): Promise<Certificates> {
  const now = options.now ?? Date.now;
  const there = await readCertificates(options.folder, now());
  if (there !== undefined && now() < there.renewAt) return there;
  try {
    await generate(options.folder, options.days ?? DAYS, options.trust ?? (() => Promise.resolve()), options.signal);
  } catch (thrown) {
    // One that is near its end is better than none.
    if (there === undefined || options.signal?.aborted === true) throw thrown;
    options.log.error({ err: thrown }, "the certificate could not be renewed; the old one stays in use");
    return there;
  }
  const made = await readCertificates(options.folder, now());
  if (made === undefined) throw new Error(`the certificates made in ${options.folder} do not fit together`);
  return made;
}

/** The certificates in `folder`, or undefined when they do not fit together or are not valid at `now`. */
export async function readCertificates(folder: string, now: number): Promise<Certificates | undefined> {
  try {
    const [ca, certificate, key] = await Promise.all(
      [CA_FILE, CERTIFICATE_FILE, KEY_FILE].map((file) => readFile(join(folder, file), "utf8")),
    );
    if (ca === undefined || certificate === undefined || key === undefined) return undefined;
    const issuer = new X509Certificate(ca);
    const leaf = new X509Certificate(certificate);
    const fits =
      leaf.checkIssued(issuer) &&
      leaf.verify(issuer.publicKey) &&
      leaf.checkPrivateKey(createPrivateKey(key)) &&
      leaf.checkHost("localhost") !== undefined;
    const validFrom = Math.max(Date.parse(leaf.validFrom), Date.parse(issuer.validFrom));
    const validUntil = Math.min(Date.parse(leaf.validTo), Date.parse(issuer.validTo));
    if (!fits || !(validFrom <= now && now < validUntil)) return undefined;
    // A short life is renewed after two thirds of it.
    const renewAt = validUntil - Math.min(RENEW_BEFORE_END_MS, (validUntil - validFrom) / 3);
    return { ca, certificate, key, validUntil, renewAt };
  } catch {
    return undefined;
  }
}
