// @ts-check
// What `npm run build:windows` makes, as data.

/**
 * @typedef {object} Binary
 * @property {string} file name of the binary
 * @property {"exe" | "dll"} type
 * @property {string} description as Windows shows it
 * @property {Array<"x64" | "x86">} machines
 * @property {(machine: string) => string} folder where it goes, relative to the root
 * @property {string[]} lists of bridge/native/sources.gypi that are linked whole; of the core, what they need
 * @property {string[]} [sources] files that no list has, relative to the root
 * @property {string} [exports] a .def file, relative to the root; "{machine}" is filled in
 * @property {boolean} [isNodeModule] linked against node.exe, and sees node-addon-api
 * @property {string[]} [linkFlags]
 * @property {number} limit bytes; more is an error
 */

const KIB = 1024;
/** @param {string} machine */
const inDist = (machine) => `dist/windows/${machine}`;

/** @type {Binary[]} */
export const binaries = [
  {
    file: "offline-state-agent.dll",
    type: "dll",
    description: "Outlook Offline State: the agent in Outlook",
    machines: ["x64", "x86"],
    folder: inDist,
    lists: ["agent_windows_sources"],
    exports: "bridge/native/agent/com/agent.def",
    limit: 300 * KIB,
  },
  {
    file: "outlook-offline-state.node",
    type: "dll",
    description: "Outlook Offline State: the bridge's native module",
    // Where node-gyp-build looks. Node for ARM64 runs x64 modules only as x64 itself, so there is one.
    machines: ["x64"],
    folder: (machine) => `prebuilds/win32-${machine}`,
    lists: ["module_sources", "module_windows_sources"],
    isNodeModule: true,
    limit: 600 * KIB,
  },
  {
    file: "outlook-offline-state.exe",
    type: "exe",
    description: "Outlook Offline State",
    machines: ["x64"],
    folder: inDist,
    lists: ["launcher_windows_sources"],
    linkFlags: ["-mwindows"],
    limit: 300 * KIB,
  },
  {
    file: "OUTLOOK.EXE",
    type: "exe",
    description: "Outlook Offline State: the simulated Outlook",
    machines: ["x64", "x86"],
    folder: inDist,
    lists: ["simulated_core_sources", "simulated_windows_sources"],
    // It has no console, and starts at a wmain of its own.
    linkFlags: ["-mwindows", "-municode"],
    limit: 2048 * KIB,
  },
  {
    file: "msmapi32.dll",
    type: "dll",
    description: "Outlook Offline State: the simulated Outlook's MAPI",
    machines: ["x64", "x86"],
    folder: inDist,
    lists: ["mapi_provider_sources", "mapi_provider_windows_sources"],
    exports: "bridge/native/simulated/msmapi32.{machine}.def",
    limit: 1024 * KIB,
  },
];

const inTests = () => "build/windows-tests";
const fixture = { machines: /** @type {["x64"]} */ (["x64"]), lists: [], limit: 4096 * KIB };

/** What only the tests run: `build:windows -- --tests`. @type {Binary[]} */
export const testBinaries = [
  {
    ...fixture,
    file: "probe.exe",
    type: "exe",
    description: "counts what a process has",
    folder: inTests,
    sources: ["test/windows/fixtures/probe.cc"],
  },
  {
    ...fixture,
    file: "certificate-chain.exe",
    type: "exe",
    description: "asks Windows about a certificate",
    folder: inTests,
    sources: ["test/windows/fixtures/certificate_chain.cc"],
  },
  {
    ...fixture,
    file: "OUTLOOK.EXE",
    type: "exe",
    description: "an Outlook with an agent that is not as it should be",
    folder: () => "build/windows-tests/strange",
    sources: ["test/windows/fixtures/strange_outlook.cc"],
  },
  {
    ...fixture,
    file: "other-add-in.dll",
    type: "dll",
    description: "another add-in",
    folder: inTests,
    sources: ["test/windows/fixtures/other_add_in.cc"],
    exports: "test/windows/fixtures/other_add_in.def",
  },
];
