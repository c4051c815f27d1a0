/** The certificate of https://localhost: taken from the data directory while it is good, replaced before it ends. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, describe } from "../failure.js";
import type { Log } from "../log/log.js";
import {
  CA_FILE,
  CERTIFICATE_FILE,
  copyPrevious,
  generate,
  KEY_FILE,
  PREVIOUS_FOLDER,
  replaceFiles,
} from "./generate.js";

const DAY_MS = 86_400_000;
/** From now. With the day before it 397 days, one less than the longest life that browsers accept. */
const LIFE_MS = 396 * DAY_MS;
/** Valid since yesterday, so that a clock that is set back by an hour or to another time zone makes it no less valid. */
const BACKDATED_MS = DAY_MS;
const RENEW_BEFORE_END_MS = 30 * DAY_MS;
/** This version did not exist before: a clock that says so is wrong (an empty battery: 1970, 2000, the year of the machine). */
const EARLIEST_TRUE_TIME = Date.UTC(2026, 0, 1);
/**
 * The CA of versions up to 0.1.0 has the name of Microsoft's own "Developer CA for Microsoft Office Add-ins", whose tools delete
 * every certificate of that name, and it fails strict verification. It is replaced once.
 */
const FORMER_CA_NAME = /^(?:CN|O)=Developer CA for Microsoft Office Add-ins$/m;
const OWN_CA_NAME = /^CN=Outlook Offline State CA \(localhost only\)$/m;

export interface Certificates {
  /** PEM. */
  readonly ca: string;
  /** PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  /** Unix milliseconds. */
  readonly validFrom: number;
  /** Unix milliseconds. */
  readonly validUntil: number;
  /** When a new one should take its place, Unix milliseconds. */
  readonly renewAt: number;
  /** Made by a version up to 0.1.0, and to be replaced. */
  readonly isFormer: boolean;
}

export interface CertificateOptions {
  /** <data directory>/certificates; must exist. */
  readonly folder: string;
  readonly log: Log;
  readonly now?: () => number;
  /**
   * Makes this user's system trust a new CA, before anything is served with it; when it rejects, the old certificate
   * stays in use. Nothing is asked of the system unless this is given.
   */
  readonly trust?: (caFile: string) => Promise<void>;
  /**
   * Whether certificates of versions up to 0.1.0 are replaced while they are valid. `install` does, which asks the person once;
   * a bridge that starts asks nobody. Without `trust`, where nobody is asked, it is the default.
   */
  readonly replaceFormer?: boolean;
  /** Gives up making new ones: what is in the folder stays as it is. */
  readonly signal?: AbortSignal;
}

/** What lies in a folder of certificates. */
export type Inspection =
  | { readonly kind: "usable"; readonly certificates: Certificates }
  /** They fit together, and the clock says that they are not valid yet or not any more. */
  | { readonly kind: "not-now"; readonly certificates: Certificates; readonly problem: string }
  | { readonly kind: "unusable"; readonly problem: string };

/** Reads the certificates, replaced when they cannot serve now or are near their end. Throws a Failure. */
export async function ensureCertificates(options: CertificateOptions): Promise<Certificates> {
  const { folder, log } = options;
  const now = options.now?.() ?? Date.now();
  const replaceFormer = options.replaceFormer ?? options.trust === undefined;
  const present = await inspectCertificates(folder, now);
  if (present.kind === "usable" && now < present.certificates.renewAt) {
    if (!present.certificates.isFormer || !replaceFormer) return present.certificates;
  }
  if (present.kind === "not-now" && now < EARLIEST_TRUE_TIME && options.trust !== undefined) {
    // The person would be asked to trust one that is of no use as soon as the clock is right.
    log.error({ now: new Date(now).toISOString() }, `the clock of this computer is wrong: ${present.problem}`);
    return present.certificates;
  }
  if (present.kind !== "usable") log.warn(`the certificate is replaced: ${present.problem}`);
  try {
    await replace(options, now, present.kind === "not-now" && !present.certificates.isFormer);
  } catch (thrown) {
    // One that is near its end is better than none.
    if (present.kind === "unusable" || options.signal?.aborted === true) throw thrown;
    log.error({ err: thrown }, "the certificate could not be renewed; the old one stays in use");
    return present.certificates;
  }
  const made = await inspectCertificates(folder, now);
  if (made.kind !== "usable") throw new Error(`the certificates made in ${folder} cannot be used: ${made.problem}`);
  return made.certificates;
}

