/** The certificate of https://localhost, and Windows' trust in it. Without it Outlook shows no pane. */
import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureCertificates, readCertificates } from "../../certificates/certificates.js";
import { CA_FILE, CERTIFICATE_FILE, KEY_FILE } from "../../certificates/generate.js";
import type { Journal } from "../journal.js";
import type { InstallRecord } from "../record.js";
import { fail, INSTALL_AGAIN, pass, unsure, type Step } from "../step.js";
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
    const made = await ensureCertificates({ folder: home.certificates, log, trust });
    if (options.trust) trustAuthority(made.ca, { roots, record, journal, told });
    const until = new Date(made.validUntil).toISOString().slice(0, 10);
    return options.trust
      ? `valid until ${until}, trusted by this Windows user`
      : `valid until ${until}; NOT trusted, as asked. ${BY_POLICY}`;
  },

  undo({ home, roots, record, say }) {
    const known = new Set(record.facts.thumbprints);
    // One that was trusted by an installation whose record is lost.
    const there = authorityIn(home.certificates);
    if (there !== undefined) known.add(there);
    const trusted = [...known].filter((thumbprint) => roots.has(thumbprint));
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

function authorityIn(folder: string): string | undefined {
  try {
    return thumbprintOf(readFileSync(join(folder, CA_FILE), "utf8"));
  } catch {
    return undefined;
  }
}

function keepFiles(folder: string, journal: Journal): void {
  for (const file of FILES.map((name) => join(folder, name))) {
    if (existsSync(file)) continue;
    journal.add(file, () => {
      rmSync(file, { force: true });
    });
  }
}
