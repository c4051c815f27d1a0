/** Creates the certificate of https://localhost and adds its CA to this user's trusted roots. Without it Outlook does not show the pane. */
import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  ensureCertificates,
  isOwnAuthority,
  readCertificates,
  CA_FILE,
  CERTIFICATE_FILE,
  KEY_FILE,
  PREVIOUS_FOLDER,
} from "../../certificates/certificates.js";
import type { DataDirectory } from "../../data-directory.js";
import { messageOf } from "../../user-error.js";
import type { InstallContext } from "../context.js";
import type { Journal } from "../journal.js";
import type { InstallRecord } from "../record.js";
import { fail, INSTALL_AGAIN, pass, unknown, type Step } from "../step.js";
import type { TrustedRoots } from "../windows.js";

const FILES = [CA_FILE, CERTIFICATE_FILE, KEY_FILE];
const BY_ADMINISTRATOR =
  'Ask your administrator to distribute it (docs/deploy.md, "Certificates"), or install without --no-trust.';

export const certificate: Step = {
  name: "certificate",
  title: "Certificate",

  async check({ dataDirectory, roots, options }) {
    const found = await readCertificates(dataDirectory.certificates, Date.now());
    if (found === undefined) return fail(`no valid certificate in ${dataDirectory.certificates}`, INSTALL_AGAIN);
    const thumbprint = thumbprintOf(found.ca);
    const evidence = `valid until ${dateOf(found.validUntil)}, CA ${thumbprint}`;
    if (found.isLegacy) return fail(`${evidence}, created by an earlier version`, INSTALL_AGAIN);
    if (roots.has(thumbprint)) return pass(`${evidence}, trusted by this Windows user`);
    if (!options.trust) return unknown(`${evidence}, not trusted by this Windows user`, BY_ADMINISTRATOR);
    return fail(
      `${evidence}, NOT trusted by this Windows user`,
      `${INSTALL_AGAIN} Choose "Yes" when Windows asks about the certificate.`,
    );
  },

  async apply({ dataDirectory, roots, record, log, options, print }, journal) {
    mkdirSync(dataDirectory.certificates, { recursive: true, mode: 0o700 });
    saveFiles(dataDirectory.certificates, journal);
    const onPrompt = (): void => {
      print(
        'Windows now asks whether to install a certificate. Choose "Yes", or Outlook will not show the pane. The certificate is valid for this computer only.',
      );
    };
    const trust = (caFile: string): Promise<void> => {
      if (options.trust) trustAuthority(readFileSync(caFile, "utf8"), { roots, record, journal, onPrompt });
      return Promise.resolve();
    };
    // A new CA is trusted before its certificate is used.
    const current = await ensureCertificates({
      folder: dataDirectory.certificates,
      log,
      trust,
      replaceLegacy: true,
    });
    if (options.trust) trustAuthority(current.ca, { roots, record, journal, onPrompt });
    const validity = `valid until ${dateOf(current.validUntil)}`;
    return options.trust
      ? `${validity}, trusted by this Windows user`
      : `${validity}, NOT trusted because of --no-trust. ${BY_ADMINISTRATOR}`;
  },

  revert({ dataDirectory, roots, record, print }) {
    // A valid record lists every CA that was added to the trusted roots.
    const unrecorded = record.state === "valid" ? [] : ownAuthorities(dataDirectory);
    const known = new Set([...record.data.thumbprints, ...unrecorded]);
    const trusted = [...known].filter((thumbprint) => roots.hasOwn(thumbprint));
    if (trusted.length > 0) print('Windows now asks whether to delete the certificate. Choose "Yes".');
    const removed = trusted
      .filter((thumbprint) => roots.remove(thumbprint))
      .map((thumbprint) => `trust in ${thumbprint}`);
    record.update({ thumbprints: [] });
    for (const file of FILES) {
      if (!existsSync(join(dataDirectory.certificates, file))) continue;
      rmSync(join(dataDirectory.certificates, file), { force: true });
      removed.push(file);
    }
    rmSync(join(dataDirectory.certificates, PREVIOUS_FOLDER), { recursive: true, force: true });
    return Promise.resolve(removed);
  },
};

