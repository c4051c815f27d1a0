// Outlook's state for the rivals: the product's own native module, on the channel of the same agent.
import { createRequire } from "node:module";
import process from "node:process";
import { fromRoot } from "../../tools/lib/paths.mjs";

/** Calls `told` with each report, until the returned subscription is closed. Needs BENCH_HOME. */
export function follow(told) {
  const native = createRequire(import.meta.url)(fromRoot("build/Release/offline_state.node"));
  return native.subscribe({ home: process.env.BENCH_HOME }, told);
}
