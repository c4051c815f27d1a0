/** What the steps of an installation work with. */
import { resolveDataDirectory, type DataDirectory } from "../data-directory.js";
import { silentLog, type Log } from "../log/log.js";
import { productRoot, version } from "../version.js";
import { InstallRecord } from "./record.js";
import type { Registry } from "./registry.js";
import { windowsRoots, WindowsRegistry, type TrustedRoots } from "./windows.js";

export interface InstallContext {
  readonly dataDirectory: DataDirectory;
  /** The version to install, and the package that it is copied from. */
  readonly version: string;
  readonly packageFolder: string;
  readonly registry: Registry;
  readonly roots: TrustedRoots;
  readonly record: InstallRecord;
  readonly log: Log;
  readonly options: InstallOptions;
  /** Prints one line for the user. */
  readonly print: (line: string) => void;
}

export interface InstallOptions {
  /** If it is not free, the installation fails. Undefined: the first free one of PORTS. */
  readonly port?: number;
  /** Add the certificate to this user's trusted roots. If false, an administrator does it. */
  readonly trust: boolean;
  /** Sideload the manifest. If false, an administrator deploys it. */
  readonly sideload: boolean;
  /** Windows Installer copies and removes the files. */
  readonly msi: boolean;
}

export interface ContextOptions {
  readonly options: InstallOptions;
  readonly print: (line: string) => void;
  readonly log?: Log;
  readonly dataDirectory?: DataDirectory;
}

/** The context on Windows. Throws a UserError on other systems. */
export function windowsContext({
  options,
  print,
  log,
  dataDirectory = resolveDataDirectory(),
}: ContextOptions): InstallContext {
  return {
    dataDirectory,
    version,
    packageFolder: productRoot,
    registry: new WindowsRegistry(),
    roots: windowsRoots(),
    record: new InstallRecord(dataDirectory),
    log: log ?? silentLog(),
    options,
    print,
  };
}
