import process from "node:process";
import { expect, test } from "vitest";
import { complaintAbout } from "./node-version.mjs";

test.each(["12.22.0", "18.20.4", "20.10.0"])(
  "Node %s is too old: says which one is there, which is wanted and where to get it",
  (version) => {
    const told = complaintAbout(version);
    expect(told).toContain(version);
    expect(told).toContain("20.11");
    expect(told).toContain("https://nodejs.org/");
  },
);

test.each(["20.11.0", "20.20.2", "22.0.0", "24.1.0", process.versions.node])("Node %s will do", (version) => {
  expect(complaintAbout(version)).toBeUndefined();
});
