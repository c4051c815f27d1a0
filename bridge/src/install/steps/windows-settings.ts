/** What a user sees in Windows' settings: the bridge in the list of startup apps, and the product in the list of apps. */
import { join } from "node:path";
import type { InstallContext } from "../context.js";
import { appFolder, APPS_ENTRY_KEY, LAUNCHER, MAIN, NODE, PRODUCT, RUN_KEY, RUN_NAME } from "../paths.js";
import { hasKey, number, readText, text } from "../registry.js";
import { fail, INSTALL_AGAIN, pass, type Step } from "../step.js";

export const autostart: Step = {
  name: "autostart",
  title: "Start at logon",

  check(context) {
    const found = readText(context.registry, RUN_KEY, RUN_NAME);
    if (found === undefined) return Promise.resolve(fail("not registered", INSTALL_AGAIN));
    const expected = startCommand(context);
    if (found !== expected) return Promise.resolve(fail(`registered: ${found}; expected: ${expected}`, INSTALL_AGAIN));
    return Promise.resolve(pass(found));
  },

  apply(context) {
    context.registry.write(RUN_KEY, RUN_NAME, text(startCommand(context)));
    return Promise.resolve(`registered in ${RUN_KEY} [${RUN_NAME}]`);
  },

  revert({ registry }) {
    if (registry.read(RUN_KEY, RUN_NAME) === undefined) return Promise.resolve([]);
    registry.removeValue(RUN_KEY, RUN_NAME);
    return Promise.resolve([`${RUN_KEY} [${RUN_NAME}]`]);
  },
};

/** Quoted, because the path may contain spaces. */
function startCommand({ dataDirectory, version, record }: InstallContext): string {
  const port = record.data.port === undefined ? "" : ` --port ${record.data.port}`;
  return `"${join(appFolder(dataDirectory, version), LAUNCHER)}" start${port}`;
}

export const appsEntry: Step = {
  name: "entry",
  title: "List of apps",

  check({ registry, version, options }) {
    if (options.msi) {
      return Promise.resolve(
        hasKey(registry, APPS_ENTRY_KEY)
          ? fail("listed twice: by Windows Installer and by an earlier npm package", INSTALL_AGAIN)
          : pass("listed by Windows Installer"),
      );
    }
    const found = readText(registry, APPS_ENTRY_KEY, "DisplayVersion");
    if (found === version) return Promise.resolve(pass(`${PRODUCT} ${found}`));
    return Promise.resolve(fail(found === undefined ? "not listed" : `listed as version ${found}`, INSTALL_AGAIN));
  },

  apply({ registry, dataDirectory, version, options }) {
    if (options.msi) {
      // The MSI replaces an installation by the npm package, which has left this entry.
      registry.removeKey(APPS_ENTRY_KEY);
      return Promise.resolve("left to Windows Installer");
    }
    const folder = appFolder(dataDirectory, version);
    const uninstall = `"${join(folder, NODE)}" "${join(folder, MAIN)}" uninstall`;
    registry.write(APPS_ENTRY_KEY, "DisplayName", text(PRODUCT));
    registry.write(APPS_ENTRY_KEY, "DisplayVersion", text(version));
    registry.write(APPS_ENTRY_KEY, "InstallLocation", text(folder));
    registry.write(APPS_ENTRY_KEY, "UninstallString", text(uninstall));
    registry.write(APPS_ENTRY_KEY, "QuietUninstallString", text(uninstall));
    registry.write(APPS_ENTRY_KEY, "NoModify", number(1));
    registry.write(APPS_ENTRY_KEY, "NoRepair", number(1));
    return Promise.resolve(`added to "Apps" in Windows' settings`);
  },

  revert({ registry }) {
    if (!hasKey(registry, APPS_ENTRY_KEY)) return Promise.resolve([]);
    registry.removeKey(APPS_ENTRY_KEY);
    return Promise.resolve([APPS_ENTRY_KEY]);
  },
};