/** "2027-11-25" */
function dateOf(time: number | Date): string {
  return new Date(time).toISOString().slice(0, 10);
}

interface TrustOptions {
  readonly roots: TrustedRoots;
  readonly record: InstallRecord;
  readonly journal?: Journal;
  /** Called before Windows asks the user. */
  readonly onPrompt?: () => void;
}

/** Adds the CA `pem` to this user's trusted roots, unless it is trusted already. Recorded first. Throws a UserError. */
export function trustAuthority(pem: string, { roots, record, journal, onPrompt }: TrustOptions): void {
  const authority = new X509Certificate(pem);
  const thumbprint = thumbprintOf(pem);
  if (roots.has(thumbprint)) return;
  record.addThumbprint(thumbprint);
  onPrompt?.();
  journal?.add(`trust in ${thumbprint}`, () => {
    roots.remove(thumbprint);
  });
  roots.add(authority.raw);
}

/** SHA-1 in lower-case hex, as Windows identifies certificates. */
export function thumbprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint.replaceAll(":", "").toLowerCase();
}

/** Thumbprints of the CAs in the data directory that this product has created, not those that an administrator has put there. */
export function ownAuthorities(dataDirectory: DataDirectory): string[] {
  return authoritiesIn(dataDirectory, isOwnAuthority);
}

/**
 * Removes the trust in CAs that have been replaced: those of versions up to 0.1.0, and renewed ones. They are identified by
 * thumbprint, never by name, which a developer's tools may share. Call it when the new CA is in use. What Windows or the user refuses
 * stays in the record and is tried again by the next installation. Returns the removed thumbprints; never throws.
 */
export function removeFormerTrust({ dataDirectory, roots, record, log, print }: InstallContext): readonly string[] {
  const inUse = new Set(authoritiesIn(dataDirectory));
  const former = record.data.thumbprints.filter((thumbprint) => !inUse.has(thumbprint));
  const removed: string[] = [];
  const kept = former.filter((thumbprint) => {
    try {
      if (!roots.hasOwn(thumbprint)) return false;
      print(
        'Windows now asks whether to delete the certificate of an earlier version. Choose "Yes": it is no longer used.',
      );
      if (roots.remove(thumbprint)) removed.push(thumbprint);
      return false;
    } catch (error) {
      log.warn({ err: error, thumbprint }, `cannot remove the trust in a former certificate: ${messageOf(error)}`);
      return true;
    }
  });
  if (former.length > kept.length) {
    record.update({
      thumbprints: record.data.thumbprints.filter(
        (thumbprint) => !former.includes(thumbprint) || kept.includes(thumbprint),
      ),
    });
  }
  return removed;
}

/** Thumbprints of the CA in use and of the previous one, which is kept in case the clock is corrected. */
function authoritiesIn(dataDirectory: DataDirectory, include: (pem: string) => boolean = () => true): string[] {
  return [dataDirectory.certificates, join(dataDirectory.certificates, PREVIOUS_FOLDER)].flatMap((folder) => {
    try {
      const pem = readFileSync(join(folder, CA_FILE), "utf8");
      return include(pem) ? [thumbprintOf(pem)] : [];
    } catch {
      return [];
    }
  });
}

/** A rollback restores the files as they are now. */
function saveFiles(folder: string, journal: Journal): void {
  for (const file of FILES.map((name) => join(folder, name))) {
    const before = existsSync(file) ? readFileSync(file) : undefined;
    journal.add(file, () => {
      if (before === undefined) rmSync(file, { force: true });
      else writeFileSync(file, before, { mode: 0o600 });
    });
  }
  const previous = join(folder, PREVIOUS_FOLDER);
  if (existsSync(previous)) return;
  journal.add(previous, () => {
    rmSync(previous, { recursive: true, force: true });
  });
}
