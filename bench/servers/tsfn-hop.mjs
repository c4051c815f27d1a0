// Baseline: calls from a native thread to JavaScript, in a process that does nothing else.
import { createRequire } from "node:module";
import process from "node:process";
import { nowNs, serve } from "./common.mjs";

const native = createRequire(import.meta.url)(process.env.BENCH_TSFN);

serve({
  run: ({ count, intervalMs }) =>
    new Promise((resolve) => {
      const latencies = [];
      native.run(
        count,
        intervalMs * 1000,
        (sent) => latencies.push(nowNs() - sent),
        () => resolve(latencies),
      );
    }),
});
