// All attacks, for the documents that list them.
import type { Attack } from "./cases/attack.js";
import { byteAttacks } from "./cases/bytes.js";
import { browserAttacks } from "./cases/browser.js";
import { channelAttacks, otherUserChannelAttacks } from "./cases/channel.js";
import { floodAttacks, limitAttacks, slowAttacks, otherUserFloodAttacks } from "./cases/limits.js";
import { peerAttacks, otherUserAttacks } from "./cases/peers.js";
import { requestAttacks } from "./cases/requests.js";
import { portAndLogAttacks } from "./cases/port-and-log.js";

export const attacks: readonly Attack[] = [
  ...requestAttacks,
  ...byteAttacks,
  ...otherUserAttacks,
  ...peerAttacks,
  ...limitAttacks,
  ...slowAttacks,
  ...portAndLogAttacks,
  ...browserAttacks,
  ...floodAttacks,
  ...otherUserFloodAttacks,
  ...channelAttacks,
  ...otherUserChannelAttacks,
];

/** Attacks that other tests cover: the attempt, the required response, and the test. */
export const TESTED_ELSEWHERE: readonly (Pick<Attack, "row" | "attempt" | "response"> & {
  readonly file: string;
  readonly test: string;
})[] = [
  {
    row: 25,
    attempt: "a pipe that another program creates first, under Wine",
    response: "agent-untrusted, no state",
    file: "bridge/native/channel/windows/peer_test.cc",
    test: "ChannelClient: rejects a program of this user that is not Outlook and creates the pipe first",
  },
  {
    row: 26,
    attempt: "arbitrary bytes, cut anywhere (libFuzzer)",
    response: "no crash, no leak, no state from it",
    file: "bridge/native/fuzz/channel_fuzz.cc",
    test: "no state outlives its channel",
  },
  {
    row: 27,
    attempt: "install and uninstall, under Wine",
    response: "no listener, autostart, add-in, registry key, file or trusted certificate",
    file: "test/install/install.test.ts",
    test: "leaves no listener, autostart, add-in, registry key, file or trusted certificate",
  },
];
