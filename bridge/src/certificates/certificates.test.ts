import { X509Certificate } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { generateCertificates } from "office-addin-dev-certs";
import { describe, expect, it, onTestFinished } from "vitest";
import { expectRights } from "../../../test/support/rights.js";
import { temporaryHome } from "../../../test/support/temporary-home.js";
import { Failure } from "../failure.js";
import { silentLog, type Log } from "../log/log.js";
import {
  ensureCertificates,
  isOwnAuthority,
  readCertificates,
  type CertificateOptions,
  type Certificates,
} from "./certificates.js";
import { issue } from "./issue.js";
import { keepCertificates, type CertificateKeeper, type KeepOptions } from "./keep.js";

const DAY = 86_400_000;
const FILES = ["ca.crt", "localhost.crt", "localhost.key"];
const log = silentLog();

const optionsOf = (more: Partial<CertificateOptions> = {}): CertificateOptions => ({
  folder: temporaryHome(),
  log,
  ...more,
});

/** What versions up to 0.1.0 made, by the library that they used. */
async function makeFormer(folder: string): Promise<void> {
  const [ca, certificate, key] = FILES.map((file) => join(folder, file));
  await generateCertificates(ca, certificate, key, 397, ["localhost", "127.0.0.1", "::1"]);
}

describe("the certificates", () => {
  it("are for localhost and the loopback addresses alone, by a CA whose key is not kept", async () => {
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
    expectRights(join(options.folder, "localhost.key"), 0o600);
  });

  it("have random serial numbers of more than 64 bits, positive and of at most 20 bytes", async () => {
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

  it("are accepted by OpenSSL at security level 3, which corporate policies set", async () => {
    const { key, certificate: cert } = await ensureCertificates(optionsOf());
    expect(() => createSecureContext({ key, cert, ciphers: "DEFAULT@SECLEVEL=3" })).not.toThrow();
  });

  it("have a CA with a name of our own, not that of Microsoft's developer tools", async () => {
    const { ca } = await ensureCertificates(optionsOf());
    expect(new X509Certificate(ca).subject).toBe("CN=Outlook Offline State CA (localhost only)");
    expect(isOwnAuthority(ca)).toBe(true);
  });

  it("are valid since yesterday for more than a year, and for no longer than browsers accept", async () => {
    const { validFrom, validUntil } = await ensureCertificates(optionsOf());
    const ago = (Date.now() - validFrom) / DAY;
    expect(ago).toBeGreaterThanOrEqual(1);
    expect(ago).toBeLessThan(1.1);
    expect((validUntil - Date.now()) / DAY).toBeGreaterThan(390);
    expect((validUntil - validFrom) / DAY).toBeLessThanOrEqual(398);
  });

  it("are taken from the disk while they are good", async () => {
    const options = optionsOf();
    const first = await ensureCertificates(options);
    expect(await ensureCertificates(options)).toEqual(first);
  });

  it("are replaced a month before they end, not earlier", async () => {
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
    const replaced = await ensureCertificates(options);
    expect(replaced.certificate).not.toBe(first.certificate);
    expect(await readCertificates(options.folder, Date.now())).toEqual(replaced);
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

describe("certificates that a version up to 0.1.0 has made", () => {
  it("are replaced once, by ones of our own name", async () => {
    const options = optionsOf();
    await makeFormer(options.folder);
    const former = await readCertificates(options.folder, Date.now());
    expect(former?.isFormer).toBe(true);
    expect(isOwnAuthority(former?.ca ?? "")).toBe(true);
    const replaced = await ensureCertificates(options);
    expect(replaced).toMatchObject({ isFormer: false });
    expect(new X509Certificate(replaced.ca).subject).toContain("Outlook Offline State");
    expect(await ensureCertificates(options)).toEqual(replaced);
    // Not even as the previous set: its CA is to go.
    expect(readdirSync(options.folder).sort()).toEqual(FILES);
  });

  it("stay in use when the person does not want to trust the new ones", async () => {
    const options = optionsOf();
    await makeFormer(options.folder);
    const former = await readCertificates(options.folder, Date.now());
    const trust = (): Promise<void> => Promise.reject(new Failure("no", ""));
    expect(await ensureCertificates({ ...options, trust, replaceFormer: true })).toEqual(former);
  });

  it("stay when a bridge starts that would have to ask the person: the installation has done so", async () => {
    const options = optionsOf();
    await makeFormer(options.folder);
    const former = await readCertificates(options.folder, Date.now());
    let isAsked = false;
    const trust = (): Promise<void> => {
      isAsked = true;
      return Promise.resolve();
    };
    expect(await ensureCertificates({ ...options, trust })).toEqual(former);
    expect(isAsked).toBe(false);
  });
});

describe("certificates under a wrong clock", () => {
  const at = (options: CertificateOptions, time: number): Promise<{ ca: string; certificate: string }> =>
    ensureCertificates({ ...options, now: () => time });

  it.each([
    ["far in the past", -20 * 365 * DAY],
    ["60 days ahead of their end", 460 * DAY],
    ["years ahead", 5 * 365 * DAY],
  ])("serve while it is %s, and are the same as before when it is right again", async (_what, shift) => {
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
    // Windows trusts that one already, so that nobody is asked.
    expect(trusted).toEqual([good.ca]);
  });

  it("stay when the clock is right again, where those that were made meanwhile can serve as well", async () => {
    const options = optionsOf();
    await ensureCertificates(options);
    const wrong = await at(options, Date.now() - 60 * DAY);
    expect(await ensureCertificates(options)).toEqual(wrong);
  });

  it("are not replaced, and nobody is asked, when the clock cannot be right", async () => {
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

  it("are renewed when they are not valid yet: made while the clock was ahead", async () => {
    const options = optionsOf();
    await at(options, Date.now() + 60 * DAY);
    const renewed = await ensureCertificates(options);
    expect(renewed.validFrom).toBeLessThan(Date.now());
  });

  it("are kept, rather than none, when new ones cannot be trusted", async () => {
    const options = optionsOf();
    const ahead = await at(options, Date.now() + 60 * DAY);
    const kept = await ensureCertificates({ ...options, trust: () => Promise.reject(new Error("declined")) });
    expect(kept.certificate).toBe(ahead.certificate);
  });
});

describe("keeping the certificates", () => {
  function keep(more: Partial<KeepOptions> = {}): {
    options: KeepOptions;
    swapped: string[];
    said: string[];
    start: () => Promise<Certificates>;
    keeper: () => CertificateKeeper;
  } {
    const said: string[] = [];
    const note = (...words: unknown[]): void => {
      said.push(String(words.at(-1)));
    };
    const listening: Log = Object.assign(silentLog(), { warn: note, error: note, info: note });
    const options: KeepOptions = { ...optionsOf({ log: listening }), ...more };
    const swapped: string[] = [];
    let keeper: CertificateKeeper | undefined;
    onTestFinished(() => keeper?.close());
    return {
      options,
      swapped,
      said,
      async start() {
        const first = await ensureCertificates({ ...options, now: Date.now });
        keeper = keepCertificates(first, options, ({ certificate }) => swapped.push(certificate));
        return first;
      },
      keeper() {
        if (keeper === undefined) throw new Error("not started");
        return keeper;
      },
    };
  }

  it("renews them before they end, once, and not after it was closed", async () => {
    let now = Date.now();
    const { start, swapped, keeper } = keep({ now: () => now, checkMs: 5 });
    const first = await start();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(swapped).toHaveLength(0);
    now = first.renewAt;
    await expect.poll(() => swapped.length, { timeout: 15_000 }).toBe(1);
    await keeper().close();
    now += 500 * DAY;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(swapped).toHaveLength(1);
    expect(swapped[0]).not.toBe(first.certificate);
  });

  it("renews those that the clock, set back, makes not valid yet", async () => {
    let now = Date.now();
    const { start, swapped } = keep({ now: () => now, checkMs: 5 });
    const first = await start();
    now = first.validFrom - 60 * DAY;
    await expect.poll(() => swapped.length, { timeout: 15_000 }).toBe(1);
    now = Date.now();
    // Nothing is asked of anybody: the new one serves until then, and the first is kept.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(swapped).toHaveLength(1);
  });

  it("asks no second time on the same day after the person has said no", async () => {
    let now = Date.now();
    let asked = 0;
    const { start } = keep({
      now: () => now,
      checkMs: 5,
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

  it("takes files that an administrator has replaced, once they fit together", async () => {
    const { start, swapped, options, said } = keep();
    await start();
    const other = await ensureCertificates(optionsOf());
    writeFileSync(join(options.folder, "ca.crt"), other.ca);
    writeFileSync(join(options.folder, "localhost.crt"), other.certificate);
    await expect.poll(() => said.join(), { timeout: 15_000 }).toContain("is not the key of");
    expect(swapped).toHaveLength(0);
    writeFileSync(join(options.folder, "localhost.key"), other.key);
    await expect.poll(() => swapped, { timeout: 15_000 }).toEqual([other.certificate]);
  });

  it("reads the folder at each check where the system cannot watch it", async () => {
    const folder = join(temporaryHome(), "later");
    const first = await ensureCertificates(optionsOf());
    const swapped: string[] = [];
    const keeper = keepCertificates(first, { folder, log, checkMs: 5 }, ({ certificate }) => swapped.push(certificate));
    onTestFinished(() => keeper.close());
    mkdirSync(folder);
    const other = await ensureCertificates(optionsOf({ folder }));
    await expect.poll(() => swapped, { timeout: 15_000 }).toEqual([other.certificate]);
  });

  it("goes on with the old ones, and says why, when the server cannot use the new ones", async () => {
    const { start, options, said, swapped } = keep();
    const first = await start();
    const other = optionsOf();
    await ensureCertificates(other);
    const keeper = keepCertificates(first, options, () => {
      throw new Error("ee key too small");
    });
    onTestFinished(() => keeper.close());
    for (const file of FILES) copyFileSync(join(other.folder, file), join(options.folder, file));
    await expect.poll(() => said.join(), { timeout: 15_000 }).toContain("could not be renewed or put in use");
    await expect.poll(() => swapped, { timeout: 15_000 }).toHaveLength(1);
  });
});
