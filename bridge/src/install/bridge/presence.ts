/** Whether a bridge of this home runs. What proves itself with the home's certificate is ours, whatever it then answers. */
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { CA_FILE } from "../../certificates/generate.js";
import type { Home } from "../../home/home.js";
import { readRecord, type InstanceRecord } from "../../instance/record.js";

/** A machine that is busy still answers within it, milliseconds. */
const ANSWER_MS = 5000;
const MAX_ANSWER = 65_536;

export type Presence =
  | { readonly kind: "absent" }
  /** It runs. `status` is 200 and `body` its health, unless it does not know who asks. */
  | { readonly kind: "runs"; readonly record: InstanceRecord; readonly status: number; readonly body: string };

/** Never rejects. */
export async function presenceOf(home: Home): Promise<Presence> {
  const record = readRecord(home);
  if (record === undefined) return { kind: "absent" };
  const answer = await ask(home, record.port, "/healthz");
  return answer === undefined ? { kind: "absent" } : { kind: "runs", record, ...answer };
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** What the bridge of `home` answers on `port`; undefined when no such bridge answers. Never rejects. */
export function ask(home: Home, port: number, path: string): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const nothing = (): void => {
      resolve(undefined);
    };
    let ca: string;
    try {
      ca = readFileSync(join(home.certificates, CA_FILE), "utf8");
    } catch {
      nothing();
      return;
    }
    const asked = request(
      {
        host: "127.0.0.1",
        servername: "localhost",
        headers: { Host: `localhost:${port}` },
        port,
        path,
        ca,
        agent: false,
        signal: AbortSignal.timeout(ANSWER_MS),
      },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          body += chunk;
          if (body.length > MAX_ANSWER) asked.destroy();
        });
        response.on("error", nothing);
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, body });
        });
      },
    );
    asked.on("error", nothing);
    asked.end();
  });
}
