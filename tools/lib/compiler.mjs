// @ts-check
// What node-gyp needs to build the C++ code.
import process from "node:process";
import { distribution, install } from "./apt.mjs";
import { answers } from "./child.mjs";
import { Failure } from "./failure.mjs";

/** What to do where we cannot install a compiler, by platform. */
const REMEDIES = {
  darwin: "Install Apple's command line tools: xcode-select --install",
  win32:
    'Install Visual Studio Build Tools 2022 with "Desktop development with C++", and Python 3 (winget install Python.Python.3.12). See https://github.com/nodejs/node-gyp#on-windows',
  linux:
    "Install them with your package manager: Debian and Ubuntu `sudo apt-get install g++ make python3`, Fedora `sudo dnf install gcc-c++ make python3`, Arch `sudo pacman -S gcc make python`, Alpine `apk add g++ make python3`.",
};

/** Finds a C++ compiler, make and Python, or installs them where that can be done without a question. */
export async function ensureCompiler() {
  // On Windows node-gyp itself looks for Visual Studio, and says what it has found.
  if (process.platform === "win32") return;
  const lacking = absentTools();
  if (lacking.length === 0) return;
  if (distribution() !== undefined) await install(lacking);
  const still = absentTools();
  if (still.length > 0)
    throw new Failure(`Needed to build the native code and not found: ${still.join(", ")}.`, {
      remedy: compilerRemedy(),
    });
}

/** What a person can do about a missing or failing compiler. */
export function compilerRemedy() {
  return process.platform === "darwin" || process.platform === "win32" ? REMEDIES[process.platform] : REMEDIES.linux;
}

/** By the names of their Debian packages. */
function absentTools() {
  const lacking = [];
  if (![process.env["CXX"] ?? "c++", "g++", "clang++"].some(answers)) lacking.push("g++");
  if (![process.env["MAKE"] ?? "make", "gmake"].some(answers)) lacking.push("make");
  if (![process.env["PYTHON"] ?? "python3", "python"].some(answers)) lacking.push("python3");
  return lacking;
}
