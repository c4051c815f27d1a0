// Homes of measurements, with certificates that were made once: making them is not what is measured.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fromRoot } from "../../tools/lib/paths.mjs";

const made = [];
process.on("exit", () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "offline-state-bench-"));
  made.push(folder);
  return folder;
}

let certificates;

/** The folder of certificates that everybody uses: the same TLS on all sides. */
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

/** A home that the product accepts. */
export async function preparedHome() {
  const path = join(temporaryFolder(), "home");
  const { prepareHome, resolveHome } = await import(fromRoot("dist/bridge/src/home/home.js"));
  const home = resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: path } });
  prepareHome(home);
  cpSync(await sharedCertificates(), home.certificates, { recursive: true });
  return home;
}

export async function authority() {
  return readFileSync(join(await sharedCertificates(), "ca.crt"), "utf8");
}

/** A port that nobody has at this moment. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
