/** Puts together what the steps work with, on a real Windows. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { resolveHome, type Home } from "../home/home.js";
import type { Log } from "../log/log.js";
import { silentLog } from "../log/log.js";
import { productRoot, version } from "../version.js";
import { NODE, appsFolder } from "./places.js";
import { InstallRecord } from "./record.js";
import { WindowsRegistry } from "./registry/windows-registry.js";
import type { InstallContext, InstallOptions } from "./step.js";
import { setupOf } from "./windows/setup-module.js";
import { windowsRoots } from "./windows/trusted-roots.js";

export interface ContextOptions {
  readonly options: InstallOptions;
  readonly say: (line: string) => void;
  readonly log?: Log;
  readonly home?: Home;
}

/** Throws a Failure where there is nothing to install into. */
export function windowsContext({ options, say, log, home = resolveHome() }: ContextOptions): InstallContext {
  setupOf();
  return {
    home,
    version,
    packageFolder: productRoot,
    registry: new WindowsRegistry(),
    roots: windowsRoots(),
    record: new InstallRecord(home),
    log: log ?? silentLog(),
    options,
    say,
  };
}

/** Whether this very process runs from what was installed in `home`, rather than from a clone or a package. */
export function runsInstalled(home: Home): boolean {
  return resolve(productRoot).startsWith(resolve(appsFolder(home))) && existsSync(join(productRoot, NODE));
}
