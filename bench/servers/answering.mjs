// How a server or a client of a measurement is asked: messages from the process that has forked it.
import process from "node:process";

/** `answers`: question to function of the message; what it gives is the answer. Ends with its parent. */
export function answer(answers) {
  process.on("message", (message) => {
    void (async () => {
      try {
        const found = answers[message.ask] ?? common[message.ask];
        if (found === undefined) throw new Error(`nobody answers "${message.ask}"`);
        process.send({ answer: await found(message) });
      } catch (error) {
        process.send({ error: error instanceof Error ? error.stack : String(error) });
      }
    })();
  });
  process.on("disconnect", () => process.exit(0));
}

const common = {
  cpu: () => process.cpuUsage(),
  /** Memory after everything that is garbage has gone; needs --expose-gc. */
  memory: () => {
    for (let index = 0; index < 4; index += 1) globalThis.gc();
    return process.memoryUsage();
  },
};

/** Nanoseconds on the clock that all processes share. A double holds them exactly for 100 days of uptime. */
export const nowNs = () => Number(process.hrtime.bigint());
