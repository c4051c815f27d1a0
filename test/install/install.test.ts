import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { presenceOf } from "../../bridge/src/install/bridge/presence.js";
import { install, InstallFailure } from "../../bridge/src/install/install.js";
import {
  ADDIN_KEY,
  CLASS_KEY,
  DISK_PROVIDER,
  PROVIDERS_KEY,
  RUN_KEY,
  RUN_NAME,
} from "../../bridge/src/install/names.js";
import { appFolder, manifestFile } from "../../bridge/src/install/places.js";
import { number, readNumber, readText, text, type Registry } from "../../bridge/src/install/registry/registry.js";
import type { Step } from "../../bridge/src/install/step.js";
import { removeOtherVersions } from "../../bridge/src/install/steps/app-files.js";
import { STEPS } from "../../bridge/src/install/steps/index.js";
import { removeHome } from "../../bridge/src/install/files/home.js";
import { uninstall } from "../../bridge/src/install/uninstall.js";
import { machine, type Machine } from "./support.js";

/** Not the product's own range: a bridge of the person who runs the tests may be there. */
const PORT = 39743;

const outcomes = async (given: Machine, version: string): Promise<string[]> =>
  (await install(STEPS, given.context(version))).map(({ step, outcome }) => `${step} ${outcome}`);

async function remove(given: Machine, version: string): Promise<readonly string[]> {
  const removals = await uninstall(STEPS, given.context(version));
  const problems = removals.flatMap(({ problem }) => problem ?? []);
  return [...problems, ...removeHome(given.home)];
}

