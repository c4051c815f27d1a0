// @ts-check
// Builds the Windows binaries on Debian with mingw-w64. On Windows node-gyp builds the same sources with Visual Studio, and with
// control-flow guard, which this compiler does not support.
import { cpSync } from "node:fs";
import { join } from "node:path";
import { root } from "./sources.mjs";

const defines = ["UNICODE", "_UNICODE", "WIN32_LEAN_AND_MEAN", "NOMINMAX", "_WIN32_WINNT=0x0A00"];
const libraries = ["-lole32", "-loleaut32", "-ladvapi32", "-luuid", "-liphlpapi", "-lws2_32", "-lcrypt32", "-lversion"];

// Static run-time libraries, no timestamps, no fixed addresses.
const linking = [
  "-static",
  "-static-libgcc",
  "-static-libstdc++",
  "-Wl,--no-insert-timestamp",
  "-Wl,--dynamicbase",
  "-Wl,--nxcompat",
  "-Wl,--gc-sections",
  "-Wl,--exclude-all-symbols",
];

/** The architectures of Outlook and Node.js. On ARM64 both run as x64. */
export const machines = {
  x64: {
    triplet: "x86_64-w64-mingw32",
    dlltool: ["-m", "i386:x86-64"],
    flags: ["-fcf-protection=full"],
    linkFlags: ["-Wl,--high-entropy-va"],
  },
  x86: {
    triplet: "i686-w64-mingw32",
    dlltool: ["-m", "i386"],
    flags: ["-fcf-protection=full", "-msse2", "-mfpmath=sse", "-mstackrealign"],
    // COM needs the undecorated names of the .def file.
    linkFlags: ["-Wl,--enable-stdcall-fixup"],
  },
};

/** @typedef {keyof typeof machines} Machine */

/**
 * @param {string} name
 * @param {Machine} machine
 * @param {{ flags: string[], optional?: string[] }} more
 * @returns {import("./toolchains.mjs").Variant & { machine: Machine }}
 */
function variant(name, machine, { flags, optional = [] }) {
  const { triplet, flags: own, linkFlags } = machines[machine];
  return {
    name,
    machine,
    platform: "windows",
    compiler: `${triplet}-g++-posix`,
    flags: [...flags, ...own, "-Werror", "-pedantic", "-ffunction-sections", "-fdata-sections"],
    defines: [...defines, ...optional],
    linkFlags: [...libraries, ...linking, ...linkFlags],
    executableSuffix: ".exe",
    runner: [],
    environment: {},
  };
}

// Small rather than fast: the agent runs in Outlook's process and has no hot code.
const release = ["-Os", "-fstack-protector-strong", "-fno-ident"];

/** The release binaries: `npm run build:windows`. */
export const releases = {
  x64: variant("windows-x64", "x64", { flags: release }),
  x86: variant("windows-x86", "x86", { flags: release }),
};

// Debian installs doctest among the Linux headers, which mingw must not use.
const testHeaders = "build/include";
const prepare = () => {
  cpSync("/usr/include/doctest", join(root, testHeaders, "doctest"), { recursive: true });
};
const testFlags = ["-g1", "-O0", "-isystem", testHeaders];
// The channel client only accepts a server named OUTLOOK.EXE, and the tests are both client and server.
/** @param {string} module */
const testBinary = (module) => `${module}/OUTLOOK.EXE`;

/** The C++ tests under Wine. On Debian 32-bit Wine cannot be installed together with 64-bit Wine, so mingw32 is only compiled. */
/** @type {import("./toolchains.mjs").Variant[]} */
export const tests = [
  {
    ...variant("mingw64", "x64", { flags: testFlags, optional: ["_GLIBCXX_ASSERTIONS"] }),
    prepare,
    testBinary,
    runner: ["node", "tools/windows/run-in-wine.mjs"],
  },
  { ...variant("mingw32", "x86", { flags: testFlags }), prepare, runner: ["node", "tools/windows/skip-run.mjs"] },
];
