import { describe, expect, it } from "vitest";
import { COMMAND, LAUNCHER } from "../../../bridge/src/install/paths.js";
import { commandFor } from "./command.js";

const outlook = { host: "classic", version: "1.2.3", port: "38443" } as const;

describe("commandFor", () => {
  it("returns the quoted path of the installed program in Outlook", () => {
    expect(commandFor("start", outlook)).toBe(`"%LOCALAPPDATA%\\OutlookOfflineState\\app\\1.2.3\\${LAUNCHER}" start`);
    expect(commandFor("install", outlook)).toBe(
      `"%LOCALAPPDATA%\\OutlookOfflineState\\app\\1.2.3\\${COMMAND}" install`,
    );
  });

  it("adds the port of the pane if it is not the default", () => {
    expect(commandFor("start", { ...outlook, port: "38444" })).toMatch(/start --port 38444$/);
    expect(commandFor("start", { ...outlook, port: "" })).toMatch(/start --port 443$/);
    expect(commandFor("install", { ...outlook, port: "38444" })).toMatch(/install$/);
  });

  it("returns the short command outside of Outlook", () => {
    expect(commandFor("start", { ...outlook, host: "browser" })).toBe("outlook-offline-state start");
  });
});
