/** Tells the simulated Outlook something, from another process. */
import { connect } from "node:net";
import { codeOf, describe } from "../failure.js";
import { failed, parseAnswer, type Answer } from "./answer.js";

/** Longer than the slowest command takes, milliseconds. */
const ANSWER_MS = 30_000;
/** Nobody is there: no file, nobody listening, no pipe. */
const NOBODY = new Set(["ENOENT", "ECONNREFUSED"]);

/** Sends one command to the bridge that listens at `address`. Never rejects. */
export function tellOutlook(address: string, command: string): Promise<Answer> {
  return new Promise((resolve) => {
    let read = "";
    const socket = connect(address, () => socket.write(`${command}\n`));
    socket.setTimeout(ANSWER_MS, () => {
      socket.destroy();
      resolve(failed(`no answer came within ${ANSWER_MS / 1000} s`));
    });
    socket.on("data", (chunk: Buffer) => (read += chunk.toString("utf8")));
    socket.on("error", (error) => {
      const nobody = NOBODY.has(codeOf(error) ?? "");
      resolve(
        failed(
          nobody
            ? "no bridge with a simulated Outlook runs in this home; start it with `npm start -- --simulate`"
            : `the bridge cannot be told anything at ${address} (${describe(error)})`,
        ),
      );
    });
    socket.on("close", () => {
      resolve(read.endsWith("\n") ? parseAnswer(read.trimEnd()) : failed("the bridge went away before it answered"));
    });
  });
}

/** Whether anybody listens at `address`. */
export function isAnswering(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => {
      resolve(false);
    });
  });
}
