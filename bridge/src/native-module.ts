/** Loads the native module, which is built from bridge/native. */
import { createRequire } from "node:module";
import nodeGypBuild from "node-gyp-build";
import type { NativeModule } from "../native/index.js";
import { codeOf, messageOf, UserError } from "./user-error.js";
import { productRoot } from "./version.js";

const require = createRequire(import.meta.url);

/** The native module of the package in `root`. Throws a UserError if it is missing, does not load, or is of another version. */
export function loadNativeModule(root: string = productRoot): NativeModule {
  let file: string;
  try {
    file = nodeGypBuild.resolve(root);
  } catch (error) {
    throw new UserError(
      `The native module is missing (${process.platform}-${process.arch}, ${root}).`,
      "Run `npm run build`.",
      { cause: error },
    );
  }
  let loaded: unknown;
  try {
    loaded = require(file);
  } catch (error) {
    const remedy =
      codeOf(error) === "ERR_DLOPEN_DISABLED"
        ? "Remove --no-addons from NODE_OPTIONS."
        : "Run `npm run build`, which compiles it for this machine and this Node.js.";
    throw new UserError(`cannot load the native module ${file} (${messageOf(error)})`, remedy, { cause: error });
  }
  if (!isNativeModule(loaded)) {
    throw new UserError(
      `the native module ${file} is of another version`,
      "Run `npm run build`, which compiles it again.",
    );
  }
  return loaded;
}

/** Whether it has the functions without which the bridge must not start. */
function isNativeModule(loaded: unknown): loaded is NativeModule {
  return (
    typeof loaded === "object" &&
    loaded !== null &&
    "subscribe" in loaded &&
    typeof loaded.subscribe === "function" &&
    "peerOfConnection" in loaded &&
    typeof loaded.peerOfConnection === "function"
  );
}