describe("installing", { timeout: 240_000 }, () => {
  it("does every step once, and finds everything done the second time", async () => {
    const here = machine(PORT);
    expect(await outcomes(here, "1.0.0")).toEqual(STEPS.map(({ name }) => `${name} done`));
    const found = await presenceOf(here.home);
    expect(found).toMatchObject({ kind: "runs", status: 200, record: { version: "1.0.0", port: PORT } });
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

  it("replaces a running version, and keeps the files of the old one that are in use until the next time", async () => {
    const here = machine(PORT);
    await here.haveCertificate();
    await outcomes(here, "1.0.0");
    await outcomes(here, "1.1.0");
    expect(await presenceOf(here.home)).toMatchObject({ record: { version: "1.1.0", port: PORT } });
    expect(readText(here.registry, `${CLASS_KEY.x64}\\InprocServer32`, "")).toContain("1.1.0");
    expect(readText(here.registry, RUN_KEY, RUN_NAME)).toContain("1.1.0");
    expect(existsSync(appFolder(here.home, "1.0.0"))).toBe(true);
    expect(removeOtherVersions(here.context("1.1.0"))).toEqual(["1.0.0"]);
    expect(existsSync(appFolder(here.home, "1.0.0"))).toBe(false);
    expect(here.roots.trusted.size).toBe(1);
  });

  it("mends a file that was changed, and leaves the others", async () => {
    const here = machine(PORT);
    await here.haveCertificate();
    await outcomes(here, "1.0.0");
    const page = join(appFolder(here.home, "1.0.0"), "dist/pane/taskpane.html");
    const whole = readFileSync(page);
    writeFileSync(page, "something else");
    expect((await outcomes(here, "1.0.0"))[0]).toBe("files done");
    expect(readFileSync(page)).toEqual(whole);
  });

  it("takes the next port of the range when the first is taken, and writes it into the manifest", async () => {
    const here = machine(PORT);
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(PORT, "127.0.0.1", resolve));
    onTestFinished(() => {
      taken.close();
    });
    await expect(outcomes(here, "1.0.0")).rejects.toThrow(`port ${PORT} is taken`);
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

describe("an installation that fails", { timeout: 240_000 }, () => {
  for (const [index, step] of STEPS.entries()) {
    it(`leaves everything as it was, when it fails at the end of the step ${step.name}`, async () => {
      const here = machine(PORT);
      here.registry.write(PROVIDERS_KEY, DISK_PROVIDER, text("C:\\somebody else's"));
      await here.haveCertificate();
      const before = here.state();
      const steps = STEPS.map((one, at) => (at === index ? failing(one) : one));
      const thrown: unknown = await install(steps, here.context("1.0.0")).catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(InstallFailure);
      expect(thrown).toMatchObject({ left: [] });
      expect(here.state()).toEqual(before);
      expect(await presenceOf(here.home)).toEqual({ kind: "absent" });
    });
  }

  it("leaves the registry as it was, whichever of the writes is refused", async () => {
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

  it("leaves an older version running, registered and trusted as it was", async () => {
    const here = machine(PORT);
    await here.haveCertificate();
    await outcomes(here, "1.0.0");
    const before = here.state();
    const steps = STEPS.map((one, at) => (at === STEPS.length - 1 ? failing(one) : one));
    await expect(install(steps, here.context("1.1.0"))).rejects.toThrow("deliberately");
    expect(here.state()).toEqual(before);
    expect(await presenceOf(here.home)).toMatchObject({ record: { version: "1.0.0", port: PORT } });
  });

  it("leaves no trust and no files when the person says no to the certificate", async () => {
    const here = machine(PORT);
    here.context("1.0.0");
    const before = here.state();
    here.roots.answer = "no";
    await expect(outcomes(here, "1.0.0")).rejects.toThrow("the person said no");
    expect(here.state()).toEqual(before);
  });
});

function failing(step: Step): Step {
  return {
    ...step,
    async do(context, journal) {
      await step.do(context, journal);
      throw new Error("fails deliberately");
    },
  };
}

/** Takes `allowed` writes, refuses one, and takes the rest: those are the way back. */
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

describe("uninstalling", { timeout: 240_000 }, () => {
  it("leaves no listener, autostart, add-in, registry key, file or trusted certificate", async () => {
    const here = machine(PORT);
    here.registry.write("HKCU\\Software\\Somebody", "else", number(1));
    const before = here.registry.dump();
    await outcomes(here, "1.0.0");
    await outcomes(here, "1.1.0");
    expect(await remove(here, "1.1.0")).toEqual([]);
    expect(await presenceOf(here.home)).toEqual({ kind: "absent" });
    expect(here.registry.dump()).toEqual(before);
    expect([...here.roots.trusted]).toEqual([]);
    expect(existsSync(here.home.path)).toBe(false);
  });

  it("gives back what it had taken the place of", async () => {
    const here = machine(PORT);
    here.registry.write(PROVIDERS_KEY, DISK_PROVIDER, text("C:\\somebody else's"));
    await here.haveCertificate();
    const before = here.registry.dump();
    await outcomes(here, "1.0.0");
    await remove(here, "1.0.0");
    expect(here.registry.dump()).toEqual(before);
  });

  for (const [index, step] of STEPS.entries()) {
    it(`leaves nothing after an installation that was cut off in the step ${step.name}`, async () => {
      const here = machine(PORT);
      await here.haveCertificate();
      // As when the power fails: nothing is rolled back.
      const cut = STEPS.map((one, at) => (at === index ? cutOff(one) : one));
      await Promise.race([install(cut, here.context("1.0.0")), new Promise((resolve) => (power = resolve))]);
      expect(await remove(here, "1.0.0")).toEqual([]);
      expect(here.registry.dump().filter((line) => /offline|\[|579daa6e/i.test(line))).toEqual([]);
      expect([...here.roots.trusted]).toEqual([]);
      expect(existsSync(here.home.path)).toBe(false);
      expect(await presenceOf(here.home)).toEqual({ kind: "absent" });
    });
  }

  it("ends a bridge that answers nobody any more", async () => {
    const here = machine(PORT);
    await here.haveCertificate();
    await outcomes(here, "1.0.0");
    const found = await presenceOf(here.home);
    if (found.kind !== "runs") throw new Error("no bridge runs");
    process.kill(found.record.pid, "SIGSTOP");
    expect(await remove(here, "1.0.0")).toEqual([]);
    expect(() => process.kill(found.record.pid, 0)).toThrow("ESRCH");
    expect(existsSync(here.home.path)).toBe(false);
  });

  it("finds everything by its published name when the record is lost", async () => {
    const here = machine(PORT);
    await outcomes(here, "1.0.0");
    rmSync(join(here.home.path, "install.json"));
    expect(await remove(here, "1.0.0")).toEqual([]);
    expect(here.registry.dump().filter((line) => line.includes("["))).toEqual([]);
    expect([...here.roots.trusted]).toEqual([]);
    expect(existsSync(manifestFile(here.home))).toBe(false);
  });

  it("removes nothing and complains of nothing where nothing is installed", async () => {
    const here = machine(PORT);
    expect(await remove(here, "1.0.0")).toEqual([]);
    expect(existsSync(here.home.path)).toBe(false);
  });
});

let power: (value: unknown) => void = () => undefined;

/** Does its step, and then nothing ever happens again. */
function cutOff(step: Step): Step {
  return {
    ...step,
    async do(context, journal) {
      await step.do(context, journal);
      power(undefined);
      return new Promise<string>(() => undefined);
    },
  };
}
