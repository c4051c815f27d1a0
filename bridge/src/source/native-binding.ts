/** Loads the native module, which is built from bridge/native. */
import { createRequire } from "node:module";
import nodeGypBuild from "node-gyp-build";
import { codeOf, describe, Failure } from "../failure.js";
import { productRoot } from "../version.js";
import type { SourceSubscription } from "./offline-state-source.js";

/**
 * What the native module exports for the source. The reports are `unknown` here: they come from outside of TypeScript,
 * and native-source.ts checks them.
 *
 * A subscription keeps the event loop alive until it is closed, whether its handle is held or not. What the listener throws
 * is an uncaught exception. Wrong arguments throw a TypeError that names them.
 */
export interface NativeBinding {
  subscribe(options: { readonly home?: string }, listener: (report: unknown) => void): SourceSubscription;
}

const require = createRequire(import.meta.url);

/** The native module of the package in `root`. Throws a Failure that says what to do when there is none, or it does not load. */
export function loadNativeModule(root: string = productRoot): unknown {
  let file: string;
  try {
    file = nodeGypBuild.resolve(root);
  } catch (thrown) {
    throw new Failure(
      `there is no native module for ${process.platform} on ${process.arch} in ${root}`,
      "Run `npm run build`, which compiles it.",
      { cause: thrown },
    );
  }
  try {
    return require(file);
  } catch (thrown) {
    const remedy =
      codeOf(thrown) === "ERR_DLOPEN_DISABLED"
        ? "Remove --no-addons from NODE_OPTIONS: the bridge cannot do without it."
        : "Run `npm run build`, which compiles it for this machine and this Node.js.";
    throw new Failure(`the native module ${file} cannot be loaded (${describe(thrown)})`, remedy, { cause: thrown });
  }
}

/** The part of the native module that the source needs. Throws as loadNativeModule does, and for a module of another kind. */
export function loadNativeBinding(root: string = productRoot): NativeBinding {
  const loaded = loadNativeModule(root);
  if (!isNativeBinding(loaded)) {
    throw new Failure(
      `the native module in ${root} has no subscribe()`,
      "Run `npm run build`, which compiles it anew.",
    );
  }
  return loaded;
}

function isNativeBinding(loaded: unknown): loaded is NativeBinding {
  return (
    typeof loaded === "object" && loaded !== null && "subscribe" in loaded && typeof loaded.subscribe === "function"
  );
}
