import { X509Certificate } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { generateCertificates } from "office-addin-dev-certs";
import { describe, expect, it, onTestFinished } from "vitest";
import { expectPermissions } from "../../../test/support/system.js";
import { temporaryFolder } from "../../../test/support/temporary-folder.js";
import { UserError } from "../user-error.js";
import { silentLog, type Log } from "../log/log.js";
import {
  ensureCertificates,
  isOwnAuthority,
  readCertificates,
  type CertificateOptions,
  type Certificates,
} from "./certificates.js";
import { issue } from "./issue.js";
import { startRenewal, type CertificateRenewal, type RenewalOptions } from "./renewal.js";

const DAY = 86_400_000;
const FILES = ["ca.crt", "localhost.crt", "localhost.key"];
const log = silentLog();

const optionsOf = (more: Partial<CertificateOptions> = {}): CertificateOptions => ({
  folder: temporaryFolder(),
  log,
  ...more,
});

/** Creates certificates like versions up to 0.1.0, with the library that they used. */
async function createLegacy(folder: string): Promise<void> {
  const [ca, certificate, key] = FILES.map((file) => join(folder, file));
  await generateCertificates(ca, certificate, key, 397, ["localhost", "127.0.0.1", "::1"]);
}

describe("ensureCertificates", () => {
  it("creates a certificate for localhost and the loopback addresses only, and does not keep the CA's key", async () => {
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
    expect(readdirSync(options.folder).sort()).toEqual(FILES);
    expectPermissions(join(options.folder, "localhost.key"), 0o600);
  });

  it("uses positive random serial numbers of more than 64 bits and at most 20 bytes", async () => {
    const serials = new Set<string>();
    for (let round = 0; round < 20; round += 1) {
      const { ca, certificate } = await issue(Date.now(), Date.now() + DAY);
      for (const pem of [ca, certificate]) serials.add(new X509Certificate(pem).serialNumber);
    }
    expect(serials.size).toBe(40);
    for (const serial of serials) {
      expect(serial.length).toBeGreaterThan(16);
      expect(serial.length).toBeLessThanOrEqual(40);
      expect(Number.parseInt(serial.slice(0, 2), 16)).toBeLessThan(0x80);
    }
  });

  it("creates a certificate that OpenSSL accepts at security level 3, which company policies set", async () => {
    const { key, certificate: cert } = await ensureCertificates(optionsOf());
    expect(() => createSecureContext({ key, cert, ciphers: "DEFAULT@SECLEVEL=3" })).not.toThrow();
  });

  it("gives the CA its own name, not that of Microsoft's developer tools", async () => {
    const { ca } = await ensureCertificates(optionsOf());
    expect(new X509Certificate(ca).subject).toBe("CN=Outlook Offline State CA (localhost only)");
    expect(isOwnAuthority(ca)).toBe(true);
  });

  it("creates a certificate that is valid from yesterday on, for more than a year and no longer than browsers accept", async () => {
    const { validFrom, validUntil } = await ensureCertificates(optionsOf());
    const ago = (Date.now() - validFrom) / DAY;
    expect(ago).toBeGreaterThanOrEqual(1);
    expect(ago).toBeLessThan(1.1);
    expect((validUntil - Date.now()) / DAY).toBeGreaterThan(390);
    expect((validUntil - validFrom) / DAY).toBeLessThanOrEqual(398);
  });

  it("returns the files on disk while they are valid", async () => {
    const options = optionsOf();
    const first = await ensureCertificates(options);
    expect(await ensureCertificates(options)).toEqual(first);
  });

  it("replaces them a month before they end, not earlier", async () => {
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
    ["they are not valid yet", () => undefined, Date.now() - 30 * DAY],
  ])("does not accept files when %s", async (_what, damage, now = Date.now()) => {
    const options = optionsOf();
    await ensureCertificates(options);
    damage(options.folder);
    expect(await readCertificates(options.folder, now)).toBeUndefined();
  });

  it("replaces files that do not belong together", async () => {
    const options = optionsOf();
    const other = optionsOf();
    const { key } = await ensureCertificates(other);
    const first = await ensureCertificates(options);
    writeFileSync(join(options.folder, "localhost.key"), key);
    const replaced = await ensureCertificates(options);
    expect(replaced.certificate).not.toBe(first.certificate);
    expect(await readCertificates(options.folder, Date.now())).toEqual(replaced);
  });

  it("asks for trust before it replaces files, and keeps the old ones if the user declines", async () => {
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

  it("removes what a crash has left", async () => {
    const options = optionsOf();
    mkdirSync(join(options.folder, ".new-crashed"));
    await ensureCertificates(options);
    expect(readdirSync(options.folder)).toHaveLength(3);
  });

  it("throws a UserError that names a missing folder", async () => {
    const options = optionsOf({ folder: join(temporaryFolder(), "missing") });
    await expect(ensureCertificates(options)).rejects.toThrow(UserError);
    await expect(ensureCertificates(options)).rejects.toThrow(options.folder);
  });
});

describe("ensureCertificates with certificates of versions up to 0.1.0", () => {
  it("replaces them once", async () => {
    const options = optionsOf();
    await createLegacy(options.folder);
    const legacy = await readCertificates(options.folder, Date.now());
    expect(legacy?.isLegacy).toBe(true);
    expect(isOwnAuthority(legacy?.ca ?? "")).toBe(true);
    const replaced = await ensureCertificates(options);
    expect(replaced).toMatchObject({ isLegacy: false });
    expect(new X509Certificate(replaced.ca).subject).toContain("Outlook Offline State");
    expect(await ensureCertificates(options)).toEqual(replaced);
    // They are not kept as the previous set either, because their CA must be removed.
    expect(readdirSync(options.folder).sort()).toEqual(FILES);
  });

  it("keeps them if the user does not trust the new ones", async () => {
    const options = optionsOf();
    await createLegacy(options.folder);
    const legacy = await readCertificates(options.folder, Date.now());
    const trust = (): Promise<void> => Promise.reject(new UserError("no", ""));
    expect(await ensureCertificates({ ...options, trust, replaceLegacy: true })).toEqual(legacy);
  });

  it("keeps them when a bridge starts, without asking the user for trust", async () => {
    const options = optionsOf();
    await createLegacy(options.folder);
    const legacy = await readCertificates(options.folder, Date.now());
    let isAsked = false;
    const trust = (): Promise<void> => {
      isAsked = true;
      return Promise.resolve();
    };
    expect(await ensureCertificates({ ...options, trust })).toEqual(legacy);
    expect(isAsked).toBe(false);
  });
});

describe("ensureCertificates with a wrong clock", () => {
  const at = (options: CertificateOptions, time: number): Promise<{ ca: string; certificate: string }> =>
    ensureCertificates({ ...options, now: () => time });

  it.each([
    ["far in the past", -20 * 365 * DAY],
    ["60 days after their end", 460 * DAY],
    ["years in the future", 5 * 365 * DAY],
  ])(
    "creates valid certificates while the clock is %s, and restores the previous ones afterwards",
    async (_what, shift) => {
      const options = optionsOf();
      const good = await ensureCertificates(options);
      const wrong = await at(options, Date.now() + shift);
      expect(wrong.certificate).not.toBe(good.certificate);
      expect(await readCertificates(options.folder, Date.now() + shift)).toBeDefined();
      const trusted: string[] = [];
      const again = await ensureCertificates({
        ...options,
        trust: (caFile) => {
          trusted.push(readFileSync(caFile, "utf8"));
          return Promise.resolve();
        },
      });
      expect(again).toEqual(good);
      // Windows already trusts that one, so the user is not asked.
      expect(trusted).toEqual([good.ca]);
    },
  );

  it("keeps certificates of a wrong clock if they are also valid at the right time", async () => {
    const options = optionsOf();
    await ensureCertificates(options);
    const wrong = await at(options, Date.now() - 60 * DAY);
    expect(await ensureCertificates(options)).toEqual(wrong);
  });

  it("changes nothing and does not ask the user if the clock is implausible", async () => {
    const options = optionsOf();
    const good = await ensureCertificates(options);
    let isAsked = false;
    const kept = await ensureCertificates({
      ...options,
      now: () => Date.UTC(2010, 0, 1),
      trust: () => {
        isAsked = true;
        return Promise.resolve();
      },
    });
    expect(kept).toEqual(good);
    expect(isAsked).toBe(false);
    expect(readdirSync(options.folder).sort()).toEqual(FILES);
  });

  it("replaces certificates that are not valid yet", async () => {
    const options = optionsOf();
    await at(options, Date.now() + 60 * DAY);
    const renewed = await ensureCertificates(options);
    expect(renewed.validFrom).toBeLessThan(Date.now());
  });

  it("keeps certificates that are not valid now if the user does not trust new ones", async () => {
    const options = optionsOf();
    const ahead = await at(options, Date.now() + 60 * DAY);
    const kept = await ensureCertificates({ ...options, trust: () => Promise.reject(new Error("declined")) });
    expect(kept.certificate).toBe(ahead.certificate);
  });
});

describe("startRenewal", () => {
  function fixture(more: Partial<RenewalOptions> = {}): {
    options: RenewalOptions;
    replaced: string[];
    logged: string[];
    start: () => Promise<Certificates>;
    renewal: () => CertificateRenewal;
  } {
    const logged: string[] = [];
    const note = (...words: unknown[]): void => {
      logged.push(String(words.at(-1)));
    };
    const listening: Log = Object.assign(silentLog(), { warn: note, error: note, info: note });
    const options: RenewalOptions = { ...optionsOf({ log: listening }), ...more };
    const replaced: string[] = [];
    let renewal: CertificateRenewal | undefined;
    onTestFinished(() => renewal?.close());
    return {
      options,
      replaced,
      logged,
      async start() {
        const first = await ensureCertificates({ ...options, now: Date.now });
        renewal = startRenewal(first, options, ({ certificate }) => replaced.push(certificate));
        return first;
      },
      renewal() {
        if (renewal === undefined) throw new Error("not started");
        return renewal;
      },
    };
  }

  it("renews the certificate once before it ends, and not after close", async () => {
    let now = Date.now();
    const { start, replaced, renewal } = fixture({ now: () => now, checkIntervalMs: 5 });
    const first = await start();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(replaced).toHaveLength(0);
    now = first.renewAt;
    await expect.poll(() => replaced.length, { timeout: 15_000 }).toBe(1);
    await renewal().close();
    now += 500 * DAY;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(replaced).toHaveLength(1);
    expect(replaced[0]).not.toBe(first.certificate);
  });

  it("renews a certificate that is not valid yet because the clock was set back", async () => {
    let now = Date.now();
    const { start, replaced } = fixture({ now: () => now, checkIntervalMs: 5 });
    const first = await start();
    now = first.validFrom - 60 * DAY;
    await expect.poll(() => replaced.length, { timeout: 15_000 }).toBe(1);
    now = Date.now();
    // The new certificate is valid now, too, and the first one is kept.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(replaced).toHaveLength(1);
  });

  it("does not ask again on the same day after the user has declined", async () => {
    let now = Date.now();
    let asked = 0;
    const { start } = fixture({
      now: () => now,
      checkIntervalMs: 5,
      trust: () => {
        if (now > Date.now() + DAY) asked += 1;
        return now > Date.now() + DAY ? Promise.reject(new Error("declined")) : Promise.resolve();
      },
    });
    const first = await start();
    now = first.renewAt + DAY;
    await expect.poll(() => asked, { timeout: 15_000 }).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(asked).toBe(1);
  });

  it("loads files that an administrator has replaced, once they belong together", async () => {
    const { start, replaced, options, logged } = fixture();
    await start();
    const other = await ensureCertificates(optionsOf());
    writeFileSync(join(options.folder, "ca.crt"), other.ca);
    writeFileSync(join(options.folder, "localhost.crt"), other.certificate);
    await expect.poll(() => logged.join(), { timeout: 15_000 }).toContain("is not the key of");
    expect(replaced).toHaveLength(0);
    writeFileSync(join(options.folder, "localhost.key"), other.key);
    await expect.poll(() => replaced, { timeout: 15_000 }).toEqual([other.certificate]);
  });

  it("reads the folder at each check if it cannot be watched", async () => {
    const folder = join(temporaryFolder(), "later");
    const first = await ensureCertificates(optionsOf());
    const replaced: string[] = [];
    const renewal = startRenewal(first, { folder, log, checkIntervalMs: 5 }, ({ certificate }) =>
      replaced.push(certificate),
    );
    onTestFinished(() => renewal.close());
    mkdirSync(folder);
    const other = await ensureCertificates(optionsOf({ folder }));
    await expect.poll(() => replaced, { timeout: 15_000 }).toEqual([other.certificate]);
  });

  it("keeps the current certificate and logs why if the server cannot use the new one", async () => {
    const { start, options, logged, replaced } = fixture();
    const first = await start();
    const other = optionsOf();
    await ensureCertificates(other);
    const renewal = startRenewal(first, options, () => {
      throw new Error("ee key too small");
    });
    onTestFinished(() => renewal.close());
    for (const file of FILES) copyFileSync(join(other.folder, file), join(options.folder, file));
    await expect.poll(() => logged.join(), { timeout: 15_000 }).toContain("could not renew or use the certificate");
    await expect.poll(() => replaced, { timeout: 15_000 }).toHaveLength(1);
  });
});
