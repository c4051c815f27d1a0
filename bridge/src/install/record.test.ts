import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.js";
import { resolveDataDirectory, type DataDirectory } from "../data-directory.js";
import { installFileOf, InstallRecord } from "./record.js";

const dataDirectoryOf = (): DataDirectory =>
  resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryFolder() } });
const THUMBPRINT = "0123456789abcdef0123456789abcdef01234567";

describe("InstallRecord", () => {
  it("keeps what was written", () => {
    const dataDirectory = dataDirectoryOf();
    expect(new InstallRecord(dataDirectory)).toMatchObject({ state: "missing", problem: undefined });
    new InstallRecord(dataDirectory).update({ port: 38450, msi: true, trust: false, sideload: false });
    const again = new InstallRecord(dataDirectory);
    expect(again.state).toBe("valid");
    expect(again.data).toMatchObject({ port: 38450, msi: true, trust: false, sideload: false });
  });

  it("keeps what another process has written in the meantime", () => {
    const dataDirectory = dataDirectoryOf();
    new InstallRecord(dataDirectory).update({ version: "1.0.0" });
    const bridge = new InstallRecord(dataDirectory);
    new InstallRecord(dataDirectory).update({ version: "1.1.0", msi: true, trust: false });
    bridge.addThumbprint(THUMBPRINT);
    bridge.addKeys(["HKCU\\Software\\A"]);
    expect(new InstallRecord(dataDirectory).data).toMatchObject({
      ...{ version: "1.1.0", msi: true, trust: false },
      ...{ thumbprints: [THUMBPRINT], keys: ["HKCU\\Software\\A"] },
    });
  });

  it.each([
    ["empty, after a power failure", ""],
    ["only zeros", "\0\0\0\0"],
    ["truncated", '{ "msi": true, "trust": fal'],
    ["of wrong types", '{ "msi": true, "trust": false, "port": "38443" }'],
  ])("is damaged if the file is %s: trust and sideloading are off, and the file stays unchanged", (_case, content) => {
    const dataDirectory = dataDirectoryOf();
    writeFileSync(installFileOf(dataDirectory), content);
    const record = new InstallRecord(dataDirectory);
    expect(record.state).toBe("damaged");
    expect(record.problem).toContain(installFileOf(dataDirectory));
    expect(record.data).toMatchObject({ trust: false, sideload: false });
    record.update({ thumbprints: [], port: 1 });
    record.addThumbprint(THUMBPRINT);
    expect(readFileSync(installFileOf(dataDirectory), "utf8")).toBe(content);
    expect(new InstallRecord(dataDirectory).state).toBe("damaged");
  });

  it.each([["damaged"], [undefined]])("is overwritten by an installation, and restored to %j if it fails", (before) => {
    const dataDirectory = dataDirectoryOf();
    if (before !== undefined) writeFileSync(installFileOf(dataDirectory), before);
    const record = new InstallRecord(dataDirectory);
    const restore = record.begin();
    record.update({ version: "1.0.0", msi: true });
    expect(new InstallRecord(dataDirectory)).toMatchObject({
      state: "valid",
      data: { version: "1.0.0", msi: true },
    });
    restore();
    if (before === undefined) expect(existsSync(installFileOf(dataDirectory))).toBe(false);
    else expect(readFileSync(installFileOf(dataDirectory), "utf8")).toBe(before);
  });
});
