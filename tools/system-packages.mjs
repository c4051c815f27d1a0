// @ts-check
// The system packages that the suites need, in groups. Only missing packages are installed.

/**
 * @typedef {object} Group
 * @property {string} purpose What it is needed for: "needs g++ to <purpose>".
 * @property {string[]} debian Debian packages; "a | b" means the first that the distribution offers.
 * @property {string[]} [ubuntu] Ubuntu packages, where they differ.
 * @property {string[]} programs On other systems: programs that must be found.
 * @property {string[]} [windows] On Windows, where they differ from `programs`.
 * @property {string} remedy On other systems: how to install it.
 * @property {boolean} [onlyDebian] Suites that need it are skipped on other systems, except in CI.
 */

/** @satisfies {Record<string, Group>} */
export const GROUPS = {
  compiler: {
    purpose: "build the C++ tests",
    debian: ["g++", "make", "python3"],
    programs: ["g++", "make"],
    // node-gyp finds Visual Studio itself.
    windows: [],
    remedy: "Install a C++17 compiler and make (macOS: xcode-select --install).",
  },
  doctest: {
    purpose: "compile the C++ tests",
    debian: ["doctest-dev", "ccache"],
    programs: [],
    remedy: "Install doctest 2.4 (macOS: brew install doctest) where the compiler finds <doctest/doctest.h>.",
  },
  sanitizers: {
    purpose: "run the C++ tests under ASan, UBSan and TSan",
    debian: ["clang", "libclang-rt-{clang}-dev | libclang-common-{clang}-dev"],
    programs: ["clang++"],
    remedy: "Install clang with its sanitizer runtimes.",
  },
  multilib: {
    purpose: "build the agent for 32 bits",
    debian: ["g++-multilib"],
    programs: [],
    remedy: "This works only on Debian and Ubuntu on x86-64.",
    onlyDebian: true,
  },
  i386: {
    purpose: "run 32-bit programs, which this kernel does not support",
    debian: ["qemu-user"],
    programs: ["qemu-i386"],
    remedy: "This works only on Debian and Ubuntu on x86-64.",
    onlyDebian: true,
  },
  format: {
    purpose: "check the formatting of the C++ code",
    debian: ["clang-format"],
    programs: ["clang-format"],
    remedy: "Install clang-format (macOS: brew install clang-format).",
  },
  git: {
    purpose: "list the files of the repository",
    debian: ["git"],
    programs: ["git"],
    remedy: "Install git.",
  },
  browser: {
    purpose: "test the pane in Chromium",
    debian: ["chromium", "libnss3-tools"],
    // Ubuntu's chromium is a snap, which cannot read /tmp or the tests' HOME; Playwright's Chromium is used instead.
    ubuntu: ["libnss3-tools"],
    programs: [],
    remedy: "Install Chromium, Chrome or Edge, and NSS's certutil (macOS: brew install nss).",
  },
  verifiers: {
    purpose: "verify the certificates with OpenSSL and Python",
    debian: ["openssl", "python3"],
    programs: ["openssl", "python3"],
    remedy: "Install OpenSSL 3 and Python 3.10 or newer.",
  },
  images: {
    purpose: "draw the screenshots with a font like that of Windows, and the icons",
    debian: ["fonts-open-sans", "librsvg2-bin"],
    programs: [],
    remedy: "Install Open Sans and rsvg-convert.",
  },
  callgrind: {
    purpose: "count instructions",
    debian: ["valgrind"],
    programs: ["valgrind"],
    remedy: "This works only on Debian and Ubuntu.",
    onlyDebian: true,
  },
  mingw: {
    purpose: "build for Windows",
    debian: ["g++-mingw-w64-x86-64-posix", "g++-mingw-w64-i686-posix"],
    programs: ["x86_64-w64-mingw32-g++-posix", "i686-w64-mingw32-g++-posix"],
    remedy: "This works only on Debian and Ubuntu.",
    onlyDebian: true,
  },
  packaging: {
    purpose: "build and sign the MSI",
    debian: ["wixl", "msitools", "osslsigncode"],
    programs: ["wixl", "osslsigncode"],
    remedy: "This works only on Debian and Ubuntu.",
    onlyDebian: true,
  },
  wine: {
    purpose: "run Windows binaries",
    debian: ["wine64", "wine"],
    programs: ["wine"],
    remedy: "This works only on Debian and Ubuntu.",
    onlyDebian: true,
  },
};

/** @typedef {keyof typeof GROUPS} GroupName */
