import { X509Certificate } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expectRights } from "../../../test/support/rights.js";
import { temporaryHome } from "../../../test/support/temporary-home.js";
import { Failure } from "../failure.js";
import { silentLog } from "../log/log.js";
import { ensureCertificates, readCertificates, type CertificateOptions } from "./certificates.js";
import { keepCertificates } from "./keep.js";

const DAY = 86_400_000;
const log = silentLog();

const optionsOf = (more: Partial<CertificateOptions> = {}): CertificateOptions => ({
  folder: temporaryHome(),
  log,
  ...more,
});

describe("the certificates", () => {
  it("are made for localhost and the loopback addresses alone, by a CA whose key is not kept", async () => {
    const options = optionsOf();
    const { ca, certificate } = await ensureCertificates(options);
    const leaf = new X509Certificate(certificate);
    expect(leaf.subjectAltName?.split(", ").sort()).toEqual([
      "DNS:localhost",
      "IP Address:0:0:0:0:0:0:0:1",
      "IP Address:127.0.0.1",
    ]);
    expect(leaf.verify(new X509Certificate(ca).publicKey)).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(readdirSync(options.folder).sort()).toEqual(["ca.crt", "localhost.crt", "localhost.key"]);
    expectRights(join(options.folder, "localhost.key"), 0o600);
  });

  it("are valid for more than a year, and for no longer than browsers accept", async () => {
    const { validUntil } = await ensureCertificates(optionsOf());
    const days = (validUntil - Date.now()) / DAY;
    expect(days).toBeGreaterThan(390);
    expect(days).toBeLessThanOrEqual(398);
  });

  it("are taken from the disk while they are good", async () => {
    const options = optionsOf();
    const first = await ensureCertificates(options);
    expect(await ensureCertificates(options)).toEqual(first);
  });

  it("are made anew a month before they end, not earlier", async () => {
    const options = optionsOf();
    const first = await ensureCertificates(options);
    const at = (time: number): Promise<{ certificate: string }> => ensureCertificates({ ...options, now: () => time });
    expect((await at(first.validUntil - 31 * DAY)).certificate).toBe(first.certificate);
    expect((await at(first.validUntil - 29 * DAY)).certificate).not.toBe(first.certificate);
  });

  it.each([
    [
      "a file is missing",
      (folder: string) => {
        rmSync(join(folder, "ca.crt"));
      },
    ],
    [
      "the key is damaged",
      (folder: string) => {
        writeFileSync(join(folder, "localhost.key"), "no key");
      },
    ],
    ["the clock says that they are not valid yet", () => undefined, Date.now() - 30 * DAY],
  ])("do not count when %s", async (_what, damage, now = Date.now()) => {
    const options = optionsOf();
    await ensureCertificates(options);
    damage(options.folder);
    expect(await readCertificates(options.folder, now)).toBeUndefined();
  });

  it("do not count when the parts are not of one set", async () => {
    const options = optionsOf();
    const other = optionsOf();
    const { key } = await ensureCertificates(other);
    const first = await ensureCertificates(options);
    writeFileSync(join(options.folder, "localhost.key"), key);
    const mended = await ensureCertificates(options);
    expect(mended.certificate).not.toBe(first.certificate);
    expect(await readCertificates(options.folder, Date.now())).toEqual(mended);
  });

  it("are trusted before anything is served with them; the old ones stay when the user declines", async () => {
    const options = optionsOf();
    const first = await ensureCertificates(options);
    const asked: string[] = [];
    const kept = await ensureCertificates({
      ...options,
      now: () => first.validUntil - DAY,
      trust: (caFile) => {
        asked.push(readFileSync(caFile, "utf8"));
        return Promise.reject(new Error("declined"));
      },
    });
    expect(kept).toEqual(first);
    expect(asked).toHaveLength(1);
    expect(asked[0]).not.toBe(first.ca);
    expect(readdirSync(options.folder)).toHaveLength(3);
  });

  it("leave nothing behind of a crash while they were made", async () => {
    const options = optionsOf();
    mkdirSync(join(options.folder, ".new-crashed"));
    await ensureCertificates(options);
    expect(readdirSync(options.folder)).toHaveLength(3);
  });

  it("say which folder they cannot be made in", async () => {
    const options = optionsOf({ folder: join(temporaryHome(), "missing") });
    await expect(ensureCertificates(options)).rejects.toThrow(Failure);
    await expect(ensureCertificates(options)).rejects.toThrow(options.folder);
  });
});

describe("keeping the certificates", () => {
  it("swaps them before they end, once, and not after it was closed", async () => {
    const options = optionsOf();
    const first = await ensureCertificates(options);
    let now = Date.now();
    const swapped: string[] = [];
    const keeper = keepCertificates(first, { ...options, now: () => now, checkMs: 5 }, ({ certificate }) => {
      swapped.push(certificate);
      now = Date.now();
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(swapped).toHaveLength(0);
    now = first.renewAt;
    await expect.poll(() => swapped.length, { timeout: 15_000 }).toBe(1);
    await keeper.close();
    now = first.renewAt;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(swapped).toHaveLength(1);
    expect(swapped[0]).not.toBe(first.certificate);
  });
});
