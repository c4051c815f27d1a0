// Every attack of docs/security.md runs against the real bridge over TLS. Meanwhile a normal client must receive every change.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { BridgeProcess } from "../support/bridge-process.js";
import { resourceUsage, peakMemory } from "../support/system.js";
import { LivenessClient } from "../support/liveness-client.js";
import { canRunAsOtherUser } from "../support/other-user.js";
import { FLOOD_MB, SINGLE_CLIENT_MB } from "./cases/attack.js";
import { byteAttacks } from "./cases/bytes.js";
import { browserAttacks } from "./cases/browser.js";
import { floodAttacks, limitAttacks, slowAttacks, otherUserFloodAttacks } from "./cases/limits.js";
import { peerAttacks, otherUserAttacks } from "./cases/peers.js";
import { requestAttacks } from "./cases/requests.js";
import { portAndLogAttacks } from "./cases/port-and-log.js";

let bridge: BridgeProcess;
let liveness: LivenessClient;
let before: number;

beforeAll(async () => {
  bridge = await BridgeProcess.start();
  liveness = await LivenessClient.connect(bridge);
  await liveness.waitForChange();
  before = resourceUsage(bridge.pid).memory;
});

afterAll(async () => {
  await liveness.close();
  await bridge.stop();
});

afterEach(() => {
  expect(liveness.errors).toEqual([]);
});

const LIMIT_MS = 240_000;

describe("HTTP requests", () => {
  test.each([...requestAttacks, ...byteAttacks])(
    "withstands attack $row: $attempt -> $response",
    { timeout: LIMIT_MS },
    async ({ response, run }) => {
      expect(await run(bridge)).toBe(response);
    },
  );
});

describe("peers", () => {
  test.runIf(canRunAsOtherUser).each(otherUserAttacks)(
    "withstands attack $row: $attempt -> $response",
    { timeout: LIMIT_MS },
    async ({ response, run }) => {
      expect(await run(bridge)).toBe(response);
    },
  );

  test.each(peerAttacks)(
    "withstands attack $row: $attempt -> $response",
    { timeout: LIMIT_MS },
    async ({ response, run }) => {
      expect(await run(bridge)).toBe(response);
    },
  );

  test("can run as a second user in continuous integration", () => {
    expect(canRunAsOtherUser || process.env["CI"] === undefined).toBe(true);
  });
});

describe("limits", () => {
  test.each(limitAttacks)(
    "withstands attack $row: $attempt -> $response",
    { timeout: LIMIT_MS },
    async ({ response, run }) => {
      expect(await run(bridge)).toBe(response);
      await liveness.waitForChange();
    },
  );

  test.concurrent.each(slowAttacks)(
    "withstands attack $row: $attempt -> $response",
    { timeout: LIMIT_MS },
    async ({ response, run }) => {
      expect(await run(bridge)).toBe(response);
    },
  );
});

describe("ports and the log", () => {
  test.each(portAndLogAttacks)(
    "withstands attack $row: $attempt -> $response",
    { timeout: LIMIT_MS },
    async ({ response, run }) => {
      expect(await run(bridge)).toBe(response);
    },
  );
});

describe("pages of other sites in Chromium", () => {
  test.concurrent.each(browserAttacks)(
    "withstands attack $row: $attempt -> $response",
    { timeout: LIMIT_MS },
    async ({ response, run }) => {
      expect(await run(bridge)).toBe(response);
    },
  );
});

test("uses only a few megabytes more during attacks by single clients", () => {
  expect(peakMemory(bridge.pid) - before).toBeLessThan(SINGLE_CLIENT_MB);
});

describe("floods", () => {
  test.each(floodAttacks)(
    "withstands attack $row: $attempt -> $response",
    { timeout: LIMIT_MS },
    async ({ response, run }) => {
      expect(await run(bridge)).toBe(response);
      await liveness.waitForChange();
    },
  );

  test.runIf(canRunAsOtherUser).each(otherUserFloodAttacks)(
    "withstands attack $row: $attempt -> $response",
    { timeout: LIMIT_MS },
    async ({ response, run }) => {
      expect(await run(bridge)).toBe(response);
      await liveness.waitForChange();
    },
  );
});

test("delivers every change to a normal client and keeps its memory bounded during all attacks", async () => {
  await liveness.waitForChange();
  expect(liveness.errors).toEqual([]);
  expect(peakMemory(bridge.pid) - before).toBeLessThan(FLOOD_MB);
});
