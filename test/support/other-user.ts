// Processes of another user of this machine. Needs root.
import { spawn } from "node:child_process";
import type { Target } from "./bridge-process.js";

const NOBODY = 65534;

export const canRunAsOtherUser = process.platform === "linux" && process.getuid?.() === 0;

/** Runs a script, in which `input` is a variable, in a Node.js process of another user. Returns its output. */
export async function runAsOtherUser(script: string, input: unknown): Promise<string> {
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
      else reject(new Error(`the process of the other user ended with ${code}: ${stderr}`));
    });
  });
}

const SEND_SCRIPT = `
  const socket = require("node:tls").connect(
    { host: input.host, port: input.port, ca: input.ca, servername: "localhost", ALPNProtocols: ["http/1.1"] },
    () => socket.write(Buffer.from(input.bytes, "base64")),
  );
  socket.on("data", (data) => process.stdout.write(data));
  socket.on("error", () => undefined);
  setTimeout(() => process.exit(3), 30_000).unref();
`;

/** Sends `bytes` from a process of another user. Returns everything until the connection is closed. */
export function sendAsOtherUser({ port, ca }: Target, bytes: Buffer, host = "127.0.0.1"): Promise<string> {
  return runAsOtherUser(SEND_SCRIPT, { host, port, ca: ca.toString(), bytes: bytes.toString("base64") });
}
