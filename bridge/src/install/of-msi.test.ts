import { expect, test } from "vitest";
import { temporaryHome } from "../../../test/support/temporary-home.js";
import { Failure } from "../failure.js";
import { resolveHome } from "../home/home.js";
import { MSI_KEY } from "./names.js";
import { refuseOfMsi } from "./of-msi.js";
import { InstallRecord } from "./record.js";
import { MemoryRegistry } from "./registry/memory-registry.js";
import { text } from "./registry/registry.js";

function installation(): { readonly record: InstallRecord; readonly registry: MemoryRegistry } {
  const home = resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryHome() } });
  return { record: new InstallRecord(home), registry: new MemoryRegistry() };
}

const refuse = (given: ReturnType<typeof installation>): (() => void) => {
  return () => {
    refuseOfMsi(given, "Use the MSI.");
  };
};

test("what the MSI has installed is left to Windows Installer", () => {
  const given = installation();
  given.record.update({ msi: true });
  given.registry.write(MSI_KEY, "Version", text("1.2.3"));
  expect(refuse(given)).toThrow(Failure);
  expect(refuse(given)).toThrow("1.2.3");
});

test("what is left of an MSI that Windows Installer has forgotten may be removed", () => {
  const given = installation();
  given.record.update({ msi: true });
  expect(refuse(given)).not.toThrow();
});

test("what the npm package has installed is nobody else's", () => {
  expect(refuse(installation())).not.toThrow();
});
