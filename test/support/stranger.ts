// A real second user of this machine. Only root can become one.
import { spawn } from "node:child_process";
import type { Target } from "./bridge-process.js";

const NOBODY = 65534;

export const canBeAnotherUser = process.platform === "linux" && process.getuid?.() === 0;

/** Runs a script in a Node process of the other user, with `input` as JSON in its variable `input`; answers its output. */
export async function asStranger(script: string, input: unknown): Promise<string> {
  const child = spawn(
    process.execPath,
    ["-e", `setTimeout(() => process.exit(4), 60_000).unref(); const input = JSON.parse(process.env.INPUT); ${script}`],
    {
      uid: NOBODY,
      gid: NOBODY,
      cwd: "/",
      env: { INPUT: JSON.stringify(input) },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data: Buffer) => (stdout += data.toString("latin1")));
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`the stranger ended with ${code}: ${stderr}`));
    });
  });
}

const TALK = `
  const socket = require("node:tls").connect(
    { host: input.host, port: input.port, ca: input.ca, servername: "localhost", ALPNProtocols: ["http/1.1"] },
    () => socket.write(Buffer.from(input.bytes, "base64")),
  );
  socket.on("data", (data) => process.stdout.write(data));
  socket.on("error", () => undefined);
  setTimeout(() => process.exit(3), 30_000).unref();
`;

/** What a process of the other user is answered, up to the end of the connection. */
export function answerToStranger({ port, ca }: Target, bytes: Buffer, host = "127.0.0.1"): Promise<string> {
  return asStranger(TALK, { host, port, ca: ca.toString(), bytes: bytes.toString("base64") });
}
