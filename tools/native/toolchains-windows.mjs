// @ts-check
// Debian's mingw-w64: how Windows binaries are built where there is no Windows. On Windows itself node-gyp builds with
// Visual Studio, from the same sources and with control-flow guard, which this compiler does not have.
import { cpSync } from "node:fs";
import { join } from "node:path";
import { root } from "./sources.mjs";

const defines = ["UNICODE", "_UNICODE", "WIN32_LEAN_AND_MEAN", "NOMINMAX", "_WIN32_WINNT=0x0A00"];
const libraries = ["-lole32", "-loleaut32", "-ladvapi32", "-luuid", "-liphlpapi", "-lws2_32", "-lcrypt32", "-lversion"];

// No run-time library beside our binaries, no time stamp in them, nothing at a fixed address.
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

/** Processors that Outlook and Node run on. ARM64 has no machine of its own here: both run x64 there. */
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
    // COM asks for plain names: those of the .def file, whatever stdcall makes of them.
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

// Small rather than fast: the agent lives in somebody else's process, and nothing in it is hot.
const release = ["-Os", "-fstack-protector-strong", "-fno-ident"];

/** What is shipped: `npm run build:windows`. */
export const releases = {
  x64: variant("windows-x64", "x64", { flags: release }),
  x86: variant("windows-x86", "x86", { flags: release }),
};

// Debian keeps doctest's one header among those of Linux, which must not be seen here.
const testHeaders = "build/include";
const prepare = () => {
  cpSync("/usr/include/doctest", join(root, testHeaders, "doctest"), { recursive: true });
};
const testFlags = ["-g1", "-O0", "-isystem", testHeaders];
// The channel believes no server but an OUTLOOK.EXE, and the tests are both ends of it.
/** @param {string} room */
const testBinary = (room) => `${room}/OUTLOOK.EXE`;

/** What is tested: the C++ tests of every room, under Wine. There is no 32-bit Wine beside the 64-bit one on Debian. */
/** @type {import("./toolchains.mjs").Variant[]} */
export const tests = [
  {
    ...variant("mingw64", "x64", { flags: testFlags, optional: ["_GLIBCXX_ASSERTIONS"] }),
    prepare,
    testBinary,
    runner: ["node", "tools/windows/wine.mjs"],
  },
  { ...variant("mingw32", "x86", { flags: testFlags }), prepare, runner: ["node", "tools/windows/built-only.mjs"] },
];
