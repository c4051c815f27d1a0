import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { temporaryHome } from "../../../test/support/temporary-home.js";
import { resolveHome, type Home } from "../home/home.js";
import { installFileOf, InstallRecord } from "./record.js";

const homeOf = (): Home => resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryHome() } });
const THUMBPRINT = "0123456789abcdef0123456789abcdef01234567";

describe("the record of an installation", () => {
  it("keeps what is written into it", () => {
    const home = homeOf();
    expect(new InstallRecord(home)).toMatchObject({ state: "missing", problem: undefined });
    new InstallRecord(home).update({ port: 38450, msi: true, trust: false, sideload: false });
    const again = new InstallRecord(home);
    expect(again.state).toBe("whole");
    expect(again.facts).toMatchObject({ port: 38450, msi: true, trust: false, sideload: false });
  });

  it("keeps what another process has written since it was read", () => {
    const home = homeOf();
    new InstallRecord(home).update({ version: "1.0.0" });
    const bridge = new InstallRecord(home);
    new InstallRecord(home).update({ version: "1.1.0", msi: true, trust: false });
    bridge.addThumbprint(THUMBPRINT);
    bridge.addKeys(["HKCU\\Software\\A"]);
    expect(new InstallRecord(home).facts).toMatchObject({
      ...{ version: "1.1.0", msi: true, trust: false },
      ...{ thumbprints: [THUMBPRINT], keys: ["HKCU\\Software\\A"] },
    });
  });

  it.each([
    ["empty, after a power cut", ""],
    ["of zeros", "\0\0\0\0"],
    ["cut off", '{ "msi": true, "trust": fal'],
    ["of other types", '{ "msi": true, "trust": false, "port": "38443" }'],
  ])("is damaged when it is %s: then nothing is asked of Windows, and the file stays as it is", (_what, content) => {
    const home = homeOf();
    writeFileSync(installFileOf(home), content);
    const record = new InstallRecord(home);
    expect(record.state).toBe("damaged");
    expect(record.problem).toContain(installFileOf(home));
    expect(record.facts).toMatchObject({ trust: false, sideload: false });
    record.update({ thumbprints: [], port: 1 });
    record.addThumbprint(THUMBPRINT);
    expect(readFileSync(installFileOf(home), "utf8")).toBe(content);
    expect(new InstallRecord(home).state).toBe("damaged");
  });

  it.each([["damaged"], [undefined]])(
    "is written anew by an installation, and is %j again when that fails",
    (before) => {
      const home = homeOf();
      if (before !== undefined) writeFileSync(installFileOf(home), before);
      const record = new InstallRecord(home);
      const back = record.begin();
      record.update({ version: "1.0.0", msi: true });
      expect(new InstallRecord(home)).toMatchObject({ state: "whole", facts: { version: "1.0.0", msi: true } });
      back();
      if (before === undefined) expect(existsSync(installFileOf(home))).toBe(false);
      else expect(readFileSync(installFileOf(home), "utf8")).toBe(before);
    },
  );
});
