/** "Apps" in Windows' settings: where a person looks for it who wants it gone. Windows Installer has an entry of its own. */
import { join } from "node:path";
import { ENTRY_KEY, PRODUCT } from "../names.js";
import { appFolder, MAIN, NODE } from "../places.js";
import { hasKey, number, readText, text } from "../registry/registry.js";
import { fail, INSTALL_AGAIN, pass, type Step } from "../step.js";

export const entry: Step = {
  name: "entry",
  what: "add it to the list of apps in Windows' settings",

  check({ registry, version, options }) {
    if (options.msi) {
      return Promise.resolve(
        hasKey(registry, ENTRY_KEY)
          ? fail("the list of apps has it twice: by Windows Installer, and by an earlier npm package", INSTALL_AGAIN)
          : pass("Windows Installer has it"),
      );
    }
    const found = readText(registry, ENTRY_KEY, "DisplayVersion");
    if (found === version) return Promise.resolve(pass(`${PRODUCT} ${found}`));
    return Promise.resolve(
      fail(found === undefined ? "not in the list of apps" : `lists version ${found}`, INSTALL_AGAIN),
    );
  },

  do({ registry, home, version, options }) {
    if (options.msi) {
      // Of an installation from the npm package, whose place the MSI has taken.
      registry.removeKey(ENTRY_KEY);
      return Promise.resolve("left to Windows Installer");
    }
    const folder = appFolder(home, version);
    const remove = `"${join(folder, NODE)}" "${join(folder, MAIN)}" uninstall`;
    registry.write(ENTRY_KEY, "DisplayName", text(PRODUCT));
    registry.write(ENTRY_KEY, "DisplayVersion", text(version));
    registry.write(ENTRY_KEY, "InstallLocation", text(folder));
    registry.write(ENTRY_KEY, "UninstallString", text(remove));
    registry.write(ENTRY_KEY, "QuietUninstallString", text(remove));
    registry.write(ENTRY_KEY, "NoModify", number(1));
    registry.write(ENTRY_KEY, "NoRepair", number(1));
    return Promise.resolve(ENTRY_KEY);
  },

  undo({ registry }) {
    if (!hasKey(registry, ENTRY_KEY)) return Promise.resolve([]);
    registry.removeKey(ENTRY_KEY);
    return Promise.resolve([ENTRY_KEY]);
  },
};
