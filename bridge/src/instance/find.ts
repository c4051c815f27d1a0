/** Finds the bridge of a home. What answers with that home's certificate is our own; nothing else is believed. */
import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import * as v from "valibot";
import { CA_FILE } from "../certificates/generate.js";
import type { Home } from "../home/home.js";
import { HEALTH_PATH, PANE_PATH } from "../server/app.js";
import { readRecord } from "./record.js";

/** A bridge on this machine that has not answered by then does not answer, milliseconds. */
const ANSWER_MS = 2000;
const MAX_ANSWER = 65_536;

const health = v.object({
  status: v.literal("ok"),
  state: v.picklist(["online", "offline", "unknown"]),
  clients: v.number(),
  version: v.string(),
});

export interface FoundBridge {
  readonly port: number;
  /** Of the pane. */
  readonly url: string;
  readonly version: string;
  readonly clients: number;
  /** PEM of the CA that it proved itself with. */
  readonly ca: string;
}

/** The running bridge of `home`: where its note says, else on one of `ports`. Never rejects. */
export async function findBridge(home: Home, ports: readonly number[]): Promise<FoundBridge | undefined> {
  const noted = readRecord(home)?.port;
  const candidates = new Set(noted === undefined ? ports : [noted, ...ports]);
  for (const port of candidates) {
    const found = await ask(home, port);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function ask(home: Home, port: number): Promise<FoundBridge | undefined> {
  try {
    const ca = await readFile(join(home.certificates, CA_FILE), "utf8");
    const parsed = v.safeParse(health, JSON.parse(await get(port, ca)));
    if (!parsed.success) return undefined;
    const { version, clients } = parsed.output;
    return { port, url: `https://localhost:${port}${PANE_PATH}`, version, clients, ca };
  } catch {
    return undefined;
  }
}

function get(port: number, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      servername: "localhost",
      headers: { Host: port === 443 ? "localhost" : `localhost:${port}` },
      port,
      path: HEALTH_PATH,
      ca,
      agent: false,
      signal: AbortSignal.timeout(ANSWER_MS),
    };
    const asked = request(options, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
        if (body.length > MAX_ANSWER) asked.destroy();
      });
      response.on("end", () => {
        resolve(body);
      });
      response.on("error", reject);
    });
    asked.on("error", reject);
    asked.end();
  });
}
