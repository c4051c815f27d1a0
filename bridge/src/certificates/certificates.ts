/**
 * The certificate of https://localhost and the CA that issued it: three files in <data directory>/certificates. They are created,
 * checked, and replaced when they are damaged or near their end.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { copyFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../log/log.js";
import { asUserError, codeOf, messageOf, UserError } from "../user-error.js";

export const CA_FILE = "ca.crt";
export const CERTIFICATE_FILE = "localhost.crt";
export const KEY_FILE = "localhost.key";
const FILES = [CA_FILE, CERTIFICATE_FILE, KEY_FILE];

/** A replaced set that the clock of that time made invalid, and that may be valid again when the clock is corrected. */
export const PREVIOUS_FOLDER = "previous";
/** Prefix of folders for sets in the making. */
const TEMPORARY_PREFIX = ".new-";

const DAY_MS = 86_400_000;
/** From now. With the day before it 397 days, one less than browsers accept at most. */
const LIFETIME_MS = 396 * DAY_MS;
/** Valid from yesterday on, so that a clock that is set back or a time zone change does not make it invalid. */
const BACKDATED_MS = DAY_MS;
const RENEW_BEFORE_END_MS = 30 * DAY_MS;
/** A clock before this date is wrong, because this version did not exist then (an empty battery gives 1970 or 2000). */
const EARLIEST_PLAUSIBLE_TIME = Date.UTC(2026, 0, 1);
/**
 * The CA of versions up to 0.1.0 has the name of Microsoft's "Developer CA for Microsoft Office Add-ins", whose tools delete every
 * certificate of that name, and it fails strict verification. It is replaced once.
 */
const LEGACY_CA_NAME = /^(?:CN|O)=Developer CA for Microsoft Office Add-ins$/m;
const OWN_CA_NAME = /^CN=Outlook Offline State CA \(localhost only\)$/m;

/** Times are Unix milliseconds. */
export interface Certificates {
  /** PEM. */
  readonly ca: string;
  /** PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  readonly validFrom: number;
  readonly validUntil: number;
  /** From when on it should be replaced. */
  readonly renewAt: number;
  /** Created by a version up to 0.1.0, and to be replaced. */
  readonly isLegacy: boolean;
}

export interface CertificateOptions {
  /** <data directory>/certificates; must exist. */
  readonly folder: string;
  readonly log: Log;
  /** The current time in Unix milliseconds. */
  readonly now?: () => number;
  /**
   * Makes the system of this user trust a new CA, before anything uses it; if it rejects, the old certificate stays in use.
   * Without it, the system's trust store is not changed.
   */
  readonly trust?: (caFile: string) => Promise<void>;
  /**
   * Whether valid certificates of versions up to 0.1.0 are replaced. `install` does, because it asks the user for trust once; a
   * starting bridge must not ask. The default is true without `trust`, because then nobody is asked.
   */
  readonly replaceLegacy?: boolean;
  /** When aborted, the files stay as they are. */
  readonly signal?: AbortSignal;
}

/** The state of the files in a folder. */
export type Inspection =
  | { readonly kind: "valid"; readonly certificates: Certificates }
  /** They belong together, but are not valid at this time. */
  | { readonly kind: "not-valid-now"; readonly certificates: Certificates; readonly problem: string }
  | { readonly kind: "unusable"; readonly problem: string };

/** Returns the certificates, after replacing them if they are not valid or near their end. Throws a UserError. */
export async function ensureCertificates(options: CertificateOptions): Promise<Certificates> {
  const { folder, log } = options;
  const now = options.now?.() ?? Date.now();
  const replaceLegacy = options.replaceLegacy ?? options.trust === undefined;
  const current = await inspectCertificates(folder, now);
  if (current.kind === "valid" && now < current.certificates.renewAt) {
    if (!current.certificates.isLegacy || !replaceLegacy) return current.certificates;
  }
  if (current.kind === "not-valid-now" && now < EARLIEST_PLAUSIBLE_TIME && options.trust !== undefined) {
    // Do not ask the user to trust a certificate that is useless as soon as the clock is correct.
    log.error({ now: new Date(now).toISOString() }, `the clock of this computer is wrong: ${current.problem}`);
    return current.certificates;
  }
  if (current.kind !== "valid") log.warn(`replacing the certificate: ${current.problem}`);
  try {
    await replaceFiles(options, now, current.kind === "not-valid-now" && !current.certificates.isLegacy);
  } catch (error) {
    // A certificate near its end is better than none.
    if (current.kind === "unusable" || options.signal?.aborted === true) throw error;
    log.error({ err: error }, "could not renew the certificate; the old one stays in use");
    return current.certificates;
  }
  const created = await inspectCertificates(folder, now);
  if (created.kind !== "valid") throw new Error(`the new certificates in ${folder} cannot be used: ${created.problem}`);
  return created.certificates;
}

/**
 * Replaces the files by a new set, or by the previous one if that is valid now, because its CA is already trusted.
 * @param keepCurrent whether to keep the current set as the previous one
 */
