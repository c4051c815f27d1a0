// @ts-check
// The compiler, make and Python that node-gyp needs.
import process from "node:process";
import { distribution, install } from "./requirements.mjs";
import { isInstalled } from "./child.mjs";
import { UserError } from "./user-error.mjs";

/** How to install a compiler, by platform. */
const REMEDIES = {
  darwin: "Install Apple's command line tools: xcode-select --install",
  win32:
    'Install Visual Studio Build Tools 2022 with "Desktop development with C++", and Python 3 (winget install Python.Python.3.12). See https://github.com/nodejs/node-gyp#on-windows',
  linux:
    "Install them with your package manager: Debian and Ubuntu `sudo apt-get install g++ make python3`, Fedora `sudo dnf install gcc-c++ make python3`, Arch `sudo pacman -S gcc make python`, Alpine `apk add g++ make python3`.",
};

/** Installs a C++ compiler, make and Python if they are missing, where that is possible without asking the user. */
export async function ensureCompiler() {
  // On Windows node-gyp finds Visual Studio itself.
  if (process.platform === "win32") return;
  const missing = missingTools();
  if (missing.length === 0) return;
  if (distribution() !== undefined) await install(missing);
  const stillMissing = missingTools();
  if (stillMissing.length > 0)
    throw new UserError(`Missing to compile the native code: ${stillMissing.join(", ")}.`, {
      remedy: compilerRemedy(),
    });
}

/** How to install a compiler on this platform. */
export function compilerRemedy() {
  return process.platform === "darwin" || process.platform === "win32" ? REMEDIES[process.platform] : REMEDIES.linux;
}

/** @returns {string[]} Names of Debian packages. */
function missingTools() {
  const missing = [];
  if (![process.env["CXX"] ?? "c++", "g++", "clang++"].some(isInstalled)) missing.push("g++");
  if (![process.env["MAKE"] ?? "make", "gmake"].some(isInstalled)) missing.push("make");
  if (![process.env["PYTHON"] ?? "python3", "python"].some(isInstalled)) missing.push("python3");
  return missing;
}
