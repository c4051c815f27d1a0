import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureCertificates } from "../../../bridge/src/certificates/certificates.js";
import { silentLog } from "../../../bridge/src/log/log.js";

/** A certificate for localhost, and the HOME of a browser that trusts it. */
export interface TestCertificates {
  readonly key: Buffer;
  readonly cert: Buffer;
  /** Its NSS database contains the CA, so that no certificate error has to be ignored. */
  readonly home: string;
}

/** Creates the product's CA and certificate below `folder`, and trusts the CA. */
export async function createTestCertificates(folder: string): Promise<TestCertificates> {
  const file = (name: string) => join(folder, "certificates", name);
  mkdirSync(join(folder, "certificates"), { recursive: true });
  await ensureCertificates({ folder: join(folder, "certificates"), log: silentLog() });
  const home = join(folder, "home");
  trustAuthority(file("ca.crt"), home);
  return { key: readFileSync(file("localhost.key")), cert: readFileSync(file("localhost.crt")), home };
}

/** Adds a CA certificate to the NSS database below `home`, which Chromium reads. Requires certutil (libnss3-tools). */
export function trustAuthority(caFile: string, home: string): void {
  const database = join(home, ".pki", "nssdb");
  mkdirSync(database, { recursive: true });
  const certutil = (...args: string[]) =>
    execFileSync("certutil", ["-d", `sql:${database}`, ...args], { stdio: "pipe" });
  certutil("-N", "--empty-password");
  certutil("-A", "-n", "outlook-offline-state test CA", "-t", "C,,", "-i", caFile);
}
