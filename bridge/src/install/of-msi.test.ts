import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { temporaryHome } from "../../../test/support/temporary-home.js";
import { Failure } from "../failure.js";
import { resolveHome } from "../home/home.js";
import { MSI_KEY, UPGRADE_CODE } from "./names.js";
import { refuseOfMsi } from "./of-msi.js";
import { installFileOf, InstallRecord } from "./record.js";
import { MemoryRegistry } from "./registry/memory-registry.js";
import { number, text } from "./registry/registry.js";

const INSTALLER = "HKCU\\Software\\Microsoft\\Installer";
/** As Windows Installer writes 6F2C5B0E-54B1-4B49-9A3D-1E8A5E0C7D21. */
const PACKED = "E0B5C2F61B4594B4A9D3E1A8E5C0D712";
const PRODUCT = "0123456789ABCDEF0123456789ABCDEF";

const refuse = (registry: MemoryRegistry): (() => void) => {
  return () => {
    refuseOfMsi({ registry }, "Use the MSI.");
  };
};

test("what the MSI has installed is left to Windows Installer", () => {
  const registry = new MemoryRegistry();
  registry.write(MSI_KEY, "Version", text("1.2.3"));
  expect(refuse(registry)).toThrow(Failure);
  expect(refuse(registry)).toThrow("1.2.3");
});

test.each(["", "no json", '{ "msi": false }', '{ "msi": "true" }'])(
  "is left to Windows Installer whatever our own record says: %j",
  (content) => {
    const home = resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryHome() } });
    writeFileSync(installFileOf(home), content);
    expect(new InstallRecord(home).facts.msi).toBe(false);
    const registry = new MemoryRegistry();
    registry.write(MSI_KEY, "Version", text("1.2.3"));
    expect(refuse(registry)).toThrow("by the MSI");
  },
);

test("what Windows Installer lists as a product is left to it when our key is lost", () => {
  const registry = new MemoryRegistry();
  registry.write(`${INSTALLER}\\UpgradeCodes\\${PACKED}`, PRODUCT, text(""));
  // Only the code is left of a product that was removed.
  expect(refuse(registry)).not.toThrow();
  registry.write(`${INSTALLER}\\Products\\${PRODUCT}`, "Version", number(1));
  expect(refuse(registry)).toThrow("by the MSI");
});

test("what is left of an MSI that Windows Installer has forgotten may be removed", () => {
  expect(refuse(new MemoryRegistry())).not.toThrow();
});

test("the MSI is made with the code by which it is looked for", () => {
  expect(readFileSync("tools/package/wix.mjs", "utf8")).toContain(`"${UPGRADE_CODE}"`);
});
