// Temporary data directories. Their certificates are created once, because that is not measured.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fromRoot } from "../../tools/lib/paths.mjs";

const folders = [];
process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "offline-state-bench-"));
  folders.push(folder);
  return folder;
}

let certificates;

/** The certificates folder that all servers use, so that TLS is the same for all. */
export function sharedCertificates() {
  return (certificates ??= (async () => {
    const { ensureCertificates } = await import(fromRoot("dist/bridge/src/certificates/certificates.js"));
    const { silentLog } = await import(fromRoot("dist/bridge/src/log/log.js"));
    const folder = join(temporaryFolder(), "certificates");
    mkdirSync(folder, { mode: 0o700 });
    await ensureCertificates({ folder, log: silentLog() });
    return folder;
  })());
}

/** Creates a data directory that the product accepts. */
export async function preparedDataDirectory() {
  const path = join(temporaryFolder(), "data");
  const { prepareDataDirectory, resolveDataDirectory } = await import(fromRoot("dist/bridge/src/data-directory.js"));
  const dataDirectory = resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: path } });
  prepareDataDirectory(dataDirectory);
  cpSync(await sharedCertificates(), dataDirectory.certificates, { recursive: true });
  return dataDirectory;
}

/** A port that is free at this moment. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
