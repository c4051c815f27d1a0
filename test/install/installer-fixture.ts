// Installations on any system: real files and a real bridge, but registry and trust in memory.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { ensureCertificates } from "../../bridge/src/certificates/certificates.js";
import { prepareDataDirectory, resolveDataDirectory, type DataDirectory } from "../../bridge/src/data-directory.js";
import { stopBridge } from "../../bridge/src/install/steps/bridge.js";
import { AGENT, MANIFEST } from "../../bridge/src/install/paths.js";
import { InstallRecord } from "../../bridge/src/install/record.js";
import { MemoryRegistry } from "../support/memory-registry.js";
import type { InstallContext, InstallOptions } from "../../bridge/src/install/context.js";
import type { TrustedRoots } from "../../bridge/src/install/windows.js";
import { silentLog } from "../../bridge/src/log/log.js";
import { productRoot } from "../../bridge/src/version.js";

/** Inside the clone, so that installed files find its packages. */
const PLACE = join(productRoot, "build", "test-installations");

export class MemoryRoots implements TrustedRoots {
  /** Trusted by this user. */
  readonly trusted = new Set<string>();
  /** Trusted by an administrator for all users. */
  readonly machine = new Set<string>();
  asked = 0;
  answer: "yes" | "no" = "yes";

  has(thumbprint: string): boolean {
    return this.trusted.has(thumbprint) || this.machine.has(thumbprint);
  }

  hasOwn(thumbprint: string): boolean {
    return this.trusted.has(thumbprint);
  }

  add(der: Buffer): void {
    this.asked += 1;
    if (this.answer === "no") throw new Error("the user refused");
    this.trusted.add(createHash("sha1").update(der).digest("hex"));
  }

  remove(thumbprint: string): boolean {
    if (this.machine.has(thumbprint)) throw new Error("access is denied");
    return this.trusted.delete(thumbprint);
  }
}

/** Created once, because it takes a second; other tests cover the creation. */
const CERTIFICATES = join(PLACE, "certificates");

async function certificatesMadeBefore(): Promise<string> {
  mkdirSync(CERTIFICATES, { recursive: true });
  await ensureCertificates({ folder: CERTIFICATES, log: silentLog() });
  return CERTIFICATES;
}

export interface Machine {
  readonly dataDirectory: DataDirectory;
  readonly registry: MemoryRegistry;
  readonly roots: MemoryRoots;
  /** The messages to the user. */
  readonly output: string[];
  /** The same machine for another run of the program. */
  context(version: string, options?: Partial<InstallOptions>): InstallContext;
  /** Adds certificates that are not trusted yet. */
  haveCertificate(): Promise<void>;
  /** Everything that an installation may change, for comparison. */
  state(): unknown;
}

/** A machine that is removed when the test ends. */
export function machine(port: number): Machine {
  mkdirSync(PLACE, { recursive: true });
  const folder = mkdtempSync(join(PLACE, "m-"));
  const dataDirectory = resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: join(folder, "data") } });
  const registry = new MemoryRegistry();
  const roots = new MemoryRoots();
  const output: string[] = [];
  const before = process.env["OUTLOOK_OFFLINE_STATE_HOME"];
  process.env["OUTLOOK_OFFLINE_STATE_HOME"] = dataDirectory.path;
  onTestFinished(async () => {
    await stopBridge(dataDirectory);
    if (before === undefined) delete process.env["OUTLOOK_OFFLINE_STATE_HOME"];
    else process.env["OUTLOOK_OFFLINE_STATE_HOME"] = before;
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    ...{ dataDirectory, registry, roots, output },
    context(version, options = {}) {
      prepareDataDirectory(dataDirectory);
      return {
        ...{ dataDirectory, version, registry, roots },
        packageFolder: packageOf(join(folder, `package-${version}`), version),
        record: new InstallRecord(dataDirectory),
        log: silentLog(),
        options: { port, trust: true, sideload: true, msi: false, ...options },
        print: (line) => output.push(line),
      };
    },
    async haveCertificate() {
      prepareDataDirectory(dataDirectory);
      cpSync(await certificatesMadeBefore(), dataDirectory.certificates, { recursive: true });
    },
    state: () => ({
      registry: registry.dump(),
      trusted: [...roots.trusted],
      files: filesOf(dataDirectory),
    }),
  };
}

/** A package with the built bridge, and placeholders for the Windows binaries. */
function packageOf(folder: string, version: string): string {
  if (existsSync(folder)) return folder;
  mkdirSync(folder, { recursive: true });
  for (const part of ["dist/bridge", "dist/shared", "dist/pane", "build/Release", MANIFEST]) {
    cpSync(join(productRoot, part), join(folder, part), {
      recursive: true,
      // Without node-gyp's intermediate files.
      filter: (file) => !/obj\.target|\.deps|\.(map|d\.ts|tsbuildinfo|a)$/.test(file),
    });
  }
  for (const file of Object.values(AGENT)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `agent ${version}`);
  }
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "outlook-offline-state", version, type: "module" }),
  );
  const files = Object.fromEntries(
    filesBelow(folder).map((file) => {
      const content = readFileSync(join(folder, file));
      return [file, { size: content.length, sha256: createHash("sha256").update(content).digest("hex") }];
    }),
  );
  writeFileSync(join(folder, "files.json"), JSON.stringify({ version, files }));
  return folder;
}

export function filesBelow(folder: string, prefix = ""): string[] {
  return readdirSync(join(folder, prefix)).flatMap((name) => {
    const path = prefix === "" ? name : `${prefix}/${name}`;
    return statSync(join(folder, path)).isDirectory() ? filesBelow(folder, path) : [path];
  });
}

/** Without the log and the history, which a running bridge changes at any time. */
function filesOf(dataDirectory: DataDirectory): string[] {
  if (!existsSync(dataDirectory.path)) return [];
  return filesBelow(dataDirectory.path)
    .filter((file) => !/^(logs|history|run)\//.test(file))
    .map(
      (file) =>
        `${file} ${createHash("sha1")
          .update(readFileSync(join(dataDirectory.path, file)))
          .digest("hex")}`,
    )
    .sort();
}
