// @ts-check
// The walls between the rooms: who may import whom. lib/walls.mjs makes ESLint rules of them;
// a test shows that each forbidden import is reported.

/** What carries bytes between processes. */
const SOCKETS = ["ws", "express", "http", "https", "http2", "net", "tls", "dgram"];

/**
 * Every room below the root, the longest name first that fits a file. `sees`: rooms (and files) that it may import beside itself.
 * `packages`: npm packages and Node's modules that it may import ("node" = every module of Node); undefined = any.
 * `not`: those that it may not, of the ones that it otherwise might.
 * @type {Record<string, { sees: string[], packages?: string[], not?: string[] }>}
 */
export const ROOMS = {
  shared: { sees: [], packages: ["valibot"] },
  addin: {
    sees: ["shared"],
    not: ["node", "ws", "express", "pino", "helmet", "libsql", "node-gyp-build", "office-addin-dev-certs"],
  },
  bridge: { sees: ["shared"] },
  "bridge/src/home": { sees: [], not: SOCKETS },
  "bridge/src/log": { sees: ["bridge/src/home"], not: SOCKETS },
  "bridge/src/source": { sees: ["shared", "bridge/src/home", "bridge/src/log"], not: SOCKETS },
  "bridge/src/feed": {
    sees: ["shared", "bridge/src/log", "bridge/src/source/offline-state-source.ts"],
    not: [...SOCKETS, "node-gyp-build", "child_process"],
  },
  "bridge/src/history": { sees: ["shared", "bridge/src/home", "bridge/src/log", "bridge/src/feed"], not: SOCKETS },
  "bridge/src/gate": { sees: ["shared", "bridge/src/log", "bridge/src/source"] },
  "bridge/src/server": {
    sees: ["shared", "bridge/src/home", "bridge/src/log", "bridge/src/feed", "bridge/src/gate", "bridge/src/history"],
    not: ["node-gyp-build", "child_process"],
  },
  "bridge/src/simulated": { sees: ["shared", "bridge/src/home", "bridge/src/log"], not: ["ws", "express"] },
};
