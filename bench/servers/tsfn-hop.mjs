// The bare hop from a native thread to JavaScript, in a process that does nothing else.
import { createRequire } from "node:module";
import process from "node:process";
import { answer, nowNs } from "./answering.mjs";

const native = createRequire(import.meta.url)(process.env.BENCH_TSFN);

answer({
  run: ({ count, intervalMs }) =>
    new Promise((resolve) => {
      const took = [];
      native.run(
        count,
        intervalMs * 1000,
        (sent) => took.push(nowNs() - sent),
        () => resolve(took),
      );
    }),
});
