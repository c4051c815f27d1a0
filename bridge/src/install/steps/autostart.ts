/** The bridge starts when this user logs on. */
import { join } from "node:path";
import { RUN_KEY, RUN_NAME } from "../names.js";
import { appFolder, LAUNCHER } from "../places.js";
import { readText, text } from "../registry/registry.js";
import { fail, INSTALL_AGAIN, pass, type InstallContext, type Step } from "../step.js";

/** Quoted, because a user's folder may have a blank in its name. */
function commandLine({ home, version, record }: InstallContext): string {
  const port = record.facts.port === undefined ? "" : ` --port ${record.facts.port}`;
  return `"${join(appFolder(home, version), LAUNCHER)}" start${port}`;
}

export const autostart: Step = {
  name: "autostart",
  what: "have the bridge start at logon",

  check(context) {
    const found = readText(context.registry, RUN_KEY, RUN_NAME);
    if (found === undefined) return Promise.resolve(fail("not registered to start at logon", INSTALL_AGAIN));
    const wanted = commandLine(context);
    if (found !== wanted) return Promise.resolve(fail(`starts ${found}, not ${wanted}`, INSTALL_AGAIN));
    return Promise.resolve(pass(found));
  },

  do(context) {
    context.registry.write(RUN_KEY, RUN_NAME, text(commandLine(context)));
    return Promise.resolve(`${RUN_KEY} [${RUN_NAME}]`);
  },

  undo({ registry }) {
    if (registry.read(RUN_KEY, RUN_NAME) === undefined) return Promise.resolve([]);
    registry.removeValue(RUN_KEY, RUN_NAME);
    return Promise.resolve([`${RUN_KEY} [${RUN_NAME}]`]);
  },
};
