// @ts-check
// The binaries that `npm run build:windows` builds.

/**
 * @typedef {object} Binary
 * @property {string} file name of the binary
 * @property {"exe" | "dll"} type
 * @property {string} description in the file properties
 * @property {Array<"x64" | "x86">} machines
 * @property {(machine: string) => string} folder output folder, relative to the root
 * @property {string[]} lists of bridge/native/sources.gypi that are linked completely; of the core only what is needed
 * @property {string[]} [sources] further sources, relative to the root
 * @property {string} [exports] a .def file, relative to the root; "{machine}" is replaced
 * @property {boolean} [isNodeModule] links against node.exe and uses node-addon-api
 * @property {string[]} [linkFlags]
 * @property {number} limit maximum size in bytes
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
    exports: "bridge/native/agent/windows/agent.def",
    limit: 300 * KIB,
  },
  {
    file: "outlook-offline-state.node",
    type: "dll",
    description: "Outlook Offline State: the bridge's native module",
    // node-gyp-build loads it from this folder. There is none for ARM64: Node.js runs there as x64.
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
    // No console; the entry point is wmain.
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
    exports: "bridge/native/simulator/windows/msmapi32.{machine}.def",
    limit: 1024 * KIB,
  },
];

const inTests = () => "build/windows-tests";
const fixture = { machines: /** @type {["x64"]} */ (["x64"]), lists: [], limit: 4096 * KIB };

/** Programs of the tests: `build:windows -- --tests`. @type {Binary[]} */
export const testBinaries = [
  {
    ...fixture,
    file: "probe.exe",
    type: "exe",
    description: "counts the resources of a process",
    folder: inTests,
    sources: ["test/windows/fixtures/probe.cc"],
  },
  {
    ...fixture,
    file: "certificate-chain.exe",
    type: "exe",
    description: "verifies a certificate with Windows",
    folder: inTests,
    sources: ["test/windows/fixtures/certificate_chain.cc"],
  },
  {
    ...fixture,
    file: "OUTLOOK.EXE",
    type: "exe",
    description: "an Outlook with an agent that violates the protocol",
    folder: () => "build/windows-tests/faulty",
    sources: ["test/windows/fixtures/faulty_outlook.cc"],
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
