/** The certificate of https://localhost, and Windows' trust in it. Without it Outlook shows no pane. */
import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureCertificates, isOwnAuthority, readCertificates } from "../../certificates/certificates.js";
import { CA_FILE, CERTIFICATE_FILE, KEY_FILE, PREVIOUS_FOLDER } from "../../certificates/generate.js";
import { describe } from "../../failure.js";
import type { Home } from "../../home/home.js";
import type { Journal } from "../journal.js";
import type { InstallRecord } from "../record.js";
import { fail, INSTALL_AGAIN, pass, unsure, type InstallContext, type Step } from "../step.js";
import type { TrustedRoots } from "../windows/trusted-roots.js";

const FILES = [CA_FILE, CERTIFICATE_FILE, KEY_FILE];
const BY_POLICY =
  'Have your administrator distribute it (docs/deploy.md, "Certificates"), or install without --no-trust.';

export const certificate: Step = {
  name: "certificate",
  what: "make the certificate of https://localhost and have Windows trust it",

  async check({ home, roots, options }) {
    const found = await readCertificates(home.certificates, Date.now());
    if (found === undefined) return fail(`no valid certificate in ${home.certificates}`, INSTALL_AGAIN);
    const thumbprint = thumbprintOf(found.ca);
    const until = new Date(found.validUntil).toISOString().slice(0, 10);
    const evidence = `valid until ${until}, issued by ${thumbprint}`;
    if (found.isFormer) return fail(`${evidence}, made by an earlier version`, INSTALL_AGAIN);
    if (roots.has(thumbprint)) return pass(`${evidence}, trusted by this Windows user`);
    if (!options.trust) return unsure(`${evidence}, not trusted by this Windows user`, BY_POLICY);
    return fail(`${evidence}, NOT trusted by this Windows user`, `${INSTALL_AGAIN} Answer "Yes" when Windows asks.`);
  },

  async do({ home, roots, record, log, options, say }, journal) {
    mkdirSync(home.certificates, { recursive: true, mode: 0o700 });
    keepFiles(home.certificates, journal);
    const told = (): void => {
      say(
        'Windows now asks whether to install a certificate. Answer "Yes": with it Outlook believes the pane on this computer, and nothing else.',
      );
    };
    const trust = (caFile: string): Promise<void> => {
      if (options.trust) trustAuthority(readFileSync(caFile, "utf8"), { roots, record, journal, told });
      return Promise.resolve();
    };
    // Made anew only when there is none that is good; trusted before anything is served with it.
    const made = await ensureCertificates({ folder: home.certificates, log, trust, replaceFormer: true });
    if (options.trust) trustAuthority(made.ca, { roots, record, journal, told });
    const until = new Date(made.validUntil).toISOString().slice(0, 10);
    return options.trust
      ? `valid until ${until}, trusted by this Windows user`
      : `valid until ${until}; NOT trusted, as asked. ${BY_POLICY}`;
  },

  undo({ home, roots, record, say }) {
    // A record that is whole knows all that Windows was asked to trust.
    const lost = record.state === "whole" ? [] : authoritiesMadeIn(home);
    const known = new Set([...record.facts.thumbprints, ...lost]);
    const trusted = [...known].filter((thumbprint) => roots.hasOwn(thumbprint));
    if (trusted.length > 0) say('Windows now asks whether to delete the certificate. Answer "Yes".');
    const removed = trusted
      .filter((thumbprint) => roots.remove(thumbprint))
      .map((thumbprint) => `trust in ${thumbprint}`);
    record.update({ thumbprints: [] });
    for (const file of FILES) {
      if (!existsSync(join(home.certificates, file))) continue;
      rmSync(join(home.certificates, file), { force: true });
      removed.push(file);
    }
    rmSync(join(home.certificates, PREVIOUS_FOLDER), { recursive: true, force: true });
    return Promise.resolve(removed);
  },
};

interface Trusting {
  readonly roots: TrustedRoots;
  readonly record: InstallRecord;
  readonly journal?: Journal;
  /** Called before Windows asks. */
  readonly told?: () => void;
}

/** Has Windows trust the CA `pem`, unless it does. It is in the record before Windows is asked. Throws a Failure. */
export function trustAuthority(pem: string, { roots, record, journal, told }: Trusting): void {
  const authority = new X509Certificate(pem);
  const thumbprint = thumbprintOf(pem);
  if (roots.has(thumbprint)) return;
  record.addThumbprint(thumbprint);
  told?.();
  journal?.add(`trust in ${thumbprint}`, () => {
    roots.remove(thumbprint);
  });
  roots.add(authority.raw);
}

/** SHA-1 in hex, small letters: how Windows names it. */
export function thumbprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint.replaceAll(":", "").toLowerCase();
}

/**
 * Thumbprints of the CAs in the data directory that we have made. An administrator's own, which may lie in their place, is
 * not among them.
 */
export function authoritiesMadeIn(home: Home): string[] {
  return authoritiesIn(home, isOwnAuthority);
}

/**
 * Ends the trust in CAs that others have taken the place of: those of versions up to 0.1.0, and those that were renewed. Each is
 * found by its thumbprint, never by its name, which a developer's tools may share. Call it when the new one is in use. What Windows
 * or the person refuses stays in the record, for the next time. Returns those whose trust has
 * ended; never throws.
 */
export function endFormerTrust({ home, roots, record, log, say }: InstallContext): readonly string[] {
  const inUse = new Set(authoritiesIn(home));
  const former = record.facts.thumbprints.filter((thumbprint) => !inUse.has(thumbprint));
  const ended: string[] = [];
  const stays = former.filter((thumbprint) => {
    try {
      if (!roots.hasOwn(thumbprint)) return false;
      say(
        'Windows now asks whether to delete the certificate of an earlier version. Answer "Yes": it is not used any more.',
      );
      if (roots.remove(thumbprint)) ended.push(thumbprint);
      return false;
    } catch (thrown) {
      log.warn({ err: thrown, thumbprint }, `the trust in a former certificate stays: ${describe(thrown)}`);
      return true;
    }
  });
  if (former.length > stays.length) {
    const known = record.facts.thumbprints.filter(
      (thumbprint) => !former.includes(thumbprint) || stays.includes(thumbprint),
    );
    record.update({ thumbprints: known });
  }
  return ended;
}

/** Of the CA in use and of the one that is kept for a clock that is set right, no matter who made them. */
function authoritiesIn(home: Home, counts: (pem: string) => boolean = () => true): string[] {
  return [home.certificates, join(home.certificates, PREVIOUS_FOLDER)].flatMap((folder) => {
    try {
      const pem = readFileSync(join(folder, CA_FILE), "utf8");
      return counts(pem) ? [thumbprintOf(pem)] : [];
    } catch {
      return [];
    }
  });
}

/** On the way back the files are as they are now, or are not there. */
function keepFiles(folder: string, journal: Journal): void {
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
