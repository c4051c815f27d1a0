/** Windows Installer knows what it has installed: who takes it away behind its back leaves an entry that does nothing. */
import { Failure } from "../failure.js";
import { MSI_KEY } from "./names.js";
import { readText } from "./registry/registry.js";
import type { InstallContext } from "./step.js";

/**
 * Throws a Failure when the MSI has installed what is there, and Windows Installer still knows of it. When it does not, what is
 * left of an MSI that was removed by halves may be removed like everything else.
 */
export function refuseOfMsi({ record, registry }: Pick<InstallContext, "record" | "registry">, remedy: string): void {
  const version = readText(registry, MSI_KEY, "Version");
  if (!record.facts.msi || version === undefined) return;
  throw new Failure(`version ${version} was installed for this user by the MSI`, remedy);
}
