import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { NATIVE_ROOMS } from "../rooms.mjs";
import { ownFiles } from "./files.mjs";
import { brokenNativeWalls, roomOf } from "./native-walls.mjs";
import { fromRoot } from "./paths.mjs";

const sources = ownFiles(["bridge/native/*.cc", "bridge/native/*.h"]);

test("finds the C++ sources", () => {
  expect(sources.length).toBeGreaterThan(10);
});

test("no C++ room looks over its wall", () => {
  const broken = sources.flatMap((file) =>
    brokenNativeWalls(file, readFileSync(fromRoot(file), "utf8")).map(
      ({ line, include }) => `${file}:${line} ${include}`,
    ),
  );
  expect(broken).toEqual([]);
});

test("every C++ room has its walls written down", () => {
  const rooms = new Set(sources.map(roomOf).filter((room) => room !== undefined));
  expect([...rooms].filter((room) => !(room in NATIVE_ROOMS))).toEqual([]);
});

test.each([
  ["bridge/native/mapi/monitor.cc", "channel/server.h"],
  ["bridge/native/mapi/monitor.h", "simulated/provider.h"],
  ["bridge/native/agent/agent.cc", "simulated/provider.h"],
  ["bridge/native/agent/agent.cc", "module/subscription.h"],
  ["bridge/native/channel/client_posix.cc", "mapi/monitor.h"],
  ["bridge/native/channel/client_posix.cc", "agent/agent.h"],
  ["bridge/native/module/module.cc", "mapi/offline_state_abi.h"],
  ["bridge/native/module/module.cc", "simulated/provider.h"],
])("reports that %s includes %s", (file, include) => {
  expect(brokenNativeWalls(file, `#include <memory>\n#include "${include}"\n`)).toEqual([{ line: 2, include }]);
});

test("lets a room include its own headers and those that it may see", () => {
  const text = '#include "agent/mailbox.h"\n#include "mapi/monitor.h"\n#include <vector>\n';
  expect(brokenNativeWalls("bridge/native/agent/agent.cc", text)).toEqual([]);
});
