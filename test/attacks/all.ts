// Every attack that there is, for whoever counts them.
import type { Attack } from "./attack.js";
import { bytes } from "./cases/bytes.js";
import { inBrowsers } from "./cases/browser.js";
import { channel, strangersOnChannel } from "./cases/channel.js";
import { crowds, limits, slowLimits, strangersInCrowds } from "./cases/limits.js";
import { peers, strangers } from "./cases/peers.js";
import { requests } from "./cases/requests.js";
import { programs } from "./cases/server.js";

export const attacks: readonly Attack[] = [
  ...requests,
  ...bytes,
  ...strangers,
  ...peers,
  ...limits,
  ...slowLimits,
  ...programs,
  ...inBrowsers,
  ...crowds,
  ...strangersInCrowds,
  ...channel,
  ...strangersOnChannel,
];

/** Rows that other tests show: what is tried, the answer, and where. */
export const ELSEWHERE: readonly (Pick<Attack, "row" | "tried" | "answer"> & {
  readonly file: string;
  readonly test: string;
})[] = [
  {
    row: 25,
    tried: "the pipe is made first, as a Windows process",
    answer: "agent-untrusted, no state",
    file: "bridge/native/channel/peer_windows_test.cc",
    test: "a program of this user that is not Outlook and makes the pipe first is not believed",
  },
  {
    row: 26,
    tried: "any bytes, cut anywhere (libFuzzer, a minute in each run of CI)",
    answer: "no crash, no leak, no state from it",
    file: "bridge/native/fuzz/channel_fuzz.cc",
    test: "no state outlives its channel",
  },
  {
    row: 27,
    tried: "install and uninstall, under Wine",
    answer: "no listener, autostart, add-in, registry key, file or trusted certificate",
    file: "test/install/install.test.ts",
    test: "leaves no listener, autostart, add-in, registry key, file or trusted certificate",
  },
];