async function replaceFiles(options: CertificateOptions, now: number, keepCurrent: boolean): Promise<void> {
  const { folder, trust, signal } = options;
  try {
    await removeTemporaryFolders(folder);
    const next = await mkdtemp(join(folder, TEMPORARY_PREFIX));
    const previous = await inspectCertificates(join(folder, PREVIOUS_FOLDER), now);
    if (previous.kind === "valid" && now < previous.certificates.renewAt)
      await copyFiles(join(folder, PREVIOUS_FOLDER), next);
    else await createFiles(next, now - BACKDATED_MS, now + LIFETIME_MS);
    await trust?.(join(next, CA_FILE));
    signal?.throwIfAborted();
    if (keepCurrent) {
      const kept = await mkdtemp(join(folder, TEMPORARY_PREFIX));
      await copyFiles(folder, kept);
      await rm(join(folder, PREVIOUS_FOLDER), { recursive: true, force: true });
      await rename(kept, join(folder, PREVIOUS_FOLDER));
    }
    // A crash between two of these leaves files that do not belong together; the next start replaces them.
    for (const file of FILES) await rename(join(next, file), join(folder, file));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `cannot write the certificate of https://localhost to ${folder} (${asUserError(error, folder)?.message ?? messageOf(error)})`,
      "Check that the folder is writable and that its disk is not full.",
      { cause: error },
    );
  } finally {
    await removeTemporaryFolders(folder).catch(() => undefined);
  }
}

async function createFiles(folder: string, validFrom: number, validUntil: number): Promise<void> {
  // Loaded only when needed, once a year: the ASN.1 schemas take several megabytes of memory.
  const { issue } = await import("./issue.js");
  const { ca, certificate, key } = await issue(validFrom, validUntil);
  await writeFile(join(folder, CA_FILE), ca);
  await writeFile(join(folder, CERTIFICATE_FILE), certificate);
  await writeFile(join(folder, KEY_FILE), key, { mode: 0o600 });
}

async function copyFiles(from: string, to: string): Promise<void> {
  for (const file of FILES) await copyFile(join(from, file), join(to, file));
}

/** Removes what a crash has left. */
async function removeTemporaryFolders(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(TEMPORARY_PREFIX)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** The certificates in `folder`, or undefined if they do not belong together or are not valid at `now` (Unix milliseconds). */
export async function readCertificates(folder: string, now: number): Promise<Certificates | undefined> {
  const found = await inspectCertificates(folder, now);
  return found.kind === "valid" ? found.certificates : undefined;
}

/** Reads and checks the files. Never rejects. `now` is in Unix milliseconds. */
export async function inspectCertificates(folder: string, now: number): Promise<Inspection> {
  const texts: string[] = [];
  for (const file of [CA_FILE, CERTIFICATE_FILE, KEY_FILE]) {
    try {
      texts.push(await readFile(join(folder, file), "utf8"));
    } catch (error) {
      return { kind: "unusable", problem: `${join(folder, file)} cannot be read (${codeOf(error) ?? "unknown"})` };
    }
  }
  const [ca = "", certificate = "", key = ""] = texts;
  try {
    const issuer = new X509Certificate(ca);
    const leaf = new X509Certificate(certificate);
    const mismatch = mismatchOf(issuer, leaf, key);
    if (mismatch !== undefined) return { kind: "unusable", problem: `${mismatch}, in ${folder}` };
    const validFrom = Math.max(Date.parse(leaf.validFrom), Date.parse(issuer.validFrom));
    const validUntil = Math.min(Date.parse(leaf.validTo), Date.parse(issuer.validTo));
    // Short-lived certificates are renewed after two thirds of their lifetime.
    const renewAt = validUntil - Math.min(RENEW_BEFORE_END_MS, (validUntil - validFrom) / 3);
    const isLegacy = LEGACY_CA_NAME.test(issuer.subject);
    const certificates = { ca, certificate, key, validFrom, validUntil, renewAt, isLegacy };
    if (validFrom <= now && now < validUntil) return { kind: "valid", certificates };
    const period = `valid from ${iso(validFrom)} to ${iso(validUntil)}, and it is ${iso(now)}`;
    return { kind: "not-valid-now", certificates, problem: `${join(folder, CERTIFICATE_FILE)} is ${period}` };
  } catch (error) {
    return { kind: "unusable", problem: `a file in ${folder} is damaged (${messageOf(error)})` };
  }
}

function mismatchOf(issuer: X509Certificate, leaf: X509Certificate, key: string): string | undefined {
  if (!leaf.checkIssued(issuer) || !leaf.verify(issuer.publicKey))
    return `${CERTIFICATE_FILE} was not issued by ${CA_FILE}`;
  if (!leaf.checkPrivateKey(createPrivateKey(key))) return `${KEY_FILE} is not the key of ${CERTIFICATE_FILE}`;
  return leaf.checkHost("localhost") === undefined ? `${CERTIFICATE_FILE} is not for localhost` : undefined;
}

/** Whether this or an earlier version created the CA `pem`; otherwise an administrator has provided it. */
export function isOwnAuthority(pem: string): boolean {
  const { subject } = new X509Certificate(pem);
  return OWN_CA_NAME.test(subject) || LEGACY_CA_NAME.test(subject);
}

function iso(time: number): string {
  return new Date(time).toISOString().slice(0, 16);
}
