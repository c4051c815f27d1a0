// @ts-check
// The walls between the rooms: who may import whom. lib/walls.mjs makes ESLint rules of them, and native-walls.mjs looks
// after the C++ rooms; tests show that each forbidden import is reported.

/** What carries bytes between processes. */
const SOCKETS = ["ws", "express", "http", "https", "http2", "net", "tls", "dgram"];

/** Small things without a room, for every room of the bridge. */
const BRIDGE_COMMON = ["bridge/src/failure.ts", "bridge/src/version.ts"];

/**
 * `sees`: the rooms and files that a room may import beside itself. `packages`: the only npm packages and modules of Node that it
 * may import; undefined: any. `not`: those that it may not ("node": every module of Node). Rooms may lie within one another: the
 * inner one's walls count there.
 * @type {Record<string, { sees: string[], packages?: string[], not?: string[] }>}
 */
export const ROOMS = {
  shared: { sees: [], packages: ["valibot"] },
  addin: {
    sees: ["shared"],
    not: ["node", "ws", "express", "helmet", "pino", "commander", "libsql", "node-gyp-build", "@peculiar/asn1-x509"],
  },
  bridge: { sees: ["shared"] },
  "bridge/src/home": { sees: BRIDGE_COMMON, not: SOCKETS },
  "bridge/src/log": { sees: [...BRIDGE_COMMON, "bridge/src/home"], not: SOCKETS },
  "bridge/src/certificates": { sees: [...BRIDGE_COMMON, "bridge/src/home", "bridge/src/log"], not: SOCKETS },
  "bridge/src/source": { sees: [...BRIDGE_COMMON, "shared", "bridge/src/home", "bridge/src/log"], not: SOCKETS },
  "bridge/src/feed": {
    sees: [...BRIDGE_COMMON, "shared", "bridge/src/log", "bridge/src/source/offline-state-source.ts"],
    not: [...SOCKETS, "node-gyp-build", "child_process"],
  },
  "bridge/src/history": {
    sees: [...BRIDGE_COMMON, "shared", "bridge/src/home", "bridge/src/log", "bridge/src/feed"],
    not: SOCKETS,
  },
  "bridge/src/gate": {
    sees: [...BRIDGE_COMMON, "shared", "bridge/src/log", "bridge/src/source"],
    not: ["ws", "express"],
  },
  "bridge/src/server": {
    sees: [
      ...BRIDGE_COMMON,
      "shared",
      ...["home", "log", "certificates", "feed", "gate", "history"].map((room) => `bridge/src/${room}`),
    ],
    not: ["node-gyp-build", "child_process"],
  },
  "bridge/src/instance": {
    sees: [
      ...BRIDGE_COMMON,
      "shared",
      ...["home", "log", "certificates", "server/app.ts"].map((room) => `bridge/src/${room}`),
    ],
  },
  "bridge/src/install": {
    sees: [
      ...BRIDGE_COMMON,
      "shared",
      ...["home", "log", "certificates", "instance", "outlook", "source/native-binding.ts"].map(
        (room) => `bridge/src/${room}`,
      ),
    ],
    not: ["ws", "express"],
  },
  "bridge/src/outlook": {
    sees: [
      ...BRIDGE_COMMON,
      ...["names.ts", "registry", "windows/setup-module.ts"].map((name) => `bridge/src/install/${name}`),
    ],
    not: SOCKETS,
  },
  "bridge/src/doctor": {
    sees: [
      ...BRIDGE_COMMON,
      "shared",
      ...[
        "home",
        "log",
        "certificates",
        "install",
        "instance",
        "outlook",
        "server/app.ts",
        "source/native-binding.ts",
      ].map((room) => `bridge/src/${room}`),
    ],
    not: ["ws", "express"],
  },
  "bridge/src/simulated": {
    sees: [...BRIDGE_COMMON, "shared", "bridge/src/home", "bridge/src/log"],
    not: ["ws", "express"],
  },
};

/**
 * The C++ rooms below bridge/native: whose headers each may include. What is in the product never includes simulated/.
 * @type {Record<string, string[]>}
 */
export const NATIVE_ROOMS = {
  mapi: ["agent/present.h", "agent/mailbox.h"],
  agent: ["mapi", "channel"],
  channel: ["agent/present.h", "agent/mailbox.h", "agent/waker.h"],
  peer: ["channel/handle_windows.h", "channel/identity_windows.h"],
  setup: ["channel"],
  module: ["agent/present.h", "channel", "mapi/hresult_names.h", "peer", "setup"],
  simulated: ["agent", "channel", "mapi"],
  fuzz: ["channel"],
  launcher: [],
};
