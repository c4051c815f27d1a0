// @ts-check
// What the tests need from the system, in one place. A suite names groups; a machine gets only what it lacks.

/**
 * @typedef {object} Group
 * @property {string} why What it is for, as told to a person who has to install it by hand.
 * @property {string[]} debian Packages of Debian; "a | b" takes the first that the distribution has.
 * @property {string[]} [ubuntu] Where Ubuntu's differ.
 * @property {string[]} programs How it is recognised elsewhere: each of these answers --version.
 * @property {string[]} [windows] The same on Windows, where that differs.
 * @property {string} remedy Elsewhere: how to get it.
 * @property {boolean} [onlyDebian] Suites that need it are left out elsewhere, but never in CI.
 */

/** @satisfies {Record<string, Group>} */
export const GROUPS = {
  compiler: {
    why: "build the C++ tests",
    debian: ["g++", "make", "python3"],
    programs: ["g++", "make"],
    // node-gyp itself looks for Visual Studio, and says what it has found.
    windows: [],
    remedy: "Install a C++17 compiler and make (macOS: xcode-select --install).",
  },
  doctest: {
    why: "compile the C++ tests",
    debian: ["doctest-dev", "ccache"],
    programs: [],
    remedy: "Install doctest 2.4 (macOS: brew install doctest) where the compiler finds <doctest/doctest.h>.",
  },
  sanitizers: {
    why: "run the C++ tests under ASan, UBSan and TSan",
    debian: ["clang", "libclang-rt-{clang}-dev | libclang-common-{clang}-dev"],
    programs: ["clang++"],
    remedy: "Install clang with its sanitizer runtimes.",
  },
  multilib: {
    why: "build the agent for 32 bits",
    debian: ["g++-multilib"],
    programs: [],
    remedy: "Only Debian and Ubuntu on x86-64 are supported for this.",
    onlyDebian: true,
  },
  i386: {
    why: "run 32-bit programs, which this kernel does not",
    debian: ["qemu-user"],
    programs: ["qemu-i386"],
    remedy: "Only Debian and Ubuntu on x86-64 are supported for this.",
    onlyDebian: true,
  },
  format: {
    why: "check the format of the C++ code",
    debian: ["clang-format"],
    programs: ["clang-format"],
    remedy: "Install clang-format (macOS: brew install clang-format).",
  },
  git: {
    why: "list the project's own files",
    debian: ["git"],
    programs: ["git"],
    remedy: "Install git.",
  },
  browser: {
    why: "open the pane in a real browser that trusts the test's certificate",
    debian: ["chromium", "libnss3-tools"],
    // Ubuntu's chromium is a snap, which sees neither /tmp nor a HOME of the tests' own: Playwright's is used there.
    ubuntu: ["libnss3-tools"],
    programs: [],
    remedy: "Install Chromium, Chrome or Edge, and NSS's certutil (macOS: brew install nss).",
  },
  verifiers: {
    why: "hold the certificates to verifiers that are not ours",
    debian: ["openssl", "python3"],
    programs: ["openssl", "python3"],
    remedy: "Install OpenSSL 3 and Python 3.10 or newer.",
  },
  pictures: {
    why: "draw the pictures of the pane in a face like that of Windows, and the icons",
    debian: ["fonts-open-sans", "librsvg2-bin"],
    programs: [],
    remedy: "Without Open Sans the pictures show another face.",
  },
  callgrind: {
    why: "count instructions",
    debian: ["valgrind"],
    programs: ["valgrind"],
    remedy: "Only Debian and Ubuntu are supported for this.",
    onlyDebian: true,
  },
  mingw: {
    why: "build for Windows",
    debian: ["g++-mingw-w64-x86-64-posix", "g++-mingw-w64-i686-posix"],
    programs: ["x86_64-w64-mingw32-g++-posix", "i686-w64-mingw32-g++-posix"],
    remedy: "Only Debian and Ubuntu are supported for this.",
    onlyDebian: true,
  },
  packaging: {
    why: "make the MSI, and sign",
    debian: ["wixl", "msitools", "osslsigncode"],
    programs: ["wixl", "osslsigncode"],
    remedy: "Only Debian and Ubuntu are supported for this.",
    onlyDebian: true,
  },
  wine: {
    why: "run Windows binaries",
    debian: ["wine64", "wine"],
    programs: ["wine"],
    remedy: "Only Debian and Ubuntu are supported for this.",
    onlyDebian: true,
  },
};

/** @typedef {keyof typeof GROUPS} GroupName */
