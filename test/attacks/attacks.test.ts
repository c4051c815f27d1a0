// The rows of docs/security.md: real bytes over real sockets at the real bridge, while an honest pane goes on being told.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { BridgeProcess } from "../support/bridge-process.js";
import { footprint, peakMemory } from "../support/memory.js";
import { Onlooker } from "../support/onlooker.js";
import { canBeAnotherUser } from "../support/stranger.js";
import { CROWDED_MB, FLAT_MB } from "./attack.js";
import { bytes } from "./cases/bytes.js";
import { inBrowsers } from "./cases/browser.js";
import { crowds, limits, slowLimits, strangersInCrowds } from "./cases/limits.js";
import { peers, strangers } from "./cases/peers.js";
import { requests } from "./cases/requests.js";
import { programs } from "./cases/server.js";

let bridge: BridgeProcess;
let onlooker: Onlooker;
let before: number;

beforeAll(async () => {
  bridge = await BridgeProcess.start();
  onlooker = await Onlooker.at(bridge);
  await onlooker.toldOnceMore();
  before = footprint(bridge.pid).memory;
});

afterAll(async () => {
  await onlooker.end();
  await bridge.stop();
});

afterEach(() => {
  expect(onlooker.complaints).toEqual([]);
});

const LIMIT_MS = 240_000;

describe("requests", () => {
  test.each([...requests, ...bytes])("$row: $tried -> $answer", { timeout: LIMIT_MS }, async ({ answer, run }) => {
    expect(await run(bridge)).toBe(answer);
  });
});

describe("peers", () => {
  test.runIf(canBeAnotherUser).each(strangers)(
    "$row: $tried -> $answer",
    { timeout: LIMIT_MS },
    async ({ answer, run }) => {
      expect(await run(bridge)).toBe(answer);
    },
  );

  test.each(peers)("$row: $tried -> $answer", { timeout: LIMIT_MS }, async ({ answer, run }) => {
    expect(await run(bridge)).toBe(answer);
  });

  test("there is a second user where continuous integration runs", () => {
    expect(canBeAnotherUser || process.env["CI"] === undefined).toBe(true);
  });
});

describe("limits", () => {
  test.each(limits)("$row: $tried -> $answer", { timeout: LIMIT_MS }, async ({ answer, run }) => {
    expect(await run(bridge)).toBe(answer);
    await onlooker.toldOnceMore();
  });

  test.concurrent.each(slowLimits)("$row: $tried -> $answer", { timeout: LIMIT_MS }, async ({ answer, run }) => {
    expect(await run(bridge)).toBe(answer);
  });
});

describe("programs", () => {
  test.each(programs)("$row: $tried -> $answer", { timeout: LIMIT_MS }, async ({ answer, run }) => {
    expect(await run(bridge)).toBe(answer);
  });
});

describe("browsers", () => {
  test.concurrent.each(inBrowsers)("$row: $tried -> $answer", { timeout: LIMIT_MS }, async ({ answer, run }) => {
    expect(await run(bridge)).toBe(answer);
  });
});

test("until here the bridge never held more than a few megabytes more than before", () => {
  expect(peakMemory(bridge.pid) - before).toBeLessThan(FLAT_MB);
});

describe("crowds", () => {
  test.each(crowds)("$row: $tried -> $answer", { timeout: LIMIT_MS }, async ({ answer, run }) => {
    expect(await run(bridge)).toBe(answer);
    await onlooker.toldOnceMore();
  });

  test.runIf(canBeAnotherUser).each(strangersInCrowds)(
    "$row: $tried -> $answer",
    { timeout: LIMIT_MS },
    async ({ answer, run }) => {
      expect(await run(bridge)).toBe(answer);
      await onlooker.toldOnceMore();
    },
  );
});

test("after all of it the honest pane was told every change, and the bridge never held much more than before", async () => {
  await onlooker.toldOnceMore();
  expect(onlooker.complaints).toEqual([]);
  expect(peakMemory(bridge.pid) - before).toBeLessThan(CROWDED_MB);
});
