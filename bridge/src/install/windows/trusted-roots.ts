/** The certificate authorities that this Windows user trusts. */
import { codeOf, describe, Failure } from "../../failure.js";
import { hasKey } from "../registry/registry.js";
import { WindowsRegistry } from "../registry/windows-registry.js";
import { setupOf } from "./setup-module.js";

/** Where Windows keeps what this user has chosen to trust; what the machine or a policy trusts is elsewhere. */
const OWN_ROOTS_KEY = "HKCU\\Software\\Microsoft\\SystemCertificates\\Root\\Certificates";

export interface TrustedRoots {
  /** `thumbprint`: SHA-1 in hex, as Windows names certificates. */
  has(thumbprint: string): boolean;
  /** Whether it is trusted by this user's own choice: one that an administrator trusts for everybody is not ours to remove. */
  hasOwn(thumbprint: string): boolean;
  /** Windows asks the person, and this waits for the answer. Throws a Failure when the person says no. */
  add(der: Buffer): void;
  /** False when it is not there. Windows asks the person. Throws a Failure when the person says no. */
  remove(thumbprint: string): boolean;
}

/** Windows' own store of the current user. Throws a Failure where the native module is not there. */
export function windowsRoots(): TrustedRoots {
  const setup = setupOf();
  const registry = new WindowsRegistry();
  return {
    hasOwn: (thumbprint) => hasKey(registry, `${OWN_ROOTS_KEY}\\${thumbprint.toUpperCase()}`),
    has: (thumbprint) => setup.isTrustedRoot(Buffer.from(thumbprint, "hex")),
    add(der) {
      try {
        setup.addTrustedRoot(der);
      } catch (thrown) {
        throw refused("trust the certificate of https://localhost", thrown);
      }
    },
    remove(thumbprint) {
      try {
        return setup.removeTrustedRoot(Buffer.from(thumbprint, "hex"));
      } catch (thrown) {
        throw refused("forget the certificate of https://localhost", thrown);
      }
    },
  };
}

function refused(what: string, thrown: unknown): Failure {
  return new Failure(
    `Windows did not ${what} (${codeOf(thrown) ?? describe(thrown)})`,
    'Run the command again and answer "Yes" when Windows asks. Where a policy forbids it, see "Certificates" in docs/deploy.md.',
    { cause: thrown },
  );
}
