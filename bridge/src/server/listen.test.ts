import { createServer } from "node:https";
import { expect, test } from "vitest";
import { listenOnLoopback, meansTaken, PortTaken } from "./listen.js";

test("a port that somebody listens on is taken, and nothing of ours listens then", async () => {
  const first = await listenOnLoopback(() => createServer(), 0);
  try {
    await expect(listenOnLoopback(() => createServer(), first.port)).rejects.toBeInstanceOf(PortTaken);
  } finally {
    for (const server of first.servers) server.close();
  }
});

test("a port that Windows denies is another program's, so that a free one is looked for; elsewhere it is a matter of rights", () => {
  expect(meansTaken("EACCES", "win32")).toBe(true);
  expect(meansTaken("EACCES", "linux")).toBe(false);
  expect(meansTaken("EADDRNOTAVAIL", "win32")).toBe(false);
});
