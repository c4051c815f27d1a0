import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { install, STEPS } from "../../bridge/src/install/install.js";
import { maintainInstallation } from "../../bridge/src/install/installed-bridge.js";
import { Journal } from "../../bridge/src/install/journal.js";
import { manifestFile, RUN_KEY, RUN_NAME } from "../../bridge/src/install/paths.js";
import { readText } from "../../bridge/src/install/registry.js";
import { removeOtherVersions } from "../../bridge/src/install/steps/app-files.js";
import { manifest } from "../../bridge/src/install/steps/manifest.js";
import { machine, type Machine } from "./installer-fixture.js";

/** Neither the product's range nor that of another test. */
const PORT = 39747;
const RANGE = [PORT, PORT + 1, PORT + 2, PORT + 3];

async function occupy(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.close();
  });
}

const shown = (here: Machine): unknown => ({
  port: here.context("1.0.0").record.data.port,
  manifest: [...new Set(readFileSync(manifestFile(here.dataDirectory), "utf8").match(/localhost:\d+/g))],
  logon: / start --port (\d+)$/.exec(readText(here.registry, RUN_KEY, RUN_NAME) ?? "")?.[1],
});

describe("an installed bridge whose port is taken when it starts", { timeout: 240_000 }, () => {
  it("tries the free ports of the range, and the next one if another bridge was faster", async () => {
    const here = machine(PORT);
    await occupy(PORT + 1);
    const offered: number[] = [];
    for await (const port of maintainInstallation(here.context("1.0.0"), RANGE).otherPorts(PORT)) {
      offered.push(port);
      // Another program takes the next one meanwhile.
      if (offered.length === 1) await occupy(PORT + 3);
    }
    expect(offered).toEqual([PORT + 2]);
  });

  it("writes the port that it found to the manifest and to start at logon, and reuses it", async () => {
    const here = machine(PORT);
    await here.haveCertificate();
    await install(STEPS, here.context("1.0.0"));
    await maintainInstallation(here.context("1.0.0"), RANGE).runsOn(PORT + 2);
    const moved = { port: PORT + 2, manifest: [`localhost:${PORT + 2}`], logon: String(PORT + 2) };
    expect(shown(here)).toEqual(moved);
    await maintainInstallation(here.context("1.0.0"), RANGE).runsOn(PORT + 2);
    expect(shown(here)).toEqual(moved);
  });

  it("continues when the manifest cannot be written", async () => {
    const here = machine(PORT);
    await here.haveCertificate();
    await install(STEPS, here.context("1.0.0"));
    // Its source file is missing.
    removeOtherVersions({ ...here.context("2.0.0") });
    await maintainInstallation(here.context("1.0.0"), RANGE).runsOn(PORT + 2);
    expect(shown(here)).toMatchObject({ port: PORT + 2, logon: String(PORT + 2) });
  });

  it("reports in doctor that a manifest deployed by an administrator may name another port", async () => {
    const here = machine(PORT);
    await here.haveCertificate();
    const context = here.context("1.0.0", { sideload: false });
    await install(STEPS, context);
    context.record.update({ port: 38443 });
    await manifest.apply(context, new Journal());
    expect(await manifest.check(context)).toMatchObject({ result: "pass" });
    await maintainInstallation(context, RANGE).runsOn(PORT + 2);
    const found = await manifest.check(context);
    expect(found).toMatchObject({ result: "unknown" });
    expect(found.remedy).toContain("38443");
  });
});
