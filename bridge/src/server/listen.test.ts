import { createServer } from "node:https";
import { expect, test } from "vitest";
import { listenOnLoopback, meansTaken, PortTaken } from "./listen.js";

test("rejects with PortTaken if the port is taken, and listens on no address", async () => {
  const first = await listenOnLoopback(() => createServer(), 0);
  try {
    await expect(listenOnLoopback(() => createServer(), first.port)).rejects.toBeInstanceOf(PortTaken);
  } finally {
    for (const server of first.servers) server.close();
  }
});

test("treats EACCES as a taken port on Windows only", () => {
  expect(meansTaken("EACCES", "win32")).toBe(true);
  expect(meansTaken("EACCES", "linux")).toBe(false);
  expect(meansTaken("EADDRNOTAVAIL", "win32")).toBe(false);
});
