import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { generateCertificates } from "office-addin-dev-certs";
import { describe, expect, it, onTestFinished } from "vitest";
import { inspectCertificates } from "../../bridge/src/certificates/certificates.js";
import { findBridge } from "../../bridge/src/instance/health-client.js";
import { install, InstallError, STEPS, uninstall } from "../../bridge/src/install/install.js";
import {
  ADDIN_KEY,
  appFolder,
  appsFolder,
  CLASS_KEY,
  DEVELOPER_KEY,
  DISK_PROVIDER,
  diskManifestFolder,
  manifestFile,
  PROVIDERS_KEY,
  RUN_KEY,
  RUN_NAME,
} from "../../bridge/src/install/paths.js";
import { maintainInstallation } from "../../bridge/src/install/installed-bridge.js";
import { lockInstallation, tryLockInstallation } from "../../bridge/src/install/lock.js";
import { installFileOf } from "../../bridge/src/install/record.js";
import { number, readNumber, readText, text, type Registry } from "../../bridge/src/install/registry.js";
import type { Step } from "../../bridge/src/install/step.js";
import { removeOtherVersions } from "../../bridge/src/install/steps/app-files.js";
import { removeFormerTrust, thumbprintOf } from "../../bridge/src/install/steps/certificate.js";
import { removeDataDirectory, removeTree } from "../../bridge/src/install/removal.js";
import { prepareDataDirectory, resolveDataDirectory } from "../../bridge/src/data-directory.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { machine, type Machine } from "./installer-fixture.js";

/** Not the product's range, where a bridge of the developer may be running. */
const PORT = 39743;

const outcomes = async (given: Machine, version: string): Promise<string[]> =>
  (await install(STEPS, given.context(version))).map(({ step, outcome }) => `${step} ${outcome}`);

async function remove(given: Machine, version: string): Promise<readonly string[]> {
  const removals = await uninstall(STEPS, given.context(version));
  const problems = removals.flatMap(({ problem }) => problem ?? []);
  return [...problems, ...removeDataDirectory(given.dataDirectory)];
}

describe("install", { timeout: 240_000 }, () => {
  it("does every step once, and nothing the second time", async () => {
    const here = machine(PORT);
    expect(await outcomes(here, "1.0.0")).toEqual(STEPS.map(({ name }) => `${name} done`));
    const found = await findBridge(here.dataDirectory, []);
    expect(found).toMatchObject({ kind: "running", pidFile: { version: "1.0.0", port: PORT } });
    expect(readNumber(here.registry, ADDIN_KEY, "LoadBehavior")).toBe(3);
    expect(here.roots.trusted.size).toBe(1);
    const state = here.state();
    // Only on Windows does office-addin-debugging leave Outlook's copy of the manifest.
    expect((await outcomes(here, "1.0.0")).filter((line) => !line.startsWith("manifest"))).toEqual(
      STEPS.filter(({ name }) => name !== "manifest").map(({ name }) => `${name} already`),
    );
    expect(here.state()).toEqual(state);
    expect(here.roots.asked).toBe(1);
  });

  it("replaces a running version, and removes files that are in use at the next installation", async () => {
    const here = machine(PORT);
    await here.haveCertificate();
    await outcomes(here, "1.0.0");
    await outcomes(here, "1.1.0");
    expect(await findBridge(here.dataDirectory, [])).toMatchObject({ pidFile: { version: "1.1.0", port: PORT } });
    expect(readText(here.registry, `${CLASS_KEY.x64}\\InprocServer32`, "")).toContain("1.1.0");
    expect(readText(here.registry, RUN_KEY, RUN_NAME)).toContain("1.1.0");
    expect(existsSync(appFolder(here.dataDirectory, "1.0.0"))).toBe(true);
    expect(removeOtherVersions(here.context("1.1.0"))).toEqual(["1.0.0"]);
    expect(existsSync(appFolder(here.dataDirectory, "1.0.0"))).toBe(false);
    expect(here.roots.trusted.size).toBe(1);
  });

  it("repairs a changed file, and leaves the others", async () => {
    const here = machine(PORT);
    await here.haveCertificate();
    await outcomes(here, "1.0.0");
    const page = join(appFolder(here.dataDirectory, "1.0.0"), "dist/pane/taskpane.html");
    const whole = readFileSync(page);
    writeFileSync(page, "something else");
    expect((await outcomes(here, "1.0.0"))[0]).toBe("files done");
    expect(readFileSync(page)).toEqual(whole);
  });

  it("uses the next free port of the range, and writes it into the manifest", async () => {
    const here = machine(PORT);
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(PORT, "127.0.0.1", resolve));
    onTestFinished(() => {
      taken.close();
    });
    await expect(outcomes(here, "1.0.0")).rejects.toThrow(`another program uses port ${PORT}`);
    const { choosePort } = await import("../../bridge/src/install/steps/bridge.js");
    const { port: _asked, ...options } = here.context("1.0.0").options;
    const context = { ...here.context("1.0.0"), options };
    context.record.update({ port: PORT });
    expect(await choosePort(context, [PORT, PORT + 1])).toBe(PORT + 1);
    const { manifestFor } = await import("../../bridge/src/install/steps/manifest.js");
    const { xml } = manifestFor(readFileSync("manifest.xml", "utf8"), PORT + 1);
    expect(xml).not.toContain("localhost:38443");
    expect(xml.match(new RegExp(`https://localhost:${PORT + 1}/`, "g"))?.length).toBeGreaterThan(5);
  });
});