/** Takes back the set that was kept, when that one can serve now: its CA is trusted already. */
async function replace(options: CertificateOptions, now: number, keepPresent: boolean): Promise<void> {
  const { folder, trust, signal } = options;
  const kept = await inspectCertificates(join(folder, PREVIOUS_FOLDER), now);
  const takeBack = kept.kind === "usable" && now < kept.certificates.renewAt;
  await replaceFiles({
    folder,
    keepPresent,
    make: (target) => (takeBack ? copyPrevious(folder, target) : generate(target, now - BACKDATED_MS, now + LIFE_MS)),
    approve: trust ?? (() => Promise.resolve()),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** The certificates in `folder`, or undefined when they do not fit together or are not valid at `now`. */
export async function readCertificates(folder: string, now: number): Promise<Certificates | undefined> {
  const found = await inspectCertificates(folder, now);
  return found.kind === "usable" ? found.certificates : undefined;
}

/** Never rejects. `now`: Unix milliseconds. */
export async function inspectCertificates(folder: string, now: number): Promise<Inspection> {
  const texts: string[] = [];
  for (const file of [CA_FILE, CERTIFICATE_FILE, KEY_FILE]) {
    try {
      texts.push(await readFile(join(folder, file), "utf8"));
    } catch (thrown) {
      return { kind: "unusable", problem: `${join(folder, file)} cannot be read (${codeOf(thrown) ?? "unknown"})` };
    }
  }
  const [ca = "", certificate = "", key = ""] = texts;
  try {
    const issuer = new X509Certificate(ca);
    const leaf = new X509Certificate(certificate);
    const misfit = misfitOf(issuer, leaf, key);
    if (misfit !== undefined) return { kind: "unusable", problem: `${misfit}, in ${folder}` };
    const validFrom = Math.max(Date.parse(leaf.validFrom), Date.parse(issuer.validFrom));
    const validUntil = Math.min(Date.parse(leaf.validTo), Date.parse(issuer.validTo));
    // A short life is renewed after two thirds of it.
    const renewAt = validUntil - Math.min(RENEW_BEFORE_END_MS, (validUntil - validFrom) / 3);
    const isFormer = FORMER_CA_NAME.test(issuer.subject);
    const certificates = { ca, certificate, key, validFrom, validUntil, renewAt, isFormer };
    if (validFrom <= now && now < validUntil) return { kind: "usable", certificates };
    const period = `valid from ${iso(validFrom)} to ${iso(validUntil)}, and it is ${iso(now)}`;
    return { kind: "not-now", certificates, problem: `${join(folder, CERTIFICATE_FILE)} is ${period}` };
  } catch (thrown) {
    return { kind: "unusable", problem: `a file in ${folder} is damaged (${describe(thrown)})` };
  }
}

function misfitOf(issuer: X509Certificate, leaf: X509Certificate, key: string): string | undefined {
  if (!leaf.checkIssued(issuer) || !leaf.verify(issuer.publicKey))
    return `${CERTIFICATE_FILE} was not issued by ${CA_FILE}`;
  if (!leaf.checkPrivateKey(createPrivateKey(key))) return `${KEY_FILE} is not the key of ${CERTIFICATE_FILE}`;
  return leaf.checkHost("localhost") === undefined ? `${CERTIFICATE_FILE} is not for localhost` : undefined;
}

/** Whether we have made the CA `pem`, in this version or an earlier one: an administrator's own may lie in its place. */
export function isOwnAuthority(pem: string): boolean {
  const { subject } = new X509Certificate(pem);
  return OWN_CA_NAME.test(subject) || FORMER_CA_NAME.test(subject);
}

function iso(time: number): string {
  return new Date(time).toISOString().slice(0, 16);
}
