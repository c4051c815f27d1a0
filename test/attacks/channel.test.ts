// Rows 24 and 26 of docs/security.md: the channel between Outlook and the bridge.
import { afterAll, beforeAll, expect, test } from "vitest";
import { BridgeProcess } from "../support/bridge-process.js";
import { resourceUsage } from "../support/system.js";
import { canRunAsOtherUser } from "../support/other-user.js";
import { channelAttacks, otherUserChannelAttacks } from "./cases/channel.js";

let bridge: BridgeProcess;
let threads: number;

beforeAll(async () => {
  bridge = await BridgeProcess.start();
  ({ threads } = resourceUsage(bridge.pid));
});

afterAll(async () => {
  await bridge.stop();
});

test.runIf(canRunAsOtherUser).each(otherUserChannelAttacks)(
  "withstands attack $row: $attempt -> $response",
  async ({ response, run }) => {
    expect(await run(bridge)).toBe(response);
  },
);

test.each(channelAttacks)("withstands attack $row: $attempt -> $response", async ({ response, run }) => {
  expect(await run(bridge)).toBe(response);
});

test("has as many threads as before the attacks, and still follows Outlook", async () => {
  await bridge.outlook("offline");
  expect(await bridge.outlook("state")).toContain("offline");
  expect(resourceUsage(bridge.pid).threads).toBe(threads);
});