describe("a failed installation", { timeout: 240_000 }, () => {
  for (const [index, step] of STEPS.entries()) {
    it(`restores everything when it fails at the end of the step ${step.name}`, async () => {
      const here = machine(PORT);
      here.registry.write(PROVIDERS_KEY, DISK_PROVIDER, text("C:\\somebody else's"));
      await here.haveCertificate();
      const before = here.state();
      const steps = STEPS.map((one, at) => (at === index ? failing(one) : one));
      const error: unknown = await install(steps, here.context("1.0.0")).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(InstallError);
      expect(error).toMatchObject({ left: [] });
      expect(here.state()).toEqual(before);
      expect(await findBridge(here.dataDirectory, [])).toEqual({ kind: "absent" });
    });
  }

  it("restores the registry, whichever write is refused", async () => {
    const here = machine(PORT);
    const steps = STEPS.filter(({ name }) => ["agent", "autostart", "entry"].includes(name));
    here.registry.write(RUN_KEY, "Somebody", text("else"));
    const before = here.registry.dump();
    for (let allowed = 0; ; allowed += 1) {
      const registry = refusingAfter(here.registry, allowed);
      const failed = await install(steps, { ...here.context("1.0.0"), registry }).then(
        () => false,
        () => true,
      );
      if (!failed) {
        expect(allowed).toBeGreaterThan(15);
        return;
      }
      expect(here.registry.dump()).toEqual(before);
    }
  });

  it("leaves an older version running, registered and trusted", async () => {
    const here = machine(PORT);
    await here.haveCertificate();
    await outcomes(here, "1.0.0");
    const before = here.state();
    const steps = STEPS.map((one, at) => (at === STEPS.length - 1 ? failing(one) : one));
    await expect(install(steps, here.context("1.1.0"))).rejects.toThrow("deliberately");
    expect(here.state()).toEqual(before);
    expect(await findBridge(here.dataDirectory, [])).toMatchObject({ pidFile: { version: "1.0.0", port: PORT } });
  });

  it("leaves no trust and no files when the user rejects the certificate", async () => {
    const here = machine(PORT);
    here.context("1.0.0");
    const before = here.state();
    here.roots.answer = "no";
    await expect(outcomes(here, "1.0.0")).rejects.toThrow("the user refused");
    expect(here.state()).toEqual(before);
  });
});

function failing(step: Step): Step {
  return {
    ...step,
    async apply(context, journal) {
      await step.apply(context, journal);
      throw new Error("fails deliberately");
    },
  };
}

