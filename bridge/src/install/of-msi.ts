/** Windows Installer knows what it has installed: who takes it away behind its back leaves an entry that does nothing. */
import { Failure } from "../failure.js";
import type { InstallRecord } from "./record.js";

/** Throws a Failure when the MSI has installed what is there. */
export function refuseOfMsi({ facts }: Pick<InstallRecord, "facts">, remedy: string): void {
  if (!facts.msi) return;
  throw new Failure(`version ${facts.version ?? "unknown"} was installed for this user by the MSI`, remedy);
}
