// The certificates under independent verifiers in their strictest modes.
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { ensureCertificates } from "../../bridge/src/certificates/certificates.js";
import { silentLog } from "../../bridge/src/log/log.js";
import { startInProcessBridge } from "../support/in-process-bridge.js";

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "strict-"));
  await ensureCertificates({ folder, log: silentLog() });
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
});

const openssl = (...words: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync("openssl", words, { cwd: folder, encoding: "utf8" });

const PYTHON = `
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
context.verify_flags |= ssl.VERIFY_X509_STRICT
with socket.create_connection(("127.0.0.1", int(sys.argv[2]))) as raw:
    with context.wrap_socket(raw, server_hostname=sys.argv[3]) as tls:
        print(tls.version())
`;

describe("the certificates under strict verification", () => {
  it.each([
    ["-verify_hostname", "localhost"],
    ["-verify_ip", "127.0.0.1"],
    ["-verify_ip", "::1"],
  ])("are accepted by openssl verify -x509_strict for %s %s", (option, name) => {
    const words = ["-x509_strict", "-check_ss_sig", "-auth_level", "3", "-purpose", "sslserver", option, name];
    const { status, stderr } = openssl("verify", ...words, "-CAfile", "ca.crt", "localhost.crt");
    expect(status, stderr).toBe(0);
  });

  it("are rejected as client certificates", () => {
    const { status, stderr } = openssl("verify", "-purpose", "sslclient", "-CAfile", "ca.crt", "localhost.crt");
    expect(status).not.toBe(0);
    expect(stderr).toContain("purpose");
  });

  it("meet RFC 5280 for a CA that is constrained to localhost", () => {
    const { stdout } = openssl("x509", "-in", "ca.crt", "-noout", "-text");
    expect(stdout).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0\n/);
    expect(stdout).toMatch(/Key Usage: critical\s+Certificate Sign\n/);
    expect(stdout).toMatch(
      /Name Constraints: critical\s+Permitted:\s+DNS:localhost\s+IP:127\.0\.0\.1\/255\.255\.255\.255\s+IP:0:0:0:0:0:0:0:1\/FFFF(:FFFF){7}\n/,
    );
    expect(stdout).toMatch(/Subject Key Identifier: \s+([0-9A-F:]{59})\n/);
  });

  it("meet RFC 5280 for a server certificate with no other use", () => {
    const { stdout } = openssl("x509", "-in", "localhost.crt", "-noout", "-text");
    expect(stdout).toMatch(/Basic Constraints: critical\s+CA:FALSE\n/);
    expect(stdout).toMatch(/Extended Key Usage: \s+TLS Web Server Authentication\n/);
    const authority = /Subject Key Identifier: \s+([0-9A-F:]{59})\n/.exec(
      openssl("x509", "-in", "ca.crt", "-noout", "-text").stdout,
    )?.[1];
    expect(stdout).toMatch(new RegExp(`Authority Key Identifier: \\s+(keyid:)?${authority ?? "none"}\\n`));
  });

  it.each(["localhost", "127.0.0.1", "::1"])("are accepted by Python's strict verification as %s", async (name) => {
    const { bridge, dataDirectory } = await startInProcessBridge();
    const file = join(dataDirectory.certificates, "ca.crt");
    const script = join(dataDirectory.path, "connect.py");
    writeFileSync(script, PYTHON);
    const ended = await new Promise<{ error: unknown; stdout: string; stderr: string }>((resolve) => {
      const python = execFile("python3", [script, file, String(bridge.port), name], (error, stdout, stderr) => {
        resolve({ error, stdout, stderr });
      });
      onTestFinished(() => {
        python.kill();
      });
    });
    expect(ended.error, ended.stderr).toBeNull();
    expect(ended.stdout.trim()).toMatch(/^TLSv1\.[23]$/);
  });
});