/** A registry that accepts `allowed` writes, refuses one, and accepts the rest, which are the rollback. */
function refusingAfter(registry: Registry, allowed: number): Registry {
  let writes = 0;
  return {
    read: (key, name) => registry.read(key, name),
    names: (key) => registry.names(key),
    subkeys: (key) => registry.subkeys(key),
    removeValue: (key, name) => {
      registry.removeValue(key, name);
    },
    removeKey: (key) => {
      registry.removeKey(key);
    },
    write: (key, name, value) => {
      writes += 1;
      if (writes === allowed + 1) throw new Error("access is denied");
      registry.write(key, name, value);
    },
  };
}

describe("uninstall", { timeout: 240_000 }, () => {
  it("leaves no listener, autostart, add-in, registry key, file or trusted certificate", async () => {
    const here = machine(PORT);
    here.registry.write("HKCU\\Software\\Somebody", "else", number(1));
    const before = here.registry.dump();
    await outcomes(here, "1.0.0");
    await outcomes(here, "1.1.0");
    expect(await remove(here, "1.1.0")).toEqual([]);
    expect(await findBridge(here.dataDirectory, [])).toEqual({ kind: "absent" });
    expect(here.registry.dump()).toEqual(before);
    expect([...here.roots.trusted]).toEqual([]);
    expect(existsSync(here.dataDirectory.path)).toBe(false);
  });

  it("restores registry values that the installation replaced", async () => {
    const here = machine(PORT);
    here.registry.write(PROVIDERS_KEY, DISK_PROVIDER, text("C:\\somebody else's"));
    await here.haveCertificate();
    const before = here.registry.dump();
    await outcomes(here, "1.0.0");
    await remove(here, "1.0.0");
    expect(here.registry.dump()).toEqual(before);
  });

  for (const [index, step] of STEPS.entries()) {
    it(`leaves nothing after an installation that was interrupted in the step ${step.name}`, async () => {
      const here = machine(PORT);
      await here.haveCertificate();
      // Nothing is rolled back, as after a power failure.
      const cut = STEPS.map((one, at) => (at === index ? cutOff(one) : one));
      await Promise.race([install(cut, here.context("1.0.0")), new Promise((resolve) => (power = resolve))]);
      expect(await remove(here, "1.0.0")).toEqual([]);
      expect(here.registry.dump().filter((line) => /offline|\[|579daa6e/i.test(line))).toEqual([]);
      expect([...here.roots.trusted]).toEqual([]);
      expect(existsSync(here.dataDirectory.path)).toBe(false);
      expect(await findBridge(here.dataDirectory, [])).toEqual({ kind: "absent" });
    });
  }

  it("ends a bridge that does not respond", async () => {
    const here = machine(PORT);
    await here.haveCertificate();
    await outcomes(here, "1.0.0");
    const found = await findBridge(here.dataDirectory, []);
    if (found.kind !== "running" || found.pidFile === undefined) throw new Error("no bridge runs");
    const { pid } = found.pidFile;
    process.kill(pid, "SIGSTOP");
    expect(await remove(here, "1.0.0")).toEqual([]);
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(existsSync(here.dataDirectory.path)).toBe(false);
  });

  it("finds everything by its published name when the install record is lost", async () => {
    const here = machine(PORT);
    await outcomes(here, "1.0.0");
    rmSync(join(here.dataDirectory.path, "install.json"));
    expect(await remove(here, "1.0.0")).toEqual([]);
    expect(here.registry.dump().filter((line) => line.includes("["))).toEqual([]);
    expect([...here.roots.trusted]).toEqual([]);
    expect(existsSync(manifestFile(here.dataDirectory))).toBe(false);
  });

  it("does nothing and reports no problem where nothing is installed", async () => {
    const here = machine(PORT);
    expect(await remove(here, "1.0.0")).toEqual([]);
    expect(existsSync(here.dataDirectory.path)).toBe(false);
  });
});

/** Creates the trusted certificates of versions up to 0.1.0, which had the name of Microsoft's developer tools. Returns the CA's thumbprint. */
async function haveFormerCertificate(here: Machine): Promise<string> {
  const folder = here.dataDirectory.certificates;
  const file = (name: string): string => join(folder, name);
  prepareDataDirectory(here.dataDirectory);
  await generateCertificates(file("ca.crt"), file("localhost.crt"), file("localhost.key"), 397, ["localhost"]);
  const thumbprint = thumbprintOf(readFileSync(file("ca.crt"), "utf8"));
  here.roots.trusted.add(thumbprint);
  here.context("1.0.0").record.update({ version: "0.1.0", port: PORT, thumbprints: [thumbprint] });
  return thumbprint;
}

describe("a certificate of an earlier version", { timeout: 240_000 }, () => {
  const DEVELOPERS = "d".repeat(40);

  it("is replaced, and untrusted by its thumbprint, so that a developer's own certificate stays", async () => {
    const here = machine(PORT);
    const former = await haveFormerCertificate(here);
    here.roots.trusted.add(DEVELOPERS);
    const context = here.context("1.0.0");
    expect(await STEPS.find(({ name }) => name === "certificate")?.check(context)).toMatchObject({ result: "fail" });
    await install(STEPS, context);
    // The old one stays trusted until the new one is in use.
    expect(here.roots.trusted.has(former)).toBe(true);
    expect(removeFormerTrust(context)).toEqual([former]);
    const current = thumbprintOf(readFileSync(join(here.dataDirectory.certificates, "ca.crt"), "utf8"));
    expect([...here.roots.trusted].sort()).toEqual([DEVELOPERS, current].sort());
    expect(here.context("1.0.0").record.data.thumbprints).toEqual([current]);
    expect(await findBridge(here.dataDirectory, [])).toMatchObject({ kind: "running" });
    // The user is asked only once.
    expect(removeFormerTrust(here.context("1.0.0"))).toEqual([]);
    expect((await outcomes(here, "1.0.0"))[1]).toBe("certificate already");
    expect(await remove(here, "1.0.0")).toEqual([]);
    expect([...here.roots.trusted]).toEqual([DEVELOPERS]);
  });

  it("is restored with its trust when the installation fails later", async () => {
    const here = machine(PORT);
    const former = await haveFormerCertificate(here);
    here.registry.write("HKCU\\Software\\Somebody", "else", number(1));
    const before = here.state();
    const steps = STEPS.map((one, at) => (at === STEPS.length - 1 ? failing(one) : one));
    await expect(install(steps, here.context("1.0.0"))).rejects.toThrow("deliberately");
    expect(here.state()).toEqual(before);
    expect([...here.roots.trusted]).toEqual([former]);
  });

  it("stays in use when the user rejects the new one, and stays recorded when they keep the old", async () => {
    const here = machine(PORT);
    const former = await haveFormerCertificate(here);
    const step = STEPS.filter(({ name }) => name === "certificate");
    here.roots.answer = "no";
    await install(step, here.context("1.0.0"));
    expect(thumbprintOf(readFileSync(join(here.dataDirectory.certificates, "ca.crt"), "utf8"))).toBe(former);
    here.roots.answer = "yes";
    await install(step, here.context("1.0.0"));
    const context = here.context("1.0.0");
    const stubborn = {
      ...context,
      roots: {
        has: (thumbprint: string) => here.roots.has(thumbprint),
        hasOwn: (thumbprint: string) => here.roots.hasOwn(thumbprint),
        add: (der: Buffer) => {
          here.roots.add(der);
        },
        remove: () => {
          throw new Error("the user refused");
        },
      },
    };
    expect(removeFormerTrust(stubborn)).toEqual([]);
    expect(here.context("1.0.0").record.data.thumbprints).toContain(former);
    expect(await remove(here, "1.0.0")).toEqual([]);
    expect([...here.roots.trusted]).toEqual([]);
  });
});

describe("a damaged or lost install record", { timeout: 240_000 }, () => {
  const damage = (here: Machine): void => {
    writeFileSync(installFileOf(here.dataDirectory), '{ "msi": true, "trust": fal');
  };

  it("is reported, and rewritten by the next installation; uninstalling then leaves nothing", async () => {
    const here = machine(PORT);
    await outcomes(here, "1.0.0");
    damage(here);
    const checked = await STEPS[0]?.check(here.context("1.0.0"));
    expect(checked).toMatchObject({
      result: "fail",
      evidence: expect.stringContaining("install.json is damaged") as string,
    });
    // The lost record may have said that the user must not be asked.
    const { trust, sideload, msi } = here.context("1.0.0").record.data;
    await maintainInstallation(here.context("1.0.0", { trust, sideload, msi })).trust(
      join(here.dataDirectory.certificates, "ca.crt"),
    );
    expect(here.roots.asked).toBe(1);
    await outcomes(here, "1.0.0");
    expect(here.context("1.0.0").record).toMatchObject({ state: "valid", problem: undefined });
    expect(here.context("1.0.0").record.data.thumbprints).toHaveLength(1);
    expect(await remove(here, "1.0.0")).toEqual([]);
    expect([...here.roots.trusted]).toEqual([]);
    expect(existsSync(here.dataDirectory.path)).toBe(false);
  });

  it("is unchanged when that installation fails", async () => {
    const here = machine(PORT);
    await outcomes(here, "1.0.0");
    damage(here);
    const before = here.state();
    const steps = STEPS.map((one, at) => (at === STEPS.length - 1 ? failing(one) : one));
    await expect(install(steps, here.context("1.1.0"))).rejects.toThrow("deliberately");
    expect(here.state()).toEqual(before);
  });

  it("removes only our own CA from this user's trust", async () => {
    const here = machine(PORT);
    await outcomes(here, "1.0.0");
    damage(here);
    const own = thumbprintOf(readFileSync(join(here.dataDirectory.certificates, "ca.crt"), "utf8"));
    here.roots.trusted.add("d".repeat(40));
    expect([...here.roots.trusted]).toContain(own);
    expect(await remove(here, "1.0.0")).toEqual([]);
    expect([...here.roots.trusted]).toEqual(["d".repeat(40)]);
  });

  it.each(["damaged", "lost", "whole"])(
    "keeps what an administrator trusts for all users when it is %s",
    async (how) => {
      const here = machine(PORT);
      await install(STEPS, here.context("1.0.0", { trust: false }));
      here.roots.machine.add(thumbprintOf(readFileSync(join(here.dataDirectory.certificates, "ca.crt"), "utf8")));
      if (how === "damaged") damage(here);
      if (how === "lost") rmSync(installFileOf(here.dataDirectory));
      expect(await remove(here, "1.0.0")).toEqual([]);
      expect(here.roots.machine.size).toBe(1);
    },
  );

  it.each(["damaged", "lost", "whole"])("keeps the trust in an organization's own CA when it is %s", async (how) => {
    const here = machine(PORT);
    prepareDataDirectory(here.dataDirectory);
    const theirs = await organizationsCertificate(here);
    await install(STEPS, here.context("1.0.0", { trust: false }));
    expect(thumbprintOf(readFileSync(join(here.dataDirectory.certificates, "ca.crt"), "utf8"))).toBe(theirs);
    if (how === "damaged") damage(here);
    if (how === "lost") rmSync(installFileOf(here.dataDirectory));
    expect(await remove(here, "1.0.0")).toEqual([]);
    expect([...here.roots.trusted]).toEqual([theirs]);
  });

  it.each(["damaged", "lost"])("keeps a developer's settings beside ours when it is %s", async (how) => {
    const here = machine(PORT);
    await here.haveCertificate();
    here.registry.write(`${DEVELOPER_KEY}\\Outlook`, "UseWebDebugger", number(1));
    await outcomes(here, "1.0.0");
    here.registry.write(PROVIDERS_KEY, DISK_PROVIDER, text(diskManifestFolder(here.dataDirectory)));
    if (how === "damaged") damage(here);
    else rmSync(installFileOf(here.dataDirectory));
    expect(await remove(here, "1.0.0")).toEqual([]);
    expect(readNumber(here.registry, `${DEVELOPER_KEY}\\Outlook`, "UseWebDebugger")).toBe(1);
    expect(here.registry.read(PROVIDERS_KEY, DISK_PROVIDER)).toBeUndefined();
  });
});

/** A CA created with openssl and trusted by this user, as an administrator's script may do. */
async function organizationsCertificate(here: Machine): Promise<string> {
  const folder = here.dataDirectory.certificates;
  const openssl = (...words: string[]): void => {
    execFileSync("openssl", words, { cwd: folder, stdio: "pipe" });
  };
  const key = ["-newkey", "rsa:2048", "-nodes"];
  openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.crt", "-days", "365", "-subj", "/CN=Our Company CA");
  const names = ["-addext", "subjectAltName=DNS:localhost"];
  openssl("req", ...key, "-keyout", "localhost.key", "-out", "csr", "-subj", "/CN=localhost", ...names);
  const signing = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-copy_extensions", "copy", "-days", "365"];
  openssl("x509", "-req", "-in", "csr", ...signing, "-out", "localhost.crt");
  for (const file of readdirSync(folder))
    if (!["ca.crt", "localhost.crt", "localhost.key"].includes(file)) rmSync(join(folder, file));
  expect(await inspectCertificates(folder, Date.now())).toMatchObject({ kind: "valid" });
  const thumbprint = thumbprintOf(readFileSync(join(folder, "ca.crt"), "utf8"));
  here.roots.trusted.add(thumbprint);
  return thumbprint;
}

describe("two installations at once", { timeout: 240_000 }, () => {
  it("run one after the other: the second is refused until the first ends", async () => {
    const here = machine(PORT);
    prepareDataDirectory(here.dataDirectory);
    const first = await lockInstallation(here.dataDirectory);
    await expect(lockInstallation(here.dataDirectory)).rejects.toThrow(
      "another `install` or `uninstall` is running for this user",
    );
    first.release();
    const second = await lockInstallation(here.dataDirectory);
    second.release();
    expect(readdirSync(here.dataDirectory.run)).toEqual([]);
  });

  it("do not interfere in different data directories", async () => {
    const [one, other] = [machine(PORT), machine(PORT)];
    for (const { dataDirectory } of [one, other]) prepareDataDirectory(dataDirectory);
    const locks = [await lockInstallation(one.dataDirectory), await lockInstallation(other.dataDirectory)];
    for (const lock of locks) lock.release();
  });

  it("keep files that are being copied when a bridge starts meanwhile", async () => {
    const here = machine(PORT);
    prepareDataDirectory(here.dataDirectory);
    const copying = join(appsFolder(here.dataDirectory), ".new-4711");
    mkdirSync(copying, { recursive: true });
    const lock = await tryLockInstallation(here.dataDirectory);
    await maintainInstallation(here.context("1.0.0")).runsOn(PORT + 1);
    expect(existsSync(copying)).toBe(true);
    expect(here.context("1.0.0").record.data.port).toBeUndefined();
    lock?.release();
    await maintainInstallation(here.context("1.0.0")).runsOn(PORT + 1);
    expect(existsSync(copying)).toBe(false);
    expect(here.context("1.0.0").record.data.port).toBe(PORT + 1);
  });
});

describe("files of others in a data directory", { timeout: 240_000 }, () => {
  it("survive an uninstallation: folders in a directory that was never ours, and other folders beside versions", async () => {
    const path = temporaryFolder();
    for (const name of ["certificates", "history", "logs", "run"]) {
      mkdirSync(join(path, name));
      writeFileSync(join(path, name, "theirs"), "");
    }
    expect(removeDataDirectory(resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: path } }))).toEqual([]);
    expect(readdirSync(join(path, "logs"))).toEqual(["theirs"]);

    const here = machine(PORT);
    await here.haveCertificate();
    await outcomes(here, "1.0.0");
    mkdirSync(join(appsFolder(here.dataDirectory), "letters"));
    expect(removeOtherVersions(here.context("1.0.0"))).toEqual([]);
    expect(await remove(here, "1.0.0")).toEqual([]);
    expect(readdirSync(appsFolder(here.dataDirectory))).toEqual(["letters"]);
  });

  it("are not reached through a link", () => {
    const [path, elsewhere] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(elsewhere, "letter"), "");
    mkdirSync(join(path, "logs"));
    symlinkSync(elsewhere, join(path, "logs", "link"), "junction");
    expect(removeTree(join(path, "logs"))).toEqual([]);
    expect(readdirSync(elsewhere)).toEqual(["letter"]);
  });
});

let power: (value: unknown) => void = () => undefined;

/** Executes its step, and then never continues. */
function cutOff(step: Step): Step {
  return {
    ...step,
    async apply(context, journal) {
      await step.apply(context, journal);
      power(undefined);
      return new Promise<string>(() => undefined);
    },
  };
}
