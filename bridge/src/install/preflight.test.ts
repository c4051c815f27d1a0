import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MemoryRegistry } from "../../../test/support/memory-registry.js";
import { temporaryFolder } from "../../../test/support/temporary-folder.js";
import { resolveDataDirectory } from "../data-directory.js";
import { UserError } from "../user-error.js";
import type { FoundOutlook } from "./outlook.js";
import { MSI_KEY, UPGRADE_CODE } from "./paths.js";
import { checkOutlook, NoOutlookError, refuseIfMsi } from "./preflight.js";
import { installFileOf, InstallRecord } from "./record.js";
import { number, text } from "./registry.js";

const INSTALLER = "HKCU\\Software\\Microsoft\\Installer";
/** 6F2C5B0E-54B1-4B49-9A3D-1E8A5E0C7D21, as Windows Installer writes it. */
const PACKED_UPGRADE_CODE = "E0B5C2F61B4594B4A9D3E1A8E5C0D712";
const PRODUCT = "0123456789ABCDEF0123456789ABCDEF";

const refuse = (registry: MemoryRegistry) => (): void => {
  refuseIfMsi(registry, "Use the MSI.");
};

describe("refuseIfMsi", () => {
  it("refuses if the MSI is installed, and names its version", () => {
    const registry = new MemoryRegistry();
    registry.write(MSI_KEY, "Version", text("1.2.3"));
    expect(refuse(registry)).toThrow(UserError);
    expect(refuse(registry)).toThrow("1.2.3");
  });

  it.each(["", "no json", '{ "msi": false }', '{ "msi": "true" }'])(
    "refuses although install.json contains %j",
    (content) => {
      const dataDirectory = resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryFolder() } });
      writeFileSync(installFileOf(dataDirectory), content);
      expect(new InstallRecord(dataDirectory).data.msi).toBe(false);
      const registry = new MemoryRegistry();
      registry.write(MSI_KEY, "Version", text("1.2.3"));
      expect(refuse(registry)).toThrow("by the MSI");
    },
  );

  it("refuses if only Windows Installer lists the product", () => {
    const registry = new MemoryRegistry();
    registry.write(`${INSTALLER}\\UpgradeCodes\\${PACKED_UPGRADE_CODE}`, PRODUCT, text(""));
    // A removed product leaves its upgrade code behind.
    expect(refuse(registry)).not.toThrow();
    registry.write(`${INSTALLER}\\Products\\${PRODUCT}`, "Version", number(1));
    expect(refuse(registry)).toThrow("by the MSI");
  });

  it("accepts the remains of an MSI that Windows Installer no longer lists", () => {
    expect(refuse(new MemoryRegistry())).not.toThrow();
  });

  it("looks for the upgrade code that the MSI is built with", () => {
    expect(readFileSync("tools/package/msi.mjs", "utf8")).toContain(`"${UPGRADE_CODE}"`);
  });
});

describe("checkOutlook", () => {
  const found: FoundOutlook = {
    classic: { path: "C:\\Office\\OUTLOOK.EXE", version: "16.0.17328.20184", bits: "x64" },
    prefersNew: false,
    running: [],
  };
  const check = (outlook: Partial<FoundOutlook>, webAddIns: "yes" | "no" | "unknown" = "yes"): string[] =>
    checkOutlook({ outlook: { ...found, ...outlook }, webAddIns, paneUrl: "https://localhost:1/taskpane.html" });

  it("throws a NoOutlookError without classic Outlook", () => {
    expect(() => check({ classic: undefined })).toThrow(NoOutlookError);
  });

  it("has no notes for a classic Outlook that is closed", () => {
    expect(check({})).toEqual([]);
  });

  it.each([
    ["new Outlook is in use", { prefersNew: true }, "yes", "new Outlook"],
    ["no account shows add-ins", {}, "no", "https://localhost:1/taskpane.html"],
    ["Outlook is running", { running: [{ id: 1, image: "", bits: 64, elevated: false }] }, "yes", "Restart it"],
    ["Outlook runs as administrator", { running: [{ id: 1, image: "", bits: 64, elevated: true }] }, "yes", "normally"],
  ] as const)("has a note if %s", (_case, outlook, webAddIns, expected) => {
    expect(check(outlook, webAddIns).join("\n")).toContain(expected);
  });
});
