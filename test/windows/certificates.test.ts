// The certificates under Windows' CryptoAPI, which Outlook's webview uses.
import { X509Certificate } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureCertificates } from "../../bridge/src/certificates/certificates.js";
import { silentLog } from "../../bridge/src/log/log.js";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { runInWine, windowsPath } from "./support/wine.js";

const PROGRAM = fromRoot("build/windows-tests/certificate-chain.exe");

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "offline-state-chain-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** "chain 00000000 policy 00000000" if the certificate is trusted. */
function verdict(ca: string, certificate: string, host: string): string {
  const files = Object.entries({ ca, certificate }).map(([name, pem]) => {
    const file = join(folder, `${name}.der`);
    writeFileSync(file, new X509Certificate(pem).raw);
    return windowsPath(file);
  });
  return runInWine(PROGRAM, [...files, host]).trim();
}

test("are trusted by Windows for localhost, with their constraints", async () => {
  const { ca, certificate } = await ensureCertificates({ folder, log: silentLog() });
  expect(verdict(ca, certificate, "localhost")).toBe("chain 00000000 policy 00000000");
  // CERT_E_CN_NO_MATCH
  expect(verdict(ca, certificate, "example.com")).toBe("chain 00000000 policy 800b010f");
}, 240_000);

test("are not trusted by Windows with another CA of the same name", async () => {
  const others = join(folder, "others");
  mkdirSync(others);
  const [{ certificate }, { ca }] = [
    await ensureCertificates({ folder, log: silentLog() }),
    await ensureCertificates({ folder: others, log: silentLog() }),
  ];
  expect(verdict(ca, certificate, "localhost")).not.toContain("chain 00000000");
}, 240_000);
