/** An installation on a machine that is no Windows: real files, a real bridge, a registry and trust in memory. */
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
import { prepareHome, resolveHome, type Home } from "../../bridge/src/home/home.js";
import { stopBridge } from "../../bridge/src/install/bridge/process.js";
import { AGENT, MANIFEST } from "../../bridge/src/install/places.js";
import { InstallRecord } from "../../bridge/src/install/record.js";
import { MemoryRegistry } from "../../bridge/src/install/registry/memory-registry.js";
import type { InstallContext, InstallOptions } from "../../bridge/src/install/step.js";
import type { TrustedRoots } from "../../bridge/src/install/windows/trusted-roots.js";
import { silentLog } from "../../bridge/src/log/log.js";
import { productRoot } from "../../bridge/src/version.js";

/** Below the clone, so that what is installed there finds the clone's packages. */
const PLACE = join(productRoot, "build", "test-installations");

export class MemoryRoots implements TrustedRoots {
  /** By this user's choice. */
  readonly trusted = new Set<string>();
  /** By an administrator's choice, for everybody. */
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
    if (this.answer === "no") throw new Error("the person said no");
    this.trusted.add(createHash("sha1").update(der).digest("hex"));
  }

  remove(thumbprint: string): boolean {
    if (this.machine.has(thumbprint)) throw new Error("access is denied");
    return this.trusted.delete(thumbprint);
  }
}

/** Made once: it takes a second, and the tests that make their own show that it is made. */
const CERTIFICATES = join(PLACE, "certificates");

async function certificatesMadeBefore(): Promise<string> {
  mkdirSync(CERTIFICATES, { recursive: true });
  await ensureCertificates({ folder: CERTIFICATES, log: silentLog() });
  return CERTIFICATES;
}

export interface Machine {
  readonly home: Home;
  readonly registry: MemoryRegistry;
  readonly roots: MemoryRoots;
  /** What the person was told. */
  readonly told: string[];
  /** As another run of the program sees it: nothing is remembered but what is on disk. */
  context(version: string, options?: Partial<InstallOptions>): InstallContext;
  /** Puts a certificate there that nobody trusts yet. */
  haveCertificate(): Promise<void>;
  /** Everything that an installation may change, to be compared. */
  state(): unknown;
}

/** A machine of this test's own, gone when the test is over. */
export function machine(port: number): Machine {
  mkdirSync(PLACE, { recursive: true });
  const folder = mkdtempSync(join(PLACE, "m-"));
  const home = resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: join(folder, "home") } });
  const registry = new MemoryRegistry();
  const roots = new MemoryRoots();
  const told: string[] = [];
  const before = process.env["OUTLOOK_OFFLINE_STATE_HOME"];
  process.env["OUTLOOK_OFFLINE_STATE_HOME"] = home.path;
  onTestFinished(async () => {
    await stopBridge(home);
    if (before === undefined) delete process.env["OUTLOOK_OFFLINE_STATE_HOME"];
    else process.env["OUTLOOK_OFFLINE_STATE_HOME"] = before;
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    ...{ home, registry, roots, told },
    context(version, options = {}) {
      prepareHome(home);
      return {
        ...{ home, version, registry, roots },
        packageFolder: packageOf(join(folder, `package-${version}`), version),
        record: new InstallRecord(home),
        log: silentLog(),
        options: { port, trust: true, sideload: true, msi: false, ...options },
        say: (line) => told.push(line),
      };
    },
    async haveCertificate() {
      prepareHome(home);
      cpSync(await certificatesMadeBefore(), home.certificates, { recursive: true });
    },
    state: () => ({
      registry: registry.dump(),
      trusted: [...roots.trusted],
      files: filesOf(home),
    }),
  };
}

/** A package with the bridge as it was built, and stand-ins for what only Windows can use. */
function packageOf(folder: string, version: string): string {
  if (existsSync(folder)) return folder;
  mkdirSync(folder, { recursive: true });
  for (const part of ["dist/bridge", "dist/shared", "dist/pane", "build/Release", MANIFEST]) {
    cpSync(join(productRoot, part), join(folder, part), {
      recursive: true,
      // node-gyp leaves its intermediate files there too.
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

/** But for the log and the history, which a bridge writes whenever it likes. */
function filesOf(home: Home): string[] {
  if (!existsSync(home.path)) return [];
  return filesBelow(home.path)
    .filter((file) => !/^(logs|history|run)\//.test(file))
    .map(
      (file) =>
        `${file} ${createHash("sha1")
          .update(readFileSync(join(home.path, file)))
          .digest("hex")}`,
    )
    .sort();
}
