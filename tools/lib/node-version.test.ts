import process from "node:process";
import { expect, test } from "vitest";
import { unsupportedNodeMessage } from "./node-version.mjs";

test.each(["12.22.0", "18.20.4", "20.10.0"])(
  "rejects Node %s and names the required version and where to get it",
  (version) => {
    const message = unsupportedNodeMessage(version);
    expect(message).toContain(version);
    expect(message).toContain("20.11");
    expect(message).toContain("https://nodejs.org/");
  },
);

test.each(["20.11.0", "20.20.2", "22.0.0", "24.1.0", process.versions.node])("accepts Node %s", (version) => {
  expect(unsupportedNodeMessage(version)).toBeUndefined();
});
