/** Windows Installer knows what it has installed: who takes it away behind its back leaves an entry that does nothing. */
import { Failure } from "../failure.js";
import { MSI_KEY, UPGRADE_CODE } from "./names.js";
import { readText, hasKey, type Registry } from "./registry/registry.js";
import type { InstallContext } from "./step.js";

/** Windows Installer's own records: which products an upgrade code stands for, and which products are installed. */
const RECORDS = [
  {
    codes: "HKCU\\Software\\Microsoft\\Installer\\UpgradeCodes",
    products: "HKCU\\Software\\Microsoft\\Installer\\Products",
  },
  {
    codes: "HKLM\\Software\\Classes\\Installer\\UpgradeCodes",
    products: "HKLM\\Software\\Classes\\Installer\\Products",
  },
];

/**
 * Throws a Failure when Windows Installer says that the MSI is installed; what our own record says of it does not count. When it
 * does not, what is left of an MSI that was removed by halves may be removed like everything else.
 */
export function refuseOfMsi({ registry }: Pick<InstallContext, "registry">, remedy: string): void {
  const version = readText(registry, MSI_KEY, "Version");
  if (version === undefined && !isRegistered(registry)) return;
  throw new Failure(
    `${version === undefined ? "it" : `version ${version}`} was installed for this user by the MSI`,
    remedy,
  );
}

function isRegistered(registry: Registry): boolean {
  return RECORDS.some(({ codes, products }) =>
    (registry.names(`${codes}\\${packed(UPGRADE_CODE)}`) ?? []).some((product) =>
      hasKey(registry, `${products}\\${product}`),
    ),
  );
}

/** Windows Installer writes a GUID with its first three parts backwards, and each byte of the others with its digits swapped. */
function packed(guid: string): string {
  const [a = "", b = "", c = "", ...rest] = guid.split("-");
  const backwards = [a, b, c].map((part) => Array.from(part).reverse().join("")).join("");
  return backwards + rest.join("").replace(/(.)(.)/g, "$2$1");
}
