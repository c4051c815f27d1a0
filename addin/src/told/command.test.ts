import { describe, expect, it } from "vitest";
import { COMMAND, LAUNCHER } from "../../../bridge/src/install/places.js";
import { commandFor } from "./command.js";

const outlook = { host: "classic", version: "1.2.3", port: "38443" } as const;

describe("the command that the person is told", () => {
  it("names the installed program in Outlook, quoted, because it is on no PATH", () => {
    expect(commandFor("start", outlook)).toBe(`"%LOCALAPPDATA%\\OutlookOfflineState\\app\\1.2.3\\${LAUNCHER}" start`);
    expect(commandFor("install", outlook)).toBe(
      `"%LOCALAPPDATA%\\OutlookOfflineState\\app\\1.2.3\\${COMMAND}" install`,
    );
  });

  it("starts the bridge on the port that the pane was served from", () => {
    expect(commandFor("start", { ...outlook, port: "38444" })).toMatch(/start --port 38444$/);
    expect(commandFor("start", { ...outlook, port: "" })).toMatch(/start --port 443$/);
    expect(commandFor("install", { ...outlook, port: "38444" })).toMatch(/install$/);
  });

  it("is the plain one outside of Outlook", () => {
    expect(commandFor("start", { ...outlook, host: "browser" })).toBe("outlook-offline-state start");
  });
});
