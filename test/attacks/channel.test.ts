// Rows 24 and 26 of docs/security.md: the channel between Outlook and the bridge.
import { afterAll, beforeAll, expect, test } from "vitest";
import { BridgeProcess } from "../support/bridge-process.js";
import { footprint } from "../support/memory.js";
import { canBeAnotherUser } from "../support/stranger.js";
import { channel, strangersOnChannel } from "./cases/channel.js";

let bridge: BridgeProcess;
let threads: number;

beforeAll(async () => {
  bridge = await BridgeProcess.start();
  ({ threads } = footprint(bridge.pid));
});

afterAll(async () => {
  await bridge.stop();
});

test.runIf(canBeAnotherUser).each(strangersOnChannel)("$row: $tried -> $answer", async ({ answer, run }) => {
  expect(await run(bridge)).toBe(answer);
});

test.each(channel)("$row: $tried -> $answer", async ({ answer, run }) => {
  expect(await run(bridge)).toBe(answer);
});

test("after all of it the bridge has as many threads as before, and follows Outlook", async () => {
  await bridge.outlook("offline");
  expect(await bridge.outlook("state")).toContain("offline");
  expect(footprint(bridge.pid).threads).toBe(threads);
});
