/** Checks before `install` and `uninstall` change anything. */
import { UserError } from "../user-error.js";
import type { FoundOutlook } from "./outlook.js";
import { MSI_KEY, UPGRADE_CODE } from "./paths.js";
import { hasKey, readText, type Registry } from "./registry.js";

/** Classic Outlook is not installed. `install` then exits with code 3, so that a deployment can tell it from a failure. */
export class NoOutlookError extends UserError {}

export interface OutlookPreflight {
  readonly outlook: FoundOutlook;
  readonly webAddIns: "yes" | "no" | "unknown";
  /** Address of the pane. */
  readonly paneUrl: string;
}

/** Returns notes for the user. Throws a NoOutlookError if classic Outlook is not installed. */
export function checkOutlook({ outlook, webAddIns, paneUrl }: OutlookPreflight): string[] {
  if (outlook.classic === undefined) {
    throw new NoOutlookError(
      "classic Outlook for Windows is not installed for this user; new Outlook, Outlook on the web and Outlook for Mac do not report their state",
      "Install classic Outlook (Microsoft 365 Apps, Office LTSC, Office 2016 or newer) and run the command again. To prepare a machine without it, add --without-outlook.",
    );
  }
  const notes: string[] = [];
  if (outlook.prefersNew)
    notes.push(
      'Note: you use new Outlook, which does not report its state. To use this add-in, switch "New Outlook" off at its top right.',
    );
  if (webAddIns === "no")
    notes.push(
      `Note: Outlook shows add-ins only for Exchange and Microsoft 365 accounts, and you have none. Open the pane in a browser instead: ${paneUrl}`,
    );
  if (outlook.running.some(({ elevated }) => elevated === true))
    notes.push(
      "Note: Outlook runs as administrator, where Windows ignores this add-in. Close Outlook and start it normally.",
    );
  if (outlook.running.length > 0) notes.push("Note: Outlook is running. Restart it after the installation.");
  return notes;
}

/** Where Windows Installer records the products of an upgrade code, and the installed products. */
const MSI_RECORDS = [
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
 * Refuses to modify an installation that Windows Installer owns: throws a UserError. Our own record (install.json) does not count, so
 * that the remains of a half-removed MSI can be uninstalled.
 */
export function refuseIfMsi(registry: Registry, remedy: string): void {
  const version = readText(registry, MSI_KEY, "Version");
  if (version === undefined && !isRegistered(registry)) return;
  throw new UserError(`${version === undefined ? "it" : `version ${version}`} was installed by the MSI`, remedy);
}

function isRegistered(registry: Registry): boolean {
  return MSI_RECORDS.some(({ codes, products }) =>
    (registry.names(`${codes}\\${packedGuid(UPGRADE_CODE)}`) ?? []).some((product) =>
      hasKey(registry, `${products}\\${product}`),
    ),
  );
}

/** As Windows Installer writes a GUID: its first three parts reversed, and the two digits of each byte of the others swapped. */
function packedGuid(guid: string): string {
  const [a = "", b = "", c = "", ...rest] = guid.split("-");
  const reversed = [a, b, c].map((part) => Array.from(part).reverse().join("")).join("");
  return reversed + rest.join("").replace(/(.)(.)/g, "$2$1");
}
